"""The commands about schedules, as a person and as a script give them, on a whole Courier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.courier import Courier, Item

    JobFile = Callable[[dict[str, Any]], str]

YEARLY = "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=1,2,3;BYHOUR=4;BYMINUTE=0;BYSECOND=0"
SECOND_OF_FEBRUARY = "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=2;BYHOUR=0;BYMINUTE=0;BYSECOND=0"


@pytest.fixture
def scheduled(courier: Courier, lab: list[Item], job_file: JobFile) -> Iterator[str]:
    """A job on three days of February; its id."""
    definition = job([group([lab[0]["id"]])], [step("true")], name="february")
    file = job_file(definition | {"scheduleRule": YEARLY, "allowManualExecution": True})
    job_id = str(courier.answer("run", file)["item"]["jobId"])
    yield job_id
    courier.command("scheduler", "jobs", "delete-job", "--jobId", job_id)


def times(item: Item) -> list[str]:
    return [each[5:] for each in item["estimates"]]


def test_windows_move_what_comes_next(courier: Courier, scheduled: str, tmp_path: Path) -> None:
    ask = ("scheduler", "jobs", "estimate-run-times", "--jobId", scheduled, "--count", "2")
    assert times(courier.answer(*ask)["item"]) == ["02-01T04:00:00Z", "02-02T04:00:00Z"]
    file = tmp_path / "rule.toml"
    file.write_text(f'rrule = "{SECOND_OF_FEBRUARY}"\nduration = 1440\n')
    rule = courier.answer("scheduler", "exceptions", "add-rule", "--body-file", str(file))["item"]
    found = courier.answer(*ask)["item"]
    assert times(found) == ["02-01T04:00:00Z", "02-03T04:00:00Z"]
    (blocked,) = found["blockedByExceptions"]
    assert blocked["time"].endswith("02-02T04:00:00Z")
    assert (blocked["source"], blocked["ruleId"]) == ("global", rule["exceptionId"])
    told = courier.command("jobs", "next", "february", "--count", "2").stdout
    assert f"exception rule for all jobs ({rule['exceptionId'][:8]})" in told
    courier.command("exceptions", "update", rule["exceptionId"][:8], "--minutes", "60")
    assert times(courier.answer(*ask)["item"]) == ["02-01T04:00:00Z", "02-02T04:00:00Z"]
    courier.command("exceptions", "remove", rule["exceptionId"][:8])
    assert courier.answer("scheduler", "exceptions", "list-rules")["totalItems"] == 0


def test_a_job_rests_and_wakes(courier: Courier, scheduled: str) -> None:
    deadline = f"{datetime.now(UTC) + timedelta(days=400):%Y-%m-%dT%H:%M:%SZ}"
    due = ("scheduler", "jobs", "get-pastDueJobs", "--deadline", deadline)
    assert [each["id"] for each in courier.answer(*due)["items"]] == [scheduled]
    courier.command("jobs", "deactivate", "february")
    assert courier.answer(*due)["items"] == []
    assert "no execution to come" in courier.command("jobs", "next", "february").stderr
    courier.command("jobs", "activate", "february")
    assert [each["id"] for each in courier.answer(*due)["items"]] == [scheduled]


def test_by_hand_in_a_window(courier: Courier, scheduled: str) -> None:
    rule = courier.answer(
        *("exceptions", "add", "RRULE:FREQ=MINUTELY", "--minutes", "1", "--format", "json")
    )["item"]
    manual = ("scheduler", "jobs", "create-manual-job", "--body-format", "json", "--body")
    waits = courier.answer(*manual, f'{{"jobId": "{scheduled}"}}')["item"]
    begun = courier.answer(
        *manual, f'{{"jobId": "{scheduled}", "triggeredBy": "ada", "override": true}}'
    )["item"]
    instance = courier.finish(begun["instanceId"])
    assert (instance["status"], instance["triggeredBy"]) == ("success", "ada")
    assert "RRULE:FREQ=MINUTELY" in instance["overridden"]
    assert instance["overwriteId"] == begun["overwriteId"]
    pending = courier.instance(waits["instanceId"])
    assert (pending["status"], pending["reasonCode"]) == ("pending", "exception-window")
    assert "exception rule" in courier.command("instances", "list", "--status", "pending").stdout
    courier.command("exceptions", "remove", rule["exceptionId"])
    assert courier.finish(waits["instanceId"])["status"] == "success"


def test_what_has_no_schedule_has_no_estimate(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    file = job_file(job([group([lab[1]["id"]])], [step("true")], name="once"))
    job_id = courier.answer("run", file)["item"]["jobId"]
    done = courier.command(
        *("scheduler", "jobs", "estimate-run-times", "--jobId", job_id), check=False
    )
    assert done.returncode == 2
    assert "can not estimate for immediate" in done.stderr
