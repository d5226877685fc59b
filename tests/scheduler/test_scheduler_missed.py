"""Executions that nobody was there for: made up for once, all of them, or recorded."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scheduler_stage import START, Stage, StagedTime, staged

pytestmark = pytest.mark.anyio
WHOLE = START.replace(microsecond=0)


def at(**passed: float) -> datetime:
    return WHOLE + timedelta(**passed)


@asynccontextmanager
async def after_a_night(
    folder: Path, rule: str, hours: float, **more: str
) -> AsyncIterator[tuple[Stage, str]]:
    """A job whose backend was away for so long; its first execution was at START."""
    time = StagedTime()
    async with staged(folder, time) as stage:
        job = await stage.add(rule, overlap="parallel", **more)
        await stage.end_all(job)
    time = StagedTime(START + timedelta(hours=hours))
    async with staged(folder, time) as stage:
        yield stage, job


async def test_run_once_executes_the_newest_within_the_grace(tmp_path: Path) -> None:
    async with after_a_night(tmp_path, "RRULE:FREQ=MINUTELY;INTERVAL=30", 2.4) as (stage, job):
        assert await stage.due(job) == [at(), at(hours=2)]
        assert await stage.due(job, "skipped") == [at(minutes=30), at(hours=1), at(hours=1.5)]
        item = await stage.job(job)
        assert (item["executionCount"], item["missedExecutions"]) == (2, 3)
        assert item["nextExecutionTime"] == "2026-03-01T14:30:00Z"
        skipped = [each for each in await stage.instances(job) if each["status"] == "skipped"]
        assert {each["reasonCode"] for each in skipped} == {"missed"}
        assert "it was due at 2026-03-01T12:30:00Z, when nobody was there" in skipped[0]["reason"]


async def test_run_once_leaves_what_is_too_late(tmp_path: Path) -> None:
    async with after_a_night(tmp_path, "RRULE:FREQ=HOURLY;INTERVAL=2", 3.5) as (stage, job):
        assert await stage.due(job) == [at()]
        assert await stage.due(job, "skipped") == [at(hours=2)]


async def test_run_all_executes_each(tmp_path: Path) -> None:
    rule = "RRULE:FREQ=HOURLY;INTERVAL=2"
    async with after_a_night(tmp_path, rule, 7, missed="run-all") as (stage, job):
        assert await stage.due(job) == [at(hours=n) for n in (0, 2, 4, 6)]
        assert (await stage.job(job))["missedExecutions"] == 0


async def test_run_all_is_bounded(tmp_path: Path) -> None:
    rule = "RRULE:FREQ=MINUTELY"
    async with after_a_night(tmp_path, rule, 4.99, missed="run-all") as (stage, job):
        due = await stage.due(job)
        assert due == [at(), *(at(minutes=n) for n in range(200, 300))]
        (skipped,) = (each for each in await stage.instances(job) if each["status"] == "skipped")
        assert (
            "199 executions, from 2026-03-01T12:01:00Z to 2026-03-01T15:19:00Z"
            in (skipped["reason"])
        )
        item = await stage.job(job)
        assert (item["executionCount"], item["missedExecutions"]) == (101, 199)


async def test_skip_executes_none(tmp_path: Path) -> None:
    async with after_a_night(tmp_path, "RRULE:FREQ=HOURLY", 2.5, missed="skip") as (stage, job):
        assert await stage.due(job) == [at()]
        assert await stage.due(job, "skipped") == [at(hours=1), at(hours=2)]


async def test_a_month_of_seconds_is_one_record(tmp_path: Path) -> None:
    async with after_a_night(tmp_path, "RRULE:FREQ=SECONDLY", 30 * 24) as (stage, job):
        statuses = Counter(each["status"] for each in await stage.instances(job))
        assert statuses == {"success": 1, "skipped": 1, "running": 2}
        assert (await stage.job(job))["missedExecutions"] == 30 * 86_400 - 2


async def test_what_fell_into_a_window_is_not_missed(tmp_path: Path) -> None:
    pause = [{"rrule": "RRULE:DTSTART=20260301T130000Z;FREQ=DAILY", "duration": 60}]
    rule = "RRULE:FREQ=MINUTELY;INTERVAL=30"
    async with after_a_night(tmp_path, rule, 2.9, exceptionRules=pause) as (stage, job):  # type: ignore[arg-type]  # any field
        codes = [
            each["reasonCode"] for each in await stage.instances(job) if each["status"] == "skipped"
        ]
        assert codes == ["missed", "exception-window", "exception-window", "missed"]
        assert await stage.due(job) == [at(), at(hours=2.5)]


async def test_what_is_made_up_for_waits_for_an_open_window(tmp_path: Path) -> None:
    pause = [{"rrule": "RRULE:DTSTART=20260301T131000Z;FREQ=DAILY", "duration": 60}]
    rule = "RRULE:FREQ=HOURLY"
    async with after_a_night(tmp_path, rule, 1.5, exceptionRules=pause) as (stage, job):  # type: ignore[arg-type]  # any field
        waiting = (await stage.instances(job))[-1]
        assert (waiting["status"], waiting["reasonCode"]) == ("pending", "exception-window")
        assert waiting["dueAt"] == "2026-03-01T13:00:00Z"
        assert (await stage.job(job))["executionCount"] == 2
        await stage.time.pass_to(at(hours=2, minutes=10))
        begun = (await stage.instances(job))[1]
        assert (begun["id"], begun["status"]) == (waiting["id"], "running")
        assert begun["startedAt"] == "2026-03-01T14:10:00Z"


async def test_a_leap_of_the_clock_misses_what_it_leaps_over(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=MINUTELY", overlap="parallel", missed="skip")
        await stage.time.pass_to(at(minutes=1, seconds=30))
        await stage.time.leap_to(at(minutes=5, seconds=30))
        assert await stage.due(job) == [at(), at(minutes=1)]
        assert (await stage.job(job))["missedExecutions"] == 4
        await stage.time.pass_to(at(minutes=6))
        assert (await stage.due(job))[-1] == at(minutes=6)


async def test_a_clock_set_back_repeats_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=MINUTELY", overlap="parallel")
        await stage.time.pass_to(at(minutes=3))
        await stage.time.leap_to(at(minutes=1))
        await stage.jobs.update(
            job, stage.submission("RRULE:FREQ=MINUTELY", overlap="parallel"), "t"
        )
        await stage.schedules.add_exception({"rrule": "RRULE:FREQ=YEARLY", "duration": 1}, "t")
        await stage.jobs.set_active(job, active=False, by="t")
        await stage.jobs.set_active(job, active=True, by="t")
        await stage.end_all(job)
        await stage.time.pass_to(at(minutes=5))
        assert await stage.due(job) == [at(minutes=n) for n in range(6)]


async def test_a_clock_that_was_years_ahead_does_not_silence_a_job(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=MINUTELY", overlap="parallel", missed="skip")
        await stage.time.leap_to(at(days=4000))
        await stage.time.leap_to(at(minutes=9, seconds=30))
        await stage.time.pass_to(at(minutes=10))
        assert at(minutes=10) in await stage.due(job)
    async with staged(tmp_path, StagedTime(at(days=4000))) as stage:
        pass
    async with staged(tmp_path, StagedTime(at(minutes=19, seconds=30))) as stage:
        await stage.time.pass_to(at(minutes=20))
        assert at(minutes=20) in await stage.due(job)


async def test_a_restart_in_time_misses_nothing(tmp_path: Path) -> None:
    async with after_a_night(tmp_path, "RRULE:FREQ=HOURLY", 0.99, missed="skip") as (stage, job):
        await stage.time.pass_to(at(hours=1))
        assert await stage.due(job) == [at(), at(hours=1)]
