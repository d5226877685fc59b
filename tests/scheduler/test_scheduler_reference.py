"""Real executions against a slow, obvious reference: dateutil walks, windows are lists of times."""

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scheduler_stage import START, Stage, staged

from courier_backend.model.errors import BadInput
from courier_backend.model.times import from_text
from courier_backend.model.wire import JobItem

ANCHOR = START.replace(microsecond=0)
MOST = 90
"""Fewer than what is recorded one by one, so that each occurrence has its instance."""


@dataclass(frozen=True)
class Pause:
    """An exception rule that holds from one moment of the test to another."""

    rule: str
    minutes: int
    since: float = 0.0
    until: float = 1e9


def picks(least: int, most: int) -> st.SearchStrategy[str]:
    numbers = st.lists(st.integers(least, most), min_size=1, max_size=4, unique=True)
    return numbers.map(lambda found: ",".join(map(str, sorted(found))))


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency, interval = draw(
        st.sampled_from([("SECONDLY", 9), ("SECONDLY", 25), ("MINUTELY", 1), ("MINUTELY", 7)])
    )
    parts = [f"FREQ={frequency}", f"INTERVAL={interval * draw(st.integers(1, 3))}"]
    for name, most in (("BYSECOND", 59), ("BYMINUTE", 59)):
        if frequency == "MINUTELY" and draw(st.booleans()):
            parts.append(f"{name}={draw(picks(0, most))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 60))}")
    elif draw(st.booleans()):
        until = ANCHOR + timedelta(minutes=draw(st.integers(1, 15)))
        parts.append(f"UNTIL={until:%Y%m%dT%H%M%SZ}")
    return "RRULE:" + ";".join(parts)


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    start = ANCHOR + timedelta(seconds=draw(st.integers(-600, 300)))
    interval = draw(st.integers(2, 9))
    rule = f"RRULE:DTSTART={start:%Y%m%dT%H%M%SZ};FREQ=MINUTELY;INTERVAL={interval}"
    since = draw(st.sampled_from([0.0, 100.2, 330.7]))
    until = draw(st.sampled_from([1e9, 400.3, 700.9]))
    return Pause(rule, draw(st.integers(1, 3)), since, until)


def occurrences(rule: str, until: datetime) -> list[datetime]:
    """One after the other."""
    walked = rrulestr(rule.partition(":")[2], dtstart=ANCHOR)
    return list(takewhile(lambda at: at <= until, walked))


def openings(rule: str, until: datetime) -> list[datetime]:
    start, _, rest = rule.partition(":")[2].partition(";")
    begins = datetime.strptime(start, "DTSTART=%Y%m%dT%H%M%S%z")
    return list(takewhile(lambda at: at <= until, rrulestr(rest, dtstart=begins)))


def is_paused(at: datetime, pauses_then: list[Pause]) -> bool:
    """Whether any window of a rule that holds then is open."""
    passed = (at - START).total_seconds()
    return any(
        opened <= at < opened + timedelta(minutes=each.minutes)
        for each in pauses_then
        if each.since <= max(passed, 0.0) < each.until
        for opened in openings(each.rule, at)
    )


def as_body(pause: Pause) -> dict[str, Any]:
    return {"rrule": pause.rule, "duration": pause.minutes}


class Everywhere:
    """Rules for all jobs, which come and go."""

    def __init__(self, stage: Stage, pauses_then: list[Pause]) -> None:
        self.stage = stage
        self.pauses = pauses_then
        self.ids: dict[int, str] = {}

    async def begin(self, n: int) -> None:
        added = await self.stage.schedules.add_exception(as_body(self.pauses[n]), "t")
        self.ids[n] = added["exceptionId"]

    async def live(self, end: datetime) -> None:
        """Let time pass; rules change on the way."""
        changes = [(each.since, True, n) for n, each in enumerate(self.pauses) if each.since > 0]
        changes += [(each.until, False, n) for n, each in enumerate(self.pauses)]
        for seconds, begins, n in sorted(changes):
            if START + timedelta(seconds=min(seconds, 1e6)) > end:
                continue
            await self.stage.time.pass_to(START + timedelta(seconds=seconds))
            if begins:
                await self.begin(n)
            elif n in self.ids:
                await self.stage.schedules.delete_exception(self.ids[n], "t")
            await self.stage.time.settled()
        await self.stage.time.pass_to(end)


async def play(
    rule: str, own: list[Pause], everywhere: list[Pause], end: datetime
) -> tuple[list[datetime], list[datetime], JobItem] | None:
    """What was executed, what was skipped, and the job; None where the rule is refused."""
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder)) as stage:
            rules_then = Everywhere(stage, everywhere)
            for n, each in enumerate(everywhere):
                if each.since == 0:
                    await rules_then.begin(n)
            bodies = [as_body(each) for each in own]
            try:
                job_id = await stage.add(rule, overlap="parallel", exceptionRules=bodies)
            except BadInput:
                return None
            await rules_then.live(end)
            codes = {each["reasonCode"] for each in await stage.instances(job_id)}
            assert codes <= {"", "exception-window"}
            executed, skipped = await stage.due(job_id), await stage.due(job_id, "skipped")
            return executed, skipped, await stage.job(job_id)


@settings(max_examples=40)
@given(
    rules(),
    st.lists(pauses().map(lambda p: Pause(p.rule, p.minutes)), max_size=2),
    st.lists(pauses(), max_size=2),
    st.integers(3, 14),
)
def test_executions_are_those_of_the_reference(
    rule: str, own: list[Pause], everywhere: list[Pause], minutes: int
) -> None:
    end = START + timedelta(minutes=minutes)
    try:
        walked = occurrences(rule, end)
    except ValueError:  # the reference says that it never occurs
        assert asyncio.run(play(rule, own, everywhere, end)) is None
        return
    assume(len(walked) <= MOST)
    lived = asyncio.run(play(rule, own, everywhere, end))
    assume(lived is not None)
    assert lived is not None
    executed, skipped, item = lived
    everywhere = [each for each in everywhere if each.since < each.until]
    held = [*own, *everywhere]
    assert executed == [at for at in walked if not is_paused(at, held)]
    assert skipped == [at for at in walked if is_paused(at, held)]
    assert item["executionCount"] == len(executed)
    assert item["skippedExecutions"] == len(skipped)
    assert item["missedExecutions"] == 0
    check_next(rule, item, held, end)


def check_next(rule: str, item: JobItem, held: list[Pause], end: datetime) -> None:
    """What is shown as next is the next that will happen."""
    passed = (end - START).total_seconds()
    still = [Pause(p.rule, p.minutes) for p in held if p.since <= passed < p.until]
    coming = (
        at
        for at in occurrences(rule, end + timedelta(hours=2))
        if at > end and not is_paused(at, still)
    )
    shown = from_text(item["nextExecutionTime"])
    expected = next(coming, None)
    if expected is None:
        assert shown.year == 1 or shown > end + timedelta(hours=2)
    else:
        assert shown == expected
