"""What schedules cost: nothing while nothing is due, little when much is. In processor time."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scheduler_stage import START, Stage, staged

pytestmark = pytest.mark.anyio
JOBS = 300


async def add_many(stage: Stage, rule: str) -> None:
    subs = (stage.submission(rule, overlap="parallel") for _ in range(JOBS))
    await asyncio.gather(*(stage.jobs.add(sub, idempotency_key="", by="t") for sub in subs))
    await stage.time.settled()


async def test_nothing_is_read_or_written_while_nothing_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        await add_many(stage, "RRULE:FREQ=MONTHLY;BYMONTHDAY=20")
        touched: list[str] = []

        def watch(name: str) -> None:
            real = getattr(stage.store, name)

            async def noted(*given: Any) -> Any:
                touched.append(name)
                return await real(*given)

            monkeypatch.setattr(stage.store, name, noted)

        watch("read")
        watch("append")
        begun = time.process_time()
        await stage.time.pass_to(START + timedelta(hours=10))
        assert touched == []
        # Twelve hundred looks, one for each half minute.
        assert time.process_time() - begun < 1.0
        assert stage.scheduler.scheduled == JOBS


async def test_many_that_are_due_together_are_written_together(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await add_many(stage, "RRULE:FREQ=MINUTELY;DTSTART=20260301T120100")
        groups: list[int] = []
        stage.store.listen(
            lambda events: groups.append(sum(each["type"] == "instance-created" for each in events))
        )
        begun = time.process_time()
        await stage.time.pass_to(START + timedelta(minutes=1))
        assert sum(groups) == JOBS
        assert len([each for each in groups if each]) < JOBS / 10
        assert time.process_time() - begun < 2.0


async def test_a_rule_that_blocks_every_job_for_ever_is_told_in_few_words(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=DAILY;BYHOUR=3")
        body = {"rrule": "RRULE:DTSTART=20260301;FREQ=DAILY", "duration": 1440}
        await stage.schedules.add_exception(body, "t")
        item = await stage.job(job)
        assert item["nextExecutionTime"] == "0001-01-01T00:00:00Z"
        assert 1 <= len(item["exceptionReasons"]) <= 3
