"""What is faulty, elsewhere or of a wrong clock does not keep the others from executing."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scheduler_stage import START, Stage, staged

from courier_backend.model.errors import Conflict, OutOfSpace
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.outside_bodies import read_new_instance
from courier_backend.orchestrator.outside.beginning import created

pytestmark = pytest.mark.anyio

WINDOW = {"rrule": "RRULE:DTSTART=20260301T115900Z;FREQ=DAILY", "duration": 11}
"""Open until ten minutes after the start of the test."""
CLOSED = START + timedelta(minutes=11)
GONE = {"rrule": "RRULE:FREQ=DAILY;TZID=Gone/Zone", "duration": 5}


async def spoil(stage: Stage, job_id: str, **wrong: Any) -> None:
    """A definition that was fine when it was accepted; here and now nobody can read it."""
    definition = {
        **(await stage.definition(job_id)),
        **wrong,
    }
    changed = NewEvent("job-changed", START, job_id=job_id, data={"definition": definition})
    await stage.store.append([changed])


async def test_an_instance_that_cannot_begin_holds_up_no_other(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        faulty = await stage.add("immediate", exceptionRules=[WINDOW])
        waiting = await stage.add("immediate", exceptionRules=[WINDOW])
        recurring = await stage.add("RRULE:FREQ=MINUTELY", overlap="parallel")
        await spoil(stage, faulty, exceptionRules=[GONE])
        await stage.time.pass_to(CLOSED)
        assert [each["status"] for each in await stage.instances(faulty)] == ["pending"]
        assert [each["status"] for each in await stage.instances(waiting)] == ["running"]
        assert len(await stage.due(recurring)) == 12
        await spoil(stage, faulty, exceptionRules=[])
        await stage.time.pass_to(CLOSED + timedelta(minutes=1))
        assert [each["status"] for each in await stage.instances(faulty)] == ["running"]


async def test_rules_for_all_jobs_can_be_given_although_a_job_is_faulty(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        faulty = await stage.add("RRULE:FREQ=HOURLY")
        fine = await stage.add("RRULE:FREQ=MINUTELY")
        await spoil(stage, faulty, scheduleRule="RRULE:FREQ=DAILY;TZID=Gone/Zone")
        await stage.schedules.add_exception(WINDOW, "t")
        assert (await stage.job(fine))["nextExecutionTime"] == "2026-03-01T12:10:00Z"


async def test_a_store_that_cannot_be_read_for_a_moment_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        jobs = [await stage.add("RRULE:FREQ=HOURLY", overlap="parallel") for _ in range(201)]
        began = len(stage.driver.begun)
        read, calls = stage.store.read, 0

        async def failing(query: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 3:  # of what waits, of two hundred jobs, of the last one
                raise Conflict("the disk coughs")
            return await read(query)

        await stage.time.pass_to(START + timedelta(minutes=59))
        with monkeypatch.context() as patch:
            patch.setattr(stage.store, "read", failing)
            await stage.time.pass_to(START + timedelta(hours=1))
        await stage.time.pass_to(START + timedelta(hours=1, minutes=1))
        found = [each for job in jobs for each in await stage.instances(job)]
        running = [each["id"] for each in found if each["status"] == "running"]
        assert sorted(stage.driver.begun) == sorted(running)
        assert len(running) > began
        assert len(found) == 2 * len(jobs)


async def test_what_was_written_begins_when_the_disk_refuses_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        jobs = [await stage.add("RRULE:FREQ=HOURLY", overlap="parallel") for _ in range(3)]
        append = stage.store.append

        async def refusing(events: Sequence[NewEvent]) -> list[int]:
            if events and events[0].job_id == jobs[1]:
                raise stage.full
            return await append(events)

        await stage.time.pass_to(START + timedelta(minutes=59))
        stage.time.now = START + timedelta(hours=1)
        with monkeypatch.context() as patch:
            patch.setattr(stage.store, "append", refusing)
            with pytest.raises(OutOfSpace):
                await stage.schedules.add_exception(WINDOW, "t")
        found = [each for job in jobs for each in await stage.instances(job)]
        assert len(found) == 5
        assert sorted(stage.driver.begun) == sorted(each["id"] for each in found)


@pytest.mark.parametrize("how", ["deactivate", "cancel", "delete"])
async def test_a_job_can_be_ended_while_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=MINUTELY", overlap="parallel")
        append = stage.store.append

        async def refusing(events: Sequence[NewEvent]) -> list[int]:
            if any(event.kind == "instance-created" for event in events):
                raise stage.full
            return await append(events)

        monkeypatch.setattr(stage.store, "append", refusing)
        stage.time.now = START + timedelta(minutes=5)
        if how == "deactivate":
            await stage.jobs.set_active(job, False, "t")
        elif how == "cancel":
            await stage.jobs.cancel(job, "", "t")
        else:
            await stage.jobs.delete(job, "t")
        assert stage.scheduler.scheduled == 0
        assert len(await stage.instances(job)) == 1


async def test_what_others_execute_keeps_no_execution_waiting(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=MINUTELY", overlap="skip")
        await stage.end_all(job)
        group = {"nodeListType": "nodes", "nodeIdentifiers": [new_id()]}
        definition = await stage.definition(job)
        body = {
            "jobId": job,
            "name": "elsewhere",
            "instanceType": "scheduled",
            "triggeredBy": "somebody",
            "assignments": [{"groupNumber": 0, "jobRunId": new_id(), "nodeId": new_id()}],
            "target": {"executionType": "parallel", "groups": [group]},
            "actions": definition["actions"],
        }
        told = read_new_instance(json.dumps(body), "json", "")
        elsewhere = created(told, new_id, str, stage.time(), timeout_seconds=60)
        await stage.store.append([elsewhere])
        await stage.time.pass_to(START + timedelta(minutes=1))
        assert START.replace(microsecond=0) + timedelta(minutes=1) in await stage.due(job)


async def test_what_waits_is_looked_at_when_the_clock_was_years_ahead(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("immediate", exceptionRules=[WINDOW])
        await stage.time.leap_to(START + timedelta(days=4000))
        assert [each["status"] for each in await stage.instances(job)] == ["pending"]
        await stage.time.leap_to(CLOSED)
        assert [each["status"] for each in await stage.instances(job)] == ["running"]


async def test_a_pause_begun_under_a_wrong_clock_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=MINUTELY", overlap="parallel", missed="skip")

        async def refuse(_: object) -> None:
            raise stage.full

        with monkeypatch.context() as patch:
            patch.setattr(type(stage.executions), "refuse_when_full", refuse)
            await stage.time.leap_to(START + timedelta(days=4000))
        await stage.time.leap_to(START + timedelta(minutes=5))
        await stage.time.pass_to(START + timedelta(minutes=7))
        assert len(await stage.due(job)) >= 2
