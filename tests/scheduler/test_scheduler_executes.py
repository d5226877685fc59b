"""A recurring job executes when it is due, in one change with its next time."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scheduler_stage import START, staged

from courier_backend.store.queries.events import list_events

pytestmark = pytest.mark.anyio
WHOLE = START.replace(microsecond=0)


def seconds(*offsets: float) -> list[datetime]:
    return [WHOLE + timedelta(seconds=offset) for offset in offsets]


async def test_the_anchor_is_the_second_of_acceptance(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=MINUTELY;COUNT=3", overlap="parallel")
        await stage.time.pass_to(START + timedelta(minutes=10))
        assert await stage.due(job) == seconds(0, 60, 120)
        item = await stage.job(job)
        assert (item["executionCount"], item["displayStatus"]) == (3, "completed")
        assert item["nextExecutionTime"] == "0001-01-01T00:00:00Z"
        assert not stage.scheduler.is_needed


async def test_an_execution_its_count_and_the_next_time_are_one_change(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=HOURLY", overlap="parallel")
        changes: list[list[str]] = []
        stage.store.listen(lambda events: changes.append([each["type"] for each in events]))
        await stage.time.pass_to(START + timedelta(hours=1))
        assert changes == [["instance-created", "job-changed"]]
        item = await stage.job(job)
        assert item["nextExecutionTime"] == "2026-03-01T14:00:00Z"
        assert item["executionCount"] == 2
        events = await stage.store.read(lambda c: list_events(c, after=0, limit=100, job_id=job))
        assert events[-2]["data"]["dueAt"] == "2026-03-01T13:00:00Z"
