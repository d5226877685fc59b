"""RFC 5545 rules and exception windows to execution times. Pure.

`parse.parse_rule` reads a rule, `recurrence` asks it for its times, `windows` closes the times in
which nothing is executed, `execution` puts both together. What the RFC leaves open is decided so:

- Without DTSTART a rule starts when it is accepted, at the whole second. A start is an occurrence
  only where the rule admits it. Times without a zone are in UTC.
- DAILY and slower keep the time on the wall of their zone: one that does not exist is skipped and
  not counted, one that comes twice happens the first time. HOURLY and faster count their intervals
  in UTC, and their BY parts judge what the wall shows.
- An UNTIL that is a date includes the whole day.
- BY parts that the RFC keeps for other frequencies (BYYEARDAY in a DAILY rule) are filters.
- Weeks have numbers in every calendar year that they have days in; BYWEEKNO without BYDAY means all
  seven days of the week.
- BYSETPOS counts what the wall shows, whether or not the time exists.
- Nothing is looked for more than a hundred years ahead; a rule must occur within ten.
"""
