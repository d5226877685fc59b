"""Lives of a schedule with kills, leaps of the clock and long executions, checked all along.

Whatever happens, every occurrence is accounted for once: it is an execution, or it was missed, or
skipped; and no two instances stand for the same one.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scheduler_stage import START, Stage, StagedTime, staged

from courier_backend.model.event import NewEvent
from courier_backend.model.times import from_text
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import count_between
from courier_backend.store.queries.schedules import schedules

RULE = "RRULE:FREQ=SECONDLY;INTERVAL=10"
ANCHOR = START.replace(microsecond=0)
PAUSE = {"rrule": "RRULE:DTSTART=20260301T120500Z;FREQ=MINUTELY;INTERVAL=5", "duration": 1}


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Life:
    """What a test does, and what it knows of it."""

    folder: Path
    time: StagedTime = field(default_factory=StagedTime)
    job_id: str = ""
    active: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    @asynccontextmanager
    async def backend(self) -> AsyncIterator[Stage]:
        self.time = StagedTime(self.time.now)
        async with staged(self.folder, self.time) as stage:
            yield stage


Action = tuple[str, int]

actions: st.SearchStrategy[list[Action]] = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(1, 130)),
        st.tuples(st.just("leap"), st.sampled_from([61, 200, 1000, 4000])),
        st.tuples(st.just("back"), st.sampled_from([5, 300])),
        st.tuples(st.just("off"), st.sampled_from([0, 3, 30, 1000, 8000])),
        st.tuples(st.just("kill before"), st.integers(1, 4)),
        st.tuples(st.just("kill after"), st.integers(1, 4)),
        st.tuples(st.just("end"), st.just(0)),
        st.tuples(st.just("rest"), st.integers(1, 100)),
    ),
    min_size=2,
    max_size=10,
)


@settings(max_examples=20, phases=[Phase.generate])
@given(
    st.sampled_from(["queue", "skip", "parallel"]),
    st.sampled_from(["run-once", "run-all", "skip"]),
    actions,
)
def test_each_occurrence_is_accounted_for_once(
    overlap: str, missed: str, story: list[Action]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Life(Path(folder)), overlap, missed, story))


async def live(life: Life, overlap: str, missed: str, story: Sequence[Action]) -> None:
    async with life.backend() as stage:
        life.job_id = await stage.add(RULE, overlap=overlap, missed=missed, exceptionRules=[PAUSE])
        life.active.append((ANCHOR - timedelta(seconds=1), None))
    for what, much in story:
        async with life.backend() as stage:
            await act(life, stage, what, much)
        if what == "off":
            life.time.now += timedelta(seconds=much)
        async with life.backend() as stage:
            await check(life, stage, overlap, missed)


async def act(life: Life, stage: Stage, what: str, much: int) -> None:
    now = life.time.now
    match what:
        case "pass":
            await stage.time.pass_to(now + timedelta(seconds=much))
        case "leap":
            await stage.time.leap_to(now + timedelta(seconds=much))
        case "back":
            await stage.time.leap_to(now - timedelta(seconds=much))
        case "kill before" | "kill after":
            await killed(stage, what == "kill before", much)
        case "end":
            await stage.end_all(life.job_id)
        case "rest":
            await rest(life, stage, much)


async def rest(life: Life, stage: Stage, seconds: int) -> None:
    """The job rests for a while, in which nothing is due."""
    since, _ = life.active.pop()
    await stage.jobs.set_active(life.job_id, active=False, by="t")
    latest = await settled_at(life, stage)
    life.active.append((since, latest))
    await stage.time.pass_to(life.time.now + timedelta(seconds=seconds))
    await stage.jobs.set_active(life.job_id, active=True, by="t")
    life.active.append((max(life.time.now, latest), None))


async def killed(stage: Stage, before: bool, changes: int) -> None:
    """Let time pass until so many changes were made; the process ends before the last, or after."""
    real, left = stage.store.append, changes
    fell = asyncio.Event()

    async def append(events: Sequence[NewEvent]) -> list[int]:
        nonlocal left
        left -= 1
        if left < 0:
            await asyncio.Event().wait()
        if left == 0 and before:
            fell.set()
            await asyncio.Event().wait()
        written = await real(events)
        if left == 0:
            fell.set()
            await asyncio.Event().wait()
        return written

    stage.store.append = append  # type: ignore[method-assign]  # the process is torn down here
    passing = asyncio.create_task(stage.time.pass_to(stage.time.now + timedelta(seconds=100)))
    falling = asyncio.create_task(fell.wait())
    await asyncio.wait([passing, falling], return_when=asyncio.FIRST_COMPLETED)
    for task in (passing, falling):
        task.cancel()
    await asyncio.gather(passing, falling, return_exceptions=True)


async def check(life: Life, stage: Stage, overlap: str, missed: str) -> None:
    job = await stage.job(life.job_id)
    found = await stage.instances(life.job_id)
    accounted = job["executionCount"] + job["missedExecutions"] + job["skippedExecutions"]
    assert accounted == await expected(life, stage)
    due = [each["dueAt"] for each in found]
    assert len(set(due)) == len(due)
    executed = [each for each in found if each["status"] != "skipped"]
    assert len(executed) == job["executionCount"]
    assert all((from_text(each["dueAt"]) - ANCHOR).total_seconds() % 10 == 0 for each in executed)
    assert not any(in_pause(from_text(each["dueAt"])) for each in executed)
    running = [each for each in found if each["status"] == "running"]
    waiting = [each for each in found if each["status"] == "pending"]
    # What is made up for in a window waits there, whatever the policy.
    assert not waiting or in_pause(life.time.now) or (running and overlap == "queue")
    if overlap != "parallel":
        assert len(running) <= 1
        assert len(waiting) <= 1 or missed == "run-all"


def in_pause(at: datetime) -> bool:
    passed = (at - ANCHOR).total_seconds()
    return passed >= 300 and passed % 300 < 60


async def expected(life: Life, stage: Stage) -> int:
    """How many occurrences there were while the job was active, up to where all is accounted."""
    latest = await settled_at(life, stage)
    rule = parse_rule(RULE, ANCHOR)
    return sum(
        count_between(rule, since, latest if until is None else until)
        for since, until in life.active
    )


async def settled_at(life: Life, stage: Stage) -> datetime:
    """Up to when all is accounted for; where the clock was set back, that is still to come."""
    (stored,) = await stage.store.read(lambda c: schedules(c, [life.job_id]))
    assert stored.settled_at is not None
    return stored.settled_at
