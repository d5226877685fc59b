"""Exception windows: what falls into one is recorded, what is asked for in one waits."""

from datetime import timedelta
from pathlib import Path

import pytest
from scheduler_stage import START, Stage, staged

from courier_backend.model.errors import BadInput, NotFound
from courier_backend.model.event import NewEvent
from courier_backend.model.times import to_text
from courier_backend.model.wire import InstanceItem
from courier_backend.store.queries.exceptions import list_exceptions
from courier_backend.store.queries.instances import get_instance
from courier_backend.store.queries.paging import PageRequest

pytestmark = pytest.mark.anyio

NOW = {"rrule": "RRULE:DTSTART=20260301T115900Z;FREQ=DAILY", "duration": 11}
"""From a minute before the start of the test until ten minutes after."""
CLOSES = START.replace(microsecond=0) + timedelta(minutes=10)


async def only(stage: Stage, job_id: str) -> InstanceItem:
    (found,) = await stage.instances(job_id)
    return found


async def test_a_skipped_execution_names_the_rule(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        pause = {"rrule": "RRULE:FREQ=HOURLY;DTSTART=20260301T121000Z", "duration": 5}
        job = await stage.add("RRULE:FREQ=MINUTELY;INTERVAL=10", exceptionRules=[pause])
        item = await stage.job(job)
        assert item["nextExecutionTime"] == "2026-03-01T12:20:00Z"
        (reason,) = item["exceptionReasons"]
        assert "its window 2026-03-01T12:10:00Z to 2026-03-01T12:15:00Z" in reason
        await stage.time.pass_to(START + timedelta(minutes=11))
        skipped = (await stage.instances(job))[-1]
        assert (skipped["status"], skipped["reasonCode"]) == ("skipped", "exception-window")
        assert skipped["reason"] == reason
        assert skipped["dueAt"] == "2026-03-01T12:10:00Z"
        assert (skipped["groups"], skipped["totalRuns"]) == ([], 0)
        assert (await stage.job(job))["exceptionReasons"] == []


async def test_a_window_that_takes_very_many_is_one_record_when_it_closes(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=SECONDLY", exceptionRules=[NOW], overlap="parallel")
        item = await stage.job(job)
        assert item["nextExecutionTime"] == "2026-03-01T12:10:00Z"
        await stage.time.pass_to(CLOSES - timedelta(seconds=1))
        assert await stage.instances(job) == []
        await stage.time.pass_to(CLOSES + timedelta(seconds=2))
        skipped, *executed = await stage.instances(job)
        assert (
            "600 executions, from 2026-03-01T12:00:00Z to 2026-03-01T12:09:59Z"
            in (skipped["reason"])
        )
        assert len(executed) == 3
        assert (await stage.job(job))["skippedExecutions"] == 600


async def test_what_a_window_took_is_recorded_when_its_rule_goes(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        rule = await stage.schedules.add_exception(NOW, "t")
        job = await stage.add("RRULE:FREQ=SECONDLY", overlap="parallel")
        await stage.time.pass_to(START + timedelta(minutes=5))
        await stage.schedules.delete_exception(rule["exceptionId"], "t")
        item = await stage.job(job)
        assert (item["skippedExecutions"], item["executionCount"]) == (301, 0)
        assert item["nextExecutionTime"] == "2026-03-01T12:05:01Z"
        await stage.time.pass_to(START + timedelta(minutes=5, seconds=2))
        assert (await stage.job(job))["executionCount"] == 2


async def test_rules_for_all_jobs_move_the_next_time_of_every_job(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        jobs = [await stage.add("RRULE:FREQ=MINUTELY;INTERVAL=5") for _ in range(3)]

        async def nexts() -> set[str]:
            return {(await stage.job(each))["nextExecutionTime"] for each in jobs}

        assert await nexts() == {"2026-03-01T12:05:00Z"}
        rule = await stage.schedules.add_exception(NOW, "t")
        assert rule["nextWindow"] == {
            "start": "2026-03-01T11:59:00Z",
            "end": "2026-03-01T12:10:00Z",
        }
        assert await nexts() == {"2026-03-01T12:10:00Z"}
        longer = NOW | {"duration": 12}
        changed = await stage.schedules.update_exception(rule["exceptionId"], longer, "t")
        assert (changed["duration"], await nexts()) == (12, {"2026-03-01T12:15:00Z"})
        found, pages = await stage.store.read(lambda c: list_exceptions(c, PageRequest()))
        assert [each["exceptionId"] for each in found] == [rule["exceptionId"]]
        assert pages["totalItems"] == 1
        await stage.schedules.delete_exception(rule["exceptionId"], "t")
        assert await nexts() == {"2026-03-01T12:05:00Z"}
        with pytest.raises(NotFound, match="no exception"):
            await stage.schedules.get_exception(rule["exceptionId"])
        _, pages = await stage.store.read(lambda c: list_exceptions(c, PageRequest()))
        assert pages["totalItems"] == 0


async def test_a_rule_that_stays_as_it_is_keeps_its_start(tmp_path: Path) -> None:
    hourly = {"rrule": "RRULE:FREQ=HOURLY", "duration": 5}
    async with staged(tmp_path) as stage:
        rule = await stage.schedules.add_exception(hourly, "t")
        opens = rule["nextWindow"]
        await stage.time.pass_to(START + timedelta(minutes=3))
        changed = await stage.schedules.update_exception(
            rule["exceptionId"], hourly | {"duration": 10}, "t"
        )
        assert opens is not None
        assert changed["nextWindow"] == {"start": opens["start"], "end": "2026-03-01T12:10:00Z"}
    async with staged(tmp_path) as stage:
        again = await stage.schedules.get_exception(rule["exceptionId"])
        assert again["nextWindow"] == opens | {"end": "2026-03-01T12:10:00Z"}


async def test_rules_for_all_jobs_are_read_again_at_the_next_start(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.schedules.add_exception({"rrule": "RRULE:FREQ=DAILY", "duration": 60}, "t")
    async with staged(tmp_path) as stage:
        job = await stage.add("RRULE:FREQ=MINUTELY;INTERVAL=30")
        assert (await stage.job(job))["nextExecutionTime"] == "2026-03-01T13:00:00Z"


async def test_a_rule_without_a_start_has_the_same_windows_after_a_restart(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        stage.time.now += timedelta(milliseconds=499)
        rule = await stage.schedules.add_exception(
            {"rrule": "RRULE:FREQ=MINUTELY;INTERVAL=2", "duration": 1}, "t"
        )
    async with staged(tmp_path) as stage:
        again = await stage.schedules.get_exception(rule["exceptionId"])
        assert again == rule


async def test_a_rule_that_nobody_can_read_any_more_is_left_out(tmp_path: Path) -> None:
    gone = {"exceptionId": "e1", "rrule": "RRULE:FREQ=DAILY;TZID=Gone/Zone", "duration": 5}
    async with staged(tmp_path) as stage:
        await stage.store.append([NewEvent("exception-added", START, data=gone)])
    async with staged(tmp_path) as stage:
        assert stage.scheduler.exceptions == ()
        assert (await stage.schedules.get_exception("e1"))["nextWindow"] is None
        mended = {"rrule": "RRULE:FREQ=DAILY", "duration": 5}
        assert (await stage.schedules.update_exception("e1", mended, "t"))["nextWindow"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"duration": 5}, "rrule: must be a rule"),
        ({"rrule": "RRULE:FREQ=DAILY"}, "duration: must be a whole number"),
        ({"rrule": "RRULE:FREQ=DAILY", "duration": True}, "duration: must be a whole number"),
        ({"rrule": "RRULE:FREQ=DAILY", "duration": 0}, "not between 1 and"),
        ({"rrule": "RRULE:FREQ=NEVER", "duration": 5}, "NEVER"),
        ({"rrule": "RRULE:FREQ=DAILY", "duration": 5, "colour": 1}, "colour"),
        ({"rrule": "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "duration": 5}, "no occurrence"),
    ],
)
async def test_a_rule_that_is_none_is_refused(
    tmp_path: Path, body: dict[str, object], says: str
) -> None:
    async with staged(tmp_path) as stage:
        with pytest.raises(BadInput, match=says):
            await stage.schedules.add_exception(body, "t")


async def test_an_immediate_job_waits_until_the_window_closes(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.schedules.add_exception(NOW, "t")
        job = await stage.add("immediate")
        assert len((await stage.job(job))["exceptionReasons"]) == 1
        waiting = await only(stage, job)
        assert (waiting["status"], waiting["reasonCode"]) == ("pending", "exception-window")
        assert stage.scheduler.is_needed
        await stage.time.pass_to(CLOSES - timedelta(seconds=1))
        assert (await only(stage, job))["status"] == "pending"
        await stage.time.pass_to(CLOSES)
        begun = await only(stage, job)
        assert (begun["id"], begun["status"]) == (waiting["id"], "running")
        assert (begun["reasonCode"], begun["totalRuns"]) == ("", 1)
        assert begun["startedAt"] == "2026-03-01T12:10:00Z"
        assert stage.driver.begun == [begun["id"]]
        assert not stage.scheduler.is_needed


async def test_the_answer_says_when_it_will_begin(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.schedules.add_exception(NOW, "t")
        sub = stage.submission("immediate")
        plan = await stage.jobs.plan(sub)
        assert plan["nextExecutions"] == ["2026-03-01T12:10:00Z"]
        assert [each["source"] for each in plan["blockedByExceptions"]] == ["global"]
        done = await stage.jobs.add(sub, idempotency_key="", by="t")
        assert done["nextExecutionTime"] == "2026-03-01T12:10:00Z"
        assert done["exceptionReasons"]


async def test_a_retry_says_when_it_will_begin(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        job = await stage.add("immediate")
        first = await only(stage, job)
        await stage.end(first["id"], "failure")
        again = await stage.starts.retry(first["id"], "all", "t")
        assert again["nextExecutionTime"] == to_text(START)
        await stage.end_all(job)
        await stage.schedules.add_exception(NOW, "t")
        again = await stage.starts.retry(first["id"], "all", "t")
        assert again["nextExecutionTime"] == to_text(CLOSES)
        assert again["exceptionReasons"]


async def test_windows_without_an_end_in_sight_are_told(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        pause = {"rrule": "RRULE:DTSTART=20260101;FREQ=DAILY", "duration": 24 * 60}
        await stage.schedules.add_exception(pause, "t")
        sub = stage.submission("immediate")
        plan = await stage.jobs.plan(sub)
        assert plan["nextExecutions"] == []
        assert any("no end of the exception windows" in each for each in plan["warnings"])
        done = await stage.jobs.add(sub, idempotency_key="", by="t")
        assert done["nextExecutionTime"].startswith("0001-01-01")
        job = await stage.add("RRULE:FREQ=HOURLY")
        item = await stage.job(job)
        assert (item["displayStatus"], item["nextExecutionTime"][:4]) == ("active", "0001")


async def test_what_waits_begins_when_the_rule_goes(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        rule = await stage.schedules.add_exception(NOW, "t")
        job = await stage.add("immediate")
        await stage.schedules.delete_exception(rule["exceptionId"], "t")
        await stage.time.settled()
        assert (await only(stage, job))["status"] == "running"


async def test_what_waits_is_taken_up_by_the_next_backend(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.schedules.add_exception(NOW, "t")
        job = await stage.add("immediate")
    async with staged(tmp_path) as stage:
        assert (await only(stage, job))["status"] == "pending"
        await stage.time.pass_to(CLOSES)
        assert (await only(stage, job))["status"] == "running"


async def test_windows_that_meet_are_waited_for_one_after_the_other(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.schedules.add_exception(NOW, "t")
        then = {"rrule": "RRULE:DTSTART=20260301T121000Z;FREQ=DAILY", "duration": 3}
        job = await stage.add("immediate", exceptionRules=[then])
        await stage.time.pass_to(CLOSES)
        waiting = await only(stage, job)
        assert waiting["status"] == "pending"
        assert waiting["reason"].startswith("exception rule of the job: every day at 12:10 UTC, ")
        await stage.time.pass_to(CLOSES + timedelta(minutes=3))
        assert (await only(stage, job))["status"] == "running"


async def test_a_run_by_hand_may_override_a_window_and_says_so(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.schedules.add_exception(NOW, "t")
        job = await stage.add("RRULE:FREQ=DAILY", allowManualExecution=True)

        async def by_hand(*, override: bool) -> InstanceItem:
            done = await stage.starts.by_hand(
                job, triggered_at=START, triggered_by="ada", override=override
            )
            item = await stage.store.read(lambda c: get_instance(c, done["instanceId"]))
            assert item["overwriteId"] == done["overwriteId"]
            return item

        waits = await by_hand(override=False)
        assert (waits["status"], waits["overridden"]) == ("pending", "")
        runs = await by_hand(override=True)
        assert (runs["status"], runs["instanceType"]) == ("running", "manual")
        assert (runs["triggeredBy"], runs["dueAt"]) == ("ada", "2026-03-01T12:00:00.500000Z")
        assert "exception rule of " in runs["overridden"]
