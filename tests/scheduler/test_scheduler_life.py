"""The life of a job: resting, changed, canceled, deleted, started by hand; what is told of it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scheduler_stage import START, staged

from courier_backend.model.errors import BadInput, Conflict, NotFound
from courier_backend.model.event import NewEvent
from courier_backend.store.queries.events import list_events
from courier_backend.store.queries.instances import get_instance

pytestmark = pytest.mark.anyio
ZERO = "0001-01-01T00:00:00Z"
MINUTELY = "RRULE:FREQ=MINUTELY"


def at(**passed: float) -> datetime:
    return START.replace(microsecond=0) + timedelta(**passed)


async def test_a_resting_job_does_nothing_and_misses_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY, overlap="parallel")
        resting = await stage.jobs.set_active(job, active=False, by="t")
        assert (resting["status"], resting["displayStatus"]) == ("inactive", "inactive")
        assert resting["nextExecutionTime"] == ZERO
        assert not stage.scheduler.is_needed
        await stage.time.pass_to(START + timedelta(minutes=5))
        active = await stage.jobs.set_active(job, active=True, by="t")
        assert (active["status"], active["nextExecutionTime"]) == ("active", "2026-03-01T12:06:00Z")
        await stage.time.pass_to(START + timedelta(minutes=6))
        assert await stage.due(job) == [at(), at(minutes=6)]
        assert (await stage.job(job))["missedExecutions"] == 0
        again = await stage.jobs.set_active(job, active=True, by="t")
        assert again["modifiedAt"] == (await stage.job(job))["modifiedAt"]


async def test_what_waits_is_canceled_with_its_job(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for end in ("deactivate", "cancel", "delete"):
            job = await stage.add(MINUTELY)
            await stage.time.pass_to(stage.time.now + timedelta(minutes=1))
            if end == "deactivate":
                await stage.jobs.set_active(job, active=False, by="t")
            elif end == "cancel":
                await stage.jobs.cancel(job, "no more", "t")
            else:
                await stage.jobs.delete(job, "t")
            running, waiting = await stage.instances(job)
            assert (running["status"], waiting["status"]) == ("running", "canceled")
            await stage.end(running["id"])
            assert [each["status"] for each in await stage.instances(job)] == [
                "success",
                "canceled",
            ]
        assert not stage.scheduler.is_needed


async def test_who_deletes_a_job_as_it_comes_finds_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        append, deleting = stage.store.append, list[asyncio.Task[None]]()

        async def watched(events: Sequence[NewEvent]) -> None:
            await append(events)
            if events and events[0].kind == "job-added":
                deleting.append(asyncio.create_task(stage.jobs.delete(str(events[0].job_id), "t")))
                await asyncio.sleep(0.01)  # the delete goes as far as it can

        monkeypatch.setattr(stage.store, "append", watched)
        window = {"rrule": "RRULE:FREQ=DAILY;DTSTART=20260301", "duration": 1440}
        job = await stage.add("immediate", exceptionRules=[window])
        await asyncio.gather(*deleting)
        assert [each["status"] for each in await stage.instances(job)] == ["canceled"]


async def test_a_canceled_job_stays_canceled(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY)
        await stage.jobs.cancel(job, "", "t")
        assert (await stage.job(job))["nextExecutionTime"] == ZERO
        with pytest.raises(Conflict, match="was canceled, which is for good"):
            await stage.jobs.set_active(job, active=True, by="t")
        with pytest.raises(Conflict, match="is canceled; it starts no instance"):
            await stage.starts.activate(job, "t")


async def test_another_rule_counts_from_the_change(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=HOURLY;COUNT=2", overlap="parallel")
        await stage.time.pass_to(START + timedelta(minutes=10))
        changed = stage.submission("RRULE:FREQ=MINUTELY;INTERVAL=7;COUNT=2", overlap="parallel")
        item = await stage.jobs.update(job, changed, "t")
        assert item["nextExecutionTime"] == "2026-03-01T12:10:00Z"
        await stage.time.pass_to(START + timedelta(hours=2))
        assert await stage.due(job) == [at(), at(minutes=10), at(minutes=17)]


async def test_the_same_rule_goes_on_where_it_was(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        pause = [{"rrule": "RRULE:FREQ=MINUTELY;INTERVAL=3", "duration": 1}]
        rule = "RRULE:FREQ=MINUTELY;COUNT=8"
        job = await stage.add(rule, overlap="parallel", exceptionRules=pause)
        await stage.time.pass_to(START + timedelta(minutes=2, seconds=20))
        changed = stage.submission(rule, overlap="parallel", exceptionRules=pause, description="d")
        item = await stage.jobs.update(job, changed, "t")
        assert (item["description"], item["executionCount"]) == ("d", 2)
        await stage.time.pass_to(START + timedelta(hours=1))
        assert await stage.due(job) == [at(minutes=n) for n in (1, 2, 4, 5, 7)]
        assert (await stage.job(job))["displayStatus"] == "completed"


async def test_what_runs_and_what_waits_keep_their_definition(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY)
        await stage.time.pass_to(START + timedelta(minutes=1))
        sub = stage.submission(MINUTELY)
        sub["body"] = sub["body"].replace('"true"', '"false"')
        await stage.jobs.update(job, sub, "t")
        await stage.end_all(job)
        await stage.time.pass_to(START + timedelta(minutes=2))
        commands = [
            each["actionSpec"]["steps"][0]["command"]["linux"]
            for each in await stage.instances(job)
        ]
        assert commands == [["true"], ["true"], ["false"]]
        events = await stage.store.read(lambda c: list_events(c, after=0, limit=100, job_id=job))
        told = [each["data"]["definition"] for each in events if "definition" in each["data"]]
        steps = [each["actions"]["steps"][0]["command"]["linux"] for each in told]
        assert steps == [["true"], ["false"]]


async def test_a_recurring_job_that_becomes_immediate_has_nothing_to_come(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY)
        item = await stage.jobs.update(job, stage.submission("immediate"), "t")
        assert item["nextExecutionTime"] == ZERO
        assert not stage.scheduler.is_needed


async def test_a_change_while_resting_brings_nothing_back(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY)
        await stage.jobs.set_active(job, active=False, by="t")
        item = await stage.jobs.update(job, stage.submission("RRULE:FREQ=HOURLY"), "t")
        assert (item["status"], item["nextExecutionTime"]) == ("inactive", ZERO)


async def test_a_run_by_hand_needs_leave(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=DAILY;DTSTART=20260302")
        with pytest.raises(Conflict, match="allows no runs by hand") as refused:
            await stage.starts.by_hand(job, triggered_at=None, triggered_by="t", override=False)
        assert "allowManualExecution" in refused.value.hint
        before = await stage.job(job)
        started = await stage.starts.activate(job, "ada")
        item = await stage.store.read(lambda c: get_instance(c, started))
        assert (item["instanceType"], item["triggeredBy"]) == ("manual", "ada")
        after = await stage.job(job)
        assert after["nextExecutionTime"] == before["nextExecutionTime"] == "2026-03-02T00:00:00Z"
        assert after["executionCount"] == 1
        with pytest.raises(NotFound):
            await stage.starts.by_hand("none", triggered_at=None, triggered_by="t", override=False)


@pytest.mark.parametrize(
    ("changes", "place", "says"),
    [
        ({"scheduleRule": "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "scheduleRule", "no occ"),
        ({"scheduleRule": "RRULE:FREQ=DAILY;UNTIL=20200101"}, "scheduleRule", "no occurrence|over"),
        ({"scheduleRule": "RRULE:FREQ=DAILY;TZID=Europe/Berln"}, "scheduleRule", "no time zone"),
        (
            {"exceptionRules": [{"rrule": "RRULE:FREQ=DAILY;BYSECOND=60", "duration": 5}]},
            "exceptionRules[0].rrule",
            "never comes",
        ),
    ],
)
async def test_a_rule_that_never_occurs_is_refused_at_its_place(
    tmp_path: Path, changes: dict[str, object], place: str, says: str
) -> None:
    async with staged(tmp_path) as stage:
        sub = stage.submission("RRULE:FREQ=DAILY", **changes)
        with pytest.raises(BadInput, match=says) as refused:
            await stage.jobs.add(sub, idempotency_key="", by="t")
        (problem,) = refused.value.problems
        assert (problem["path"], problem["line"]) == (place, 1)
        plan = await stage.jobs.plan(sub)
        assert not plan["valid"]
        assert plan["problems"] == [problem]


async def test_estimates_name_what_does_not_happen(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        rule = await stage.schedules.add_exception(
            {"rrule": "RRULE:DTSTART=20260301T130000Z;FREQ=DAILY", "duration": 90}, "t"
        )
        pause = [{"rrule": "RRULE:DTSTART=20260301T160000Z;FREQ=DAILY", "duration": 1}]
        job = await stage.add("RRULE:FREQ=HOURLY", exceptionRules=pause)
        found = await stage.schedules.estimate(job, 3)
        assert found["estimates"] == [f"2026-03-01T{hour}:00:00Z" for hour in (15, 17, 18)]
        blocked = found["blockedByExceptions"]
        assert [(each["time"][11:13], each["source"], each["ruleId"]) for each in blocked] == [
            ("13", "global", rule["exceptionId"]),
            ("14", "global", rule["exceptionId"]),
            ("16", "job", ""),
        ]
        plan = await stage.jobs.plan(
            stage.submission("RRULE:FREQ=HOURLY;COUNT=4", exceptionRules=pause)
        )
        assert [each[11:13] for each in plan["nextExecutions"]] == ["12", "15"]
        assert len(plan["blockedByExceptions"]) == 2
        await stage.jobs.set_active(job, active=False, by="t")
        assert (await stage.schedules.estimate(job, 3))["estimates"] == []
        for count in (0, 1001):
            with pytest.raises(BadInput, match="count"):
                await stage.schedules.estimate(job, count)
        with pytest.raises(BadInput, match="can not estimate for immediate"):
            await stage.schedules.estimate(await stage.add("immediate"), 3)
        with pytest.raises(NotFound):
            await stage.schedules.estimate("none", 3)


async def test_past_due_are_the_jobs_expected_by_then(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        late = await stage.add("RRULE:FREQ=DAILY;DTSTART=20260303")
        soon = await stage.add("RRULE:FREQ=DAILY;DTSTART=20260302")
        resting = await stage.add("RRULE:FREQ=DAILY;DTSTART=20260302")
        await stage.jobs.set_active(resting, active=False, by="t")

        async def names(deadline: datetime) -> list[str]:
            return [each["id"] for each in await stage.schedules.past_due(deadline)]

        assert await names(at(hours=1)) == []
        assert await names(at(days=1)) == [soon]
        assert await names(at(days=3)) == [soon, late]


async def test_a_job_waits_for_a_disk_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY, overlap="parallel", missed="skip")
        full = type(stage.executions)

        async def refuse(_: object) -> None:
            raise stage.full

        with monkeypatch.context() as patch:
            patch.setattr(full, "refuse_when_full", refuse)
            await stage.time.pass_to(START + timedelta(minutes=2, seconds=20))
            assert await stage.due(job) == [at()]
        await stage.time.pass_to(START + timedelta(minutes=3))
        assert await stage.due(job) == [at(), at(minutes=2), at(minutes=3)]
        assert (await stage.job(job))["missedExecutions"] == 1


async def test_a_store_that_cannot_be_read_now_is_read_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add(MINUTELY, overlap="parallel")
        with monkeypatch.context() as patch:

            async def refuse(_: object) -> None:
                raise OSError(5, "Input/output error")

            patch.setattr(stage.store, "read", refuse)
            await stage.time.pass_to(START + timedelta(minutes=1))
        await stage.time.pass_to(START + timedelta(minutes=1, seconds=40))
        assert await stage.due(job) == [at(), at(minutes=1)]
        assert (await stage.job(job))["missedExecutions"] == 0
