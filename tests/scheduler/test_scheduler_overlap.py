"""What becomes of an execution while another one of its job has not ended."""

from datetime import timedelta
from pathlib import Path

import pytest
from scheduler_stage import START, Stage, StagedTime, staged

from courier_backend.model.errors import Conflict

pytestmark = pytest.mark.anyio
MINUTELY = "RRULE:FREQ=MINUTELY"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


async def statuses(stage: Stage, job_id: str) -> list[str]:
    return [each["status"] for each in await stage.instances(job_id)]


async def test_queue_lets_one_wait_and_skips_the_rest(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY)
        await stage.time.pass_to(START + minutes(3))
        assert await statuses(stage, job) == ["running", "pending", "skipped", "skipped"]
        first, waiting, skipped, _ = await stage.instances(job)
        assert waiting["reasonCode"] == skipped["reasonCode"] == "overlap"
        assert first["id"] in waiting["reason"]
        assert first["id"] in skipped["reason"]
        assert waiting["totalRuns"] == 0
        await stage.end(first["id"])
        assert await statuses(stage, job) == ["success", "running", "skipped", "skipped"]
        begun = (await stage.instances(job))[1]
        assert (begun["id"], begun["totalRuns"]) == (waiting["id"], 1)
        assert stage.driver.begun == [first["id"], waiting["id"]]
        item = await stage.job(job)
        assert (item["executionCount"], item["skippedExecutions"]) == (2, 2)


async def test_skip_skips(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY, overlap="skip")
        await stage.time.pass_to(START + minutes(1))
        await stage.end_all(job)
        await stage.time.pass_to(START + minutes(2))
        assert await statuses(stage, job) == ["success", "skipped", "running"]


async def test_parallel_begins_each(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY, overlap="parallel")
        await stage.time.pass_to(START + minutes(2))
        assert await statuses(stage, job) == ["running"] * 3


async def test_what_waits_begins_after_a_restart_when_the_one_before_ended(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY + ";COUNT=2")
        await stage.time.pass_to(START + minutes(1))
    async with staged(tmp_path, StagedTime(START + minutes(2))) as stage:
        assert await statuses(stage, job) == ["running", "pending"]
        assert stage.driver.begun == []
        await stage.end_all(job)
        assert await statuses(stage, job) == ["success", "running"]


async def test_what_ended_while_the_backend_was_away_lets_the_next_begin(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY + ";COUNT=2")
        await stage.time.pass_to(START + minutes(1))
        first = (await stage.instances(job))[0]["id"]
        await stage.scheduler.rest()
        await stage.end(first)
        assert await statuses(stage, job) == ["success", "pending"]
    async with staged(tmp_path, StagedTime(START + minutes(2))) as stage:
        assert await statuses(stage, job) == ["success", "running"]


async def test_made_up_executions_wait_in_line(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY, missed="run-all")
        await stage.end_all(job)
    async with staged(tmp_path, StagedTime(START + minutes(3.5))) as stage:
        assert await statuses(stage, job) == ["success", "running", "pending", "pending"]
        await stage.end_all(job)
        assert await statuses(stage, job) == ["success", "success", "running", "pending"]
        await stage.end_all(job)
        assert (await statuses(stage, job))[-1] == "running"


async def test_what_waits_can_be_canceled(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY)
        await stage.time.pass_to(START + minutes(1))
        waiting = (await stage.instances(job))[1]["id"]
        assert await stage.scheduler.cancel_pending(waiting, "why not")
        assert not await stage.scheduler.cancel_pending(waiting, "again")
        canceled = (await stage.instances(job))[1]
        assert (canceled["status"], canceled["reasonCode"]) == ("canceled", "operator")
        assert canceled["reason"].endswith("why not")
        await stage.end_all(job)
        assert await statuses(stage, job) == ["success", "canceled"]
        await stage.time.pass_to(START + minutes(2))
        assert (await statuses(stage, job))[-1] == "running"


async def test_what_never_began_has_nothing_to_retry(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY, overlap="skip")
        await stage.time.pass_to(START + timedelta(minutes=1))
        skipped = (await stage.instances(job))[-1]
        assert skipped["status"] == "skipped"
        with pytest.raises(Conflict, match="never began"):
            await stage.starts.retry(skipped["id"], "all", "t")


async def test_a_run_by_hand_counts_as_running_but_waits_for_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY + ";COUNT=2")
        await stage.starts.activate(job, "ada")
        assert await statuses(stage, job) == ["running", "running"]
        await stage.time.pass_to(START + minutes(1))
        assert await statuses(stage, job) == ["running", "running", "pending"]
        await stage.end((await stage.instances(job))[0]["id"])
        assert (await statuses(stage, job))[-1] == "pending"
        await stage.end((await stage.instances(job))[1]["id"])
        assert (await statuses(stage, job))[-1] == "running"


async def test_what_waited_for_another_waits_on_in_a_window(tmp_path: Path) -> None:
    pause = {"rrule": "RRULE:DTSTART=20260301T120200Z;FREQ=DAILY", "duration": 8}
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY, exceptionRules=[pause])
        await stage.time.pass_to(START + minutes(2.5))
        assert await statuses(stage, job) == ["running", "pending", "skipped"]
        await stage.end_all(job)
        waiting = (await stage.instances(job))[1]
        assert (waiting["status"], waiting["reasonCode"]) == ("pending", "exception-window")
        await stage.time.pass_to(START + minutes(9.9))
        assert (await stage.instances(job))[1]["status"] == "pending"
        await stage.time.pass_to(START + minutes(10))
        assert (await stage.instances(job))[1]["status"] == "running"


async def test_what_never_ends_fills_no_store(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=SECONDLY", overlap="skip")
        await stage.time.pass_to(START + minutes(10))
        found = await stage.instances(job)
        assert [each["status"] for each in found[:102]] == ["running", *["skipped"] * 101]
        assert len(found) < 115
        assert {each["reasonCode"] for each in found[1:]} == {"overlap"}
        assert (
            "61 executions, from 2026-03-01T12:01:41Z to 2026-03-01T12:02:41Z: instance"
            in (found[101]["reason"])
        )
        item = await stage.job(job)
        await stage.end(found[0]["id"])
        assert (await stage.instances(job))[-1]["status"] == "skipped"
        item = await stage.job(job)
        assert item["executionCount"] + item["skippedExecutions"] == 601
        assert item["nextExecutionTime"] == "2026-03-01T12:10:01Z"
        await stage.time.pass_to(START + minutes(10) + timedelta(seconds=1))
        assert (await stage.instances(job))[-1]["status"] == "running"


async def test_a_crowded_job_that_rests_does_not_wake(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=SECONDLY")
        await stage.time.pass_to(START + minutes(5))
        await stage.jobs.set_active(job, active=False, by="t")
        await stage.end_all(job)
        count = len(await stage.instances(job))
        await stage.time.pass_to(START + minutes(9))
        assert len(await stage.instances(job)) == count
        assert not stage.scheduler.is_needed
