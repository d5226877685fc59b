"""When jobs become instances.

What nobody else decides is decided so:

**One change.** An occurrence is accounted for in one change of the store: the instance that it
becomes (begun, pending or skipped), the counts of its job, the moment up to which all occurrences
are accounted for (`settledAt`) and the next time. So whatever is killed when, each happens once.
The clock may be set back: what is accounted for does not come again. Only where that
is more than a day ahead the clock was wrong then, and a job counts anew from now.

**Anchors.** Rules without DTSTART start when they are accepted: the schedule's with its job, an
exception rule's with its list entry. An update keeps the anchors of rules that stay as they are;
a rule with other words starts anew.

**Windows.** An occurrence in a window is a `skipped` instance with the reason code
`exception-window`, made when its time comes. At most a hundred such instances in a row are made:
where a window takes more, one instance stands for all of them and says how many, and from when to
when; it is made when the window closes. What is executed at once (an immediate job, a run by hand,
a retry) waits as `pending` until the window closes, unless whoever asks overrides it, which its
instance then says (`overridden`).

**Missed.** An execution is missed when nobody watched at its time: no backend ran, the machine
slept, the clock leapt by more than a minute. What is late only because much is due is not missed.
Policy `run-once`: the newest that was due within the time of grace (`schedules` in config.toml, an
hour) is executed once; `run-all`: the newest hundred are; `skip`: none is. The others are recorded
as `skipped` with the code `missed` (one instance for all, where they are more than a hundred). A
window goes before: what fell into one is not missed, and what is made up for while one is open
waits until it closes. A full disk is like nobody watching.

**Overlaps.** Judged by all instances of the job that are not final, whatever began them, but for
those that somebody else executes. `queue`:
one execution waits as `pending` and begins, on the nodes of that moment, when the others are final;
what comes meanwhile is skipped. Executions that `run-all` makes up for all wait in line. `skip`:
it is skipped. `parallel`: it begins. Whoever starts a job by hand starts it now. After a hundred
skips in a row a job is looked at once a minute, and one instance stands for all that it skipped.

**Life.** A job that is deactivated, canceled or deleted begins nothing: its pending instances are
canceled with it. Occurrences while a job is inactive are neither made up for nor missed. A running
instance, and a pending one, keep the definition that they were made with.

`schedule`, `upcoming`, `settling` and `overlap` are pure; `scheduler` drives them.
"""
