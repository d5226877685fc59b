"""Recurring jobs for real: each second, on a lab, in and out of windows, over a killed backend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from bench.courier import wait_until
from bench.jobs import group, job, step
from courier_backend.model.times import from_text

if TYPE_CHECKING:
    from bench.courier import Courier, Item

SECOND = timedelta(seconds=1)
_JOBS = "/courier/scheduler-api/v1/jobs"
_STATE = "/courier/state-api/v1"


def recurring(rule: str, nodes: list[str], *commands: str, **more: Any) -> dict[str, Any]:
    made = job([group(nodes)], [step(*(commands or ("true",)))], name=f"scheduled {rule}")
    return made | {"scheduleRule": rule} | more


def window(opens: datetime, minutes: int = 1) -> dict[str, Any]:
    return {"rrule": f"RRULE:DTSTART={opens:%Y%m%dT%H%M%SZ};FREQ=DAILY", "duration": minutes}


def soon(seconds: float) -> datetime:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)


def instances(courier: Courier, job_id: str) -> list[Item]:
    path = f"{_STATE}/instances?jobId={job_id}&pagination.size=1000"
    items: list[Item] = courier.call("GET", path)["items"]
    return items


def the_job(courier: Courier, job_id: str) -> Item:
    item: Item = courier.call("GET", f"{_JOBS}/{job_id}")["item"]
    return item


def is_over(courier: Courier, job_id: str) -> bool:
    """Whether nothing is to come and nothing runs."""
    if the_job(courier, job_id)["displayStatus"] != "completed":
        return False
    open_ones = {"running", "pending"}
    return not any(each["status"] in open_ones for each in instances(courier, job_id))


def forget_rules(courier: Courier) -> None:
    """No window of another test holds any more."""
    for each in courier.call("GET", "/courier/scheduler-api/v1/exceptions")["items"]:
        courier.call("DELETE", f"/courier/scheduler-api/v1/exceptions/{each['exceptionId']}")


def test_the_instances_of_a_secondly_job_are_exactly_the_expected_ones(
    courier: Courier, lab: list[Item]
) -> None:
    mine, everybodys = soon(4), soon(11)
    courier.answer(
        *("scheduler", "exceptions", "add-rule", "--body-format", "json", "--body"),
        f'{{"rrule": "{window(everybodys)["rrule"]}", "duration": 1}}',
    )
    nodes = [node["id"] for node in lab[:2]]
    until = everybodys + 3 * SECOND
    rule = f"RRULE:FREQ=SECONDLY;UNTIL={until:%Y%m%dT%H%M%SZ}"
    # The job's own window is the minute that ends in a few seconds.
    paused = [window(mine - 60 * SECOND)]
    done = courier.submit(recurring(rule, nodes, overlap="parallel", exceptionRules=paused))
    assert wait_until(lambda: is_over(courier, done["id"]), 90)

    found = sorted(instances(courier, done["id"]), key=lambda each: str(each["dueAt"]))
    anchor = from_text(the_job(courier, done["id"])["createdAt"]).replace(microsecond=0)
    expected = {
        anchor + n * SECOND: "success" if mine <= anchor + n * SECOND < everybodys else "skipped"
        for n in range(int((until - anchor).total_seconds()) + 1)
    }
    assert {from_text(each["dueAt"]): each["status"] for each in found} == expected
    assert len(found) == len(expected)
    assert set(expected.values()) == {"success", "skipped"}
    for each in found:
        skipped = each["status"] == "skipped"
        assert each["reasonCode"] == ("exception-window" if skipped else "criteria-met")
        assert each["runCounts"] == ({} if skipped else {"success": 2})
        if skipped:
            whose = "the job" if from_text(each["dueAt"]) < mine else "all jobs"
            assert each["reason"].startswith(f"exception rule of {whose}: ")
    item = the_job(courier, done["id"])
    assert item["executionCount"] == list(expected.values()).count("success")
    assert item["skippedExecutions"] == list(expected.values()).count("skipped")


def test_executions_that_overlap_wait_for_each_other(courier: Courier, lab: list[Item]) -> None:
    forget_rules(courier)
    nodes = [lab[3]["id"]]
    slow = recurring("RRULE:FREQ=SECONDLY;COUNT=5", nodes, "sleep 1.6")
    done = courier.submit(slow)
    assert wait_until(lambda: is_over(courier, done["id"]), 60)
    found = instances(courier, done["id"])
    executed = [each for each in found if each["status"] == "success"]
    assert {each["status"] for each in found} == {"success", "skipped"}
    assert len(found) == 5
    assert len(executed) >= 3
    for one, next_one in pairwise(sorted(executed, key=lambda each: str(each["startedAt"]))):
        assert one["finishedAt"] <= next_one["startedAt"]


@pytest.mark.slow
def test_a_killed_backend_accounts_for_each_execution_once(
    courier: Courier, lab: list[Item]
) -> None:
    forget_rules(courier)
    nodes = [lab[4]["id"]]
    rule = "RRULE:FREQ=SECONDLY;COUNT=16"
    done = courier.submit(recurring(rule, nodes, "sleep 0.2", overlap="parallel"))
    for count in (3, 8):
        assert wait_until(lambda count=count: len(instances(courier, done["id"])) >= count, 30)  # type: ignore[misc]  # bound now
        courier.kill()
        # One is made up for, and what was due just before the start is not missed.
        until = datetime.now(UTC) + timedelta(seconds=3.1)
        assert wait_until(lambda until=until: datetime.now(UTC) > until, 10)  # type: ignore[misc]  # bound now
        courier.start()
    assert wait_until(lambda: is_over(courier, done["id"]), 60)
    found = sorted(instances(courier, done["id"]), key=lambda each: str(each["dueAt"]))
    due = [from_text(each["dueAt"]) for each in found]
    assert [after - before for before, after in pairwise(due)] == [SECOND] * 15
    assert {each["status"] for each in found} == {"success", "skipped"}
    skipped = [each for each in found if each["status"] == "skipped"]
    assert {each["reasonCode"] for each in skipped} == {"missed"}
    item = the_job(courier, done["id"])
    assert item["missedExecutions"] == len(skipped)
    assert item["executionCount"] + item["missedExecutions"] == 16
