"""Schedules on the command line: exception rules, when a job is next, jobs that rest."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cli_samples as sample
import pytest
from cli_backend import Answer, Backend, item, page, problem
from cli_outcome import Courier

from courier_backend.cli.when import ahead

BASE = "/courier/scheduler-api/v1"
JOB = f"{BASE}/jobs/{sample.JOB_ID}"
RULES = f"{BASE}/exceptions"
RULE = f"{RULES}/{sample.EXCEPTION_ID}"
RRULE = "RRULE:FREQ=WEEKLY;BYDAY=SU"


class TestChefsTree:
    @pytest.mark.parametrize(
        ("words", "method", "path"),
        [
            ("exceptions get-rule --exceptionId ID", "GET", RULE),
            ("exceptions delete-rule --exceptionId ID", "DELETE", RULE),
            ("exceptions update-rule --exceptionId ID --body {}", "PUT", RULE),
            ("exceptions add-rule --body {}", "POST", RULES),
            ("jobs create-manual-job --body {}", "POST", f"{BASE}/jobs/manual"),
            (f"jobs estimate-run-times --jobId {sample.JOB_ID}", "GET", f"{JOB}/estimate"),
        ],
    )
    def test_one_thing(
        self, backend: Backend, courier: Courier, words: str, method: str, path: str
    ) -> None:
        answer = {"item": {"ünique": [None]}, "code": 200}
        backend.on(method, path, Answer(answer))

        words = words.replace(" ID", f" {sample.EXCEPTION_ID}")
        outcome = courier("scheduler", *words.split(), "--format", "json", "--profile", "admin")

        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out == json.dumps(answer, indent=2, ensure_ascii=False) + "\n"

    @pytest.mark.parametrize(
        ("words", "path", "query"),
        [
            ("exceptions list-rules", RULES, {"sortOrder": "asc"}),
            (
                "jobs get-pastDueJobs --deadline 2024-03-27T00:00:00Z",
                f"{BASE}/jobs/pastdue",
                {"deadline": "2024-03-27T00:00:00Z"},
            ),
        ],
    )
    def test_lists(
        self, backend: Backend, courier: Courier, words: str, path: str, query: dict[str, str]
    ) -> None:
        answer: Any = page({"id": "1"})
        backend.on("GET", path, answer)

        outcome = courier(
            "scheduler", *words.split(), "--pagination.page", "2", "--pagination.size", "10000"
        )

        assert outcome.json == answer.value
        paging = {"pagination.page": "2", "pagination.size": "10000"}
        assert backend.requests[0].query == {**paging, **query}

    @pytest.mark.parametrize("name", ["rule.yaml", "rule.toml"])
    def test_a_body_is_sent_as_it_is(
        self, backend: Backend, courier: Courier, tmp_path: Path, name: str
    ) -> None:
        backend.on("POST", RULES, item(sample.exception(), 201))
        file = tmp_path / name
        file.write_text("duration: 2  # kept\n")

        courier("scheduler", "exceptions", "add-rule", "--body-file", str(file))

        assert backend.requests[0].body == file.read_bytes()
        assert backend.requests[0].query == {"fileName": str(file)}

    def test_problems_are_those_of_the_body(self, backend: Backend, courier: Courier) -> None:
        told = problem(422, "bad-input", "rrule is missing.", problems=[sample.finding()])
        backend.on("POST", RULES, told)

        outcome = courier("scheduler", "exceptions", "add-rule", "--body", "{}")

        assert (outcome.code, outcome.error["problems"]) == (2, [sample.finding()])

    def test_an_immediate_job_has_no_estimate(self, backend: Backend, courier: Courier) -> None:
        backend.on(
            "GET", f"{JOB}/estimate", problem(422, "bad-input", "can not estimate for immediate")
        )

        outcome = courier("scheduler", "jobs", "estimate-run-times", "--jobId", sample.JOB_ID)

        assert (outcome.code, outcome.error["message"]) == (2, "can not estimate for immediate")

    def test_how_many_times(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", f"{JOB}/estimate", item(sample.estimate()))
        words = ("scheduler", "jobs", "estimate-run-times", "--jobId", sample.JOB_ID)

        courier(*words)
        courier(*words, "--count", "3")

        assert [each.query for each in backend.requests] == [{"count": "10"}, {"count": "3"}]
        assert courier(*words, "--count", "0").code == 2

    @pytest.mark.parametrize("body_format", ["json", "yaml", "toml"])
    def test_examples(self, courier: Courier, body_format: str) -> None:
        words = ("scheduler", "exceptions", "add-rule", "--example", "-f", body_format)

        assert "RRULE:DTSTART=20230620;FREQ=DAILY" in courier(*words).out
        assert courier(*words, "-n", "0").out.count("RRULE:") == 2
        assert courier(*words, "-n", "3").code == 2


class TestExceptions:
    def test_a_table(self, backend: Backend, courier: Courier) -> None:
        over = sample.exception(nextWindow=None, rrule="RRULE:FREQ=DAILY;COUNT=1", duration=1440)
        backend.on("GET", RULES, page(over, sample.exception()))

        told = courier("exceptions", "list").out

        for text in ("7b9e4f3a", "every week on Sun", "1 h 30 min", RRULE, "every day, 1×", "1 d"):
            assert text in told
        assert "2024-03-31 14:57:20 to 16:27:20" in told
        assert courier("exception", "list").out == told
        assert courier("exceptions", "list", "--format", "json").json["totalItems"] == 2

    def test_no_rules(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", RULES, page())

        assert courier("exceptions", "list").err.startswith("No exception rules:")

    def test_one(self, backend: Backend, courier: Courier) -> None:
        backend.on(
            "GET", "/courier/resolve-api/v1/exception/7b9e4f3a", item({"id": sample.EXCEPTION_ID})
        )
        backend.on("GET", RULE, item(sample.exception()))

        told = courier("exception", "show", "7b9e4f3a").out

        for text in (sample.EXCEPTION_ID, RRULE, "every week on Sun", "2024-03-27 14:57:20 +0000"):
            assert text in told

    def test_a_window_that_is_open(self, backend: Backend, courier: Courier) -> None:
        now = datetime.now(UTC)
        opened = {
            "start": (now - timedelta(minutes=1)).isoformat(),
            "end": (now + timedelta(days=1)).isoformat(),
        }
        backend.on("GET", RULES, page(sample.exception(nextWindow=opened)))

        until = f"{now + timedelta(days=1):%Y-%m-%d %H:%M:%S}"
        assert f"open until {until}" in courier("exceptions", "list").out

    def test_add(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", RULES, item(sample.exception(), 201))

        outcome = courier("exceptions", "add", RRULE, "--minutes", "90")

        assert backend.requests[0].json == {"rrule": RRULE, "duration": 90}
        assert outcome.out == ""
        assert outcome.err == (
            f"Exception rule {sample.EXCEPTION_ID} was added; "
            "next window: 2024-03-31 14:57:20 to 16:27:20.\n"
        )
        json_too = courier("exceptions", "add", RRULE, "--minutes", "90", "--format", "json")
        assert json_too.json == {"item": sample.exception()}

    def test_a_rule_that_is_over_is_told_as_such(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", RULES, item(sample.exception(nextWindow=None), 201))

        told = courier("exceptions", "add", RRULE, "--minutes", "90").err

        assert told.endswith("was added; it opens no window any more.\n")

    @pytest.mark.parametrize(
        ("given", "sent"),
        [
            (("--minutes", "5"), {"rrule": RRULE, "duration": 5}),
            (("--rrule", "RRULE:FREQ=DAILY"), {"rrule": "RRULE:FREQ=DAILY", "duration": 90}),
        ],
    )
    def test_what_is_not_given_stays(
        self, backend: Backend, courier: Courier, given: tuple[str, ...], sent: dict[str, Any]
    ) -> None:
        backend.on("GET", RULE, item(sample.exception()))
        backend.on("PUT", RULE, item(sample.exception()))

        outcome = courier("exceptions", "update", sample.EXCEPTION_ID, *given)

        assert backend.sent("PUT", RULE)[0].json == sent
        assert "was changed; next window" in outcome.err

    def test_nothing_to_change(self, courier: Courier, backend: Backend) -> None:
        outcome = courier("exceptions", "update", sample.EXCEPTION_ID)

        assert (outcome.code, backend.requests) == (2, [])
        assert outcome.error["message"] == "Nothing to change was given."

    def test_remove(self, backend: Backend, courier: Courier) -> None:
        backend.on("DELETE", RULE, item({"exceptionId": sample.EXCEPTION_ID}))

        assert "was removed" in courier("exceptions", "remove", sample.EXCEPTION_ID).err


class TestJobs:
    def test_next(self, backend: Backend, courier: Courier) -> None:
        mine = sample.blocked(time="2024-03-27T14:57:00Z", source="global", ruleId="7b9e4f3a-2f0d")
        backend.on("GET", f"{JOB}/estimate", item(sample.estimate(blockedByExceptions=[mine])))

        told = courier("jobs", "next", sample.JOB_ID, "--count", "1").out.splitlines()

        assert told[0].split() == ["When", "In", "What", "Why"]
        assert (
            told[1].split("  ")[-1].strip()
            == "exception rule for all jobs (7b9e4f3a): every 3 minutes"
        )
        assert "↷ skipped" in told[1]
        assert "▸ executes" in told[2]
        assert backend.requests[0].query == {"count": "1"}

    def test_nothing_is_next(self, backend: Backend, courier: Courier) -> None:
        none = sample.estimate(estimates=[], blockedByExceptions=[])
        backend.on("GET", f"{JOB}/estimate", item(none))

        assert courier("jobs", "next", sample.JOB_ID).err == "It has no execution to come.\n"

    def test_rest_and_work_again(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{JOB}/deactivate", item(sample.job(status="inactive")))
        backend.on(
            "POST", f"{JOB}/activate", item(sample.job(nextExecutionTime=sample.THEN)),
            item(sample.job()),
        )  # fmt: skip

        assert (
            "(61013744-bd6e-437c-a995-b6211318624e) rests;"
            in courier("jobs", "deactivate", sample.JOB_ID).err
        )
        told = [courier("jobs", "activate", sample.JOB_ID).err for _ in range(2)]
        assert told[0].endswith("next execution: 2024-03-27 14:57:20 +0000.\n")
        assert told[1].endswith("it has no execution to come.\n")

    def test_the_schedule_in_words(self, backend: Backend, courier: Courier) -> None:
        job = sample.job(
            scheduleRule="RRULE:FREQ=MINUTELY;INTERVAL=5",
            exceptionRules=[{"rrule": "RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=0", "duration": 60}],
            nextExecutionTime=sample.THEN,
            exceptionReasons=["it is night"],
            missed="run-all",
            overlap="skip",
            missedExecutions=4,
            skippedExecutions=2,
        )
        backend.on("GET", f"{BASE}/jobs", page(job))
        backend.on("GET", JOB, item(job))

        told = courier("jobs", "show", sample.JOB_ID).out

        assert "every 5 minutes" in courier("jobs", "list").out
        for text in (
            "every 5 minutes  (RRULE:FREQ=MINUTELY;INTERVAL=5)",
            "every day at 02:00 UTC, for 60 minutes",
            "2024-03-27 14:57:20 +0000  (now)",
            "it is night",
            "4 so far  (policy run-all)",
            "2 so far  (overlap skip)",
        ):
            assert text in told


def test_how_long_it_is_until() -> None:
    now = datetime(2024, 3, 27, 14, 0, tzinfo=UTC)
    assert ahead("2024-03-27T14:03:20Z", now) == "in 3 min 20 s"
    assert ahead("2024-03-27T13:59:59Z", now) == "now"
    assert ahead(sample.ZERO, now) == "–"


INSTANCE = f"/courier/state-api/v1/instance/{sample.INSTANCE_ID}"


def test_an_instance_that_did_not_happen_says_why(backend: Backend, courier: Courier) -> None:
    skipped = sample.instance(
        "skipped", reason="It is night.", dueAt=sample.THEN, totalRuns=0, runCounts={}, groups=[]
    )
    backend.on("GET", "/courier/state-api/v1/instances", page(skipped))
    backend.on("GET", INSTANCE, item(skipped))

    assert "It is night." in courier("instances", "list").out
    told = courier("instances", "show", sample.INSTANCE_ID).out
    assert "Due       2024-03-27 14:57:20 +0000" in told
    assert "Groups" not in told


def test_an_instance_shows_the_steps_that_it_was_made_with(
    backend: Backend, courier: Courier
) -> None:
    step = {
        "name": "patch",
        "interpreter": {"name": "chef-platform/shell-interpreter"},
        "command": {"linux": ["apt-get update", "apt-get upgrade"]},
    }
    backend.on("GET", INSTANCE, item(sample.instance(actionSpec={"steps": [step]})))

    told = courier("instances", "show", sample.INSTANCE_ID).out

    assert "1  patch  shell-interpreter  apt-get update …" in told


def test_a_window_that_was_overridden(backend: Backend, courier: Courier) -> None:
    backend.on("GET", INSTANCE, item(sample.instance(overridden="It is night.")))

    told = courier("instances", "show", sample.INSTANCE_ID).out

    assert "Overridden  It is night." in told
    assert "Due" not in told


def test_an_example_of_a_run_by_hand(courier: Courier) -> None:
    outcome = courier("scheduler", "jobs", "create-manual-job", "--example")

    assert outcome.code == 0
    assert outcome.json == {"jobId": sample.JOB_ID, "triggeredBy": "ada", "override": False}
