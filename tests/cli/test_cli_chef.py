"""Chef's tree: the requests that scripts cause, and envelopes as the API answers them."""

import json
from pathlib import Path
from typing import Any

import cli_samples as sample
import pytest
from cli_backend import Answer, Backend, item, page, problem
from cli_outcome import Courier

from courier_backend.model.parse import parse_job

JOBS = "/courier/scheduler-api/v1/jobs"
STATE = "/courier/state-api/v1"
NODES = "/node/management/v1/nodes"


def test_add_job_sends_the_file_as_it_is(
    backend: Backend, courier: Courier, tmp_path: Path
) -> None:
    added = {"id": sample.JOB_ID, "exceptionReasons": [], "nextExecutionTime": sample.THEN}
    backend.on("POST", JOBS, item(added, 201))
    file = tmp_path / "job.yaml"
    file.write_text("name: ünique  # kept\n", "utf-8")

    outcome = courier("scheduler", "jobs", "add-job", "--body-file", str(file), "--profile", "x")

    assert outcome.code == 0
    assert outcome.json == {"item": added}
    request = backend.requests[0]
    assert request.body == file.read_bytes()
    assert request.query == {"fileName": str(file)}
    assert request.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("body_format", ["json", "yaml", "toml"])
def test_add_job_names_a_format_that_was_given(
    backend: Backend, courier: Courier, body_format: str
) -> None:
    backend.on("POST", JOBS, item({"id": sample.JOB_ID}, 201))

    courier("scheduler", "jobs", "add-job", "--body", "x", "--body-format", body_format)

    assert backend.requests[0].headers["content-type"] == f"application/{body_format}"


def test_add_job_says_warnings_on_stderr(backend: Backend, courier: Courier) -> None:
    backend.on("POST", JOBS, item({"id": "1", "warnings": [sample.finding("warning")]}))

    outcome = courier("scheduler", "jobs", "add-job", "--body", "{}")

    assert outcome.code == 0
    assert "the body:12:9: warning: target.groups[0].batchSize.value" in outcome.err


@pytest.mark.parametrize("body_format", ["json", "yaml", "toml"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_examples_are_valid_job_files(courier: Courier, body_format: str, number: int) -> None:
    outcome = courier("scheduler", "jobs", "add-job", "-e", "-f", body_format, "-n", str(number))

    parsed = parse_job(outcome.out, body_format)
    assert parsed.job is not None
    assert parsed.problems == []


def test_all_examples_and_none(courier: Courier) -> None:
    assert courier("scheduler", "jobs", "add-job", "-e", "-n", "0").out.count('"scheduleRule"') == 4
    assert courier("scheduler", "jobs", "add-job", "-e", "-n", "9").code == 2


@pytest.mark.parametrize(
    "words",
    [
        "management node modify-tags",
        "management node update-attributes",
        "management list add-nodes",
        "management list remove-nodes",
        "management list modify-nodes",
    ],
)
def test_an_example_needs_no_id(courier: Courier, words: str) -> None:
    assert courier(*words.split(), "--example").code == 0
    assert "Missing option" in courier(*words.split(), "--body", "{}").err


def test_an_id_that_is_empty_is_not_all_of_them(courier: Courier) -> None:
    told = courier("state", "instance", "list-all", "--job-id", "")
    assert (told.code, told.out) == (2, "")


IDS = {
    "job": ("--jobId", sample.JOB_ID),
    "instance": ("--instanceId", sample.INSTANCE_ID),
    "run": ("--runId", sample.RUN_ID),
    "node": ("--nodeId", sample.NODE_ID),
}
ONE_THING: list[tuple[str, str, str, str]] = [
    ("scheduler jobs get-job", "job", "GET", f"{JOBS}/{sample.JOB_ID}"),
    ("scheduler jobs delete-job", "job", "DELETE", f"{JOBS}/{sample.JOB_ID}"),
    ("scheduler jobs cancel-job", "job", "POST", f"{JOBS}/{sample.JOB_ID}/cancel"),
    ("scheduler jobs activated-job", "job", "POST", f"{JOBS}/{sample.JOB_ID}/activated"),
    ("state instance get-instance", "instance", "GET", f"{STATE}/instance/{sample.INSTANCE_ID}"),
    ("state run get-run", "run", "GET", f"{STATE}/run/{sample.RUN_ID}"),
    ("management node find-one-node", "node", "GET", f"{NODES}/{sample.NODE_ID}"),
    ("status get-status", "node", "GET", f"{NODES}/{sample.NODE_ID}/status"),
]


@pytest.mark.parametrize(("words", "kind", "method", "path"), ONE_THING)
def test_one_thing(
    backend: Backend, courier: Courier, words: str, kind: str, method: str, path: str
) -> None:
    answer = {"item": {"id": "ünique", "code": 200, "nested": [{"a": None}]}, "code": 200}
    backend.on(method, path, Answer(answer))

    outcome = courier(*words.split(), *IDS[kind], "--format", "json", "--profile", "admin")

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == json.dumps(answer, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(("words", "kind"), [(words, kind) for words, kind, _, _ in ONE_THING])
def test_one_thing_that_is_not_there(
    backend: Backend, courier: Courier, words: str, kind: str
) -> None:
    outcome = courier(*words.split(), *IDS[kind])

    assert outcome.code == 1
    assert outcome.error["code"] == "not-found"
    assert len(backend.requests) == 1


RUNS = "state instance list-instance-runs"
SPAN = "--run-after 2024-03-29T12:00:00Z --run-before 2024-03-31T19:59:20Z"
LISTS: list[tuple[str, str, dict[str, str]]] = [
    (
        "scheduler jobs list-jobs --active --status active --sortKey name --sortOrder desc",
        JOBS,
        {"active": "true", "status": "active", "sortKey": "name", "sortOrder": "desc"},
    ),
    ("scheduler jobs list-jobs --active=true --format json", JOBS, {"active": "true"}),
    ("scheduler jobs list-jobs --active=false", JOBS, {}),
    (
        f"state instance list-all --job-id {sample.JOB_ID} --status failure {SPAN}",
        f"{STATE}/instances",
        {
            "jobId": sample.JOB_ID,
            "status": "failure",
            "runAfter": "2024-03-29T12:00:00Z",
            "runBefore": "2024-03-31T19:59:20Z",
        },
    ),
    (
        f"{RUNS} --instanceId {sample.INSTANCE_ID} --groupNum 0 --status timeout",
        f"{STATE}/instance/{sample.INSTANCE_ID}/runs",
        {"groupNum": "0", "status": "timeout"},
    ),
    (f"state run list-steps --runId {sample.RUN_ID}", f"{STATE}/run/{sample.RUN_ID}/steps", {}),
    ("management node find-all-nodes", NODES, {}),
]


@pytest.mark.parametrize(("words", "path", "query"), LISTS)
def test_lists(
    backend: Backend, courier: Courier, words: str, path: str, query: dict[str, str]
) -> None:
    answer: Any = page({"id": "1", "name": "a"})
    backend.on("GET", path, answer)

    outcome = courier(*words.split(), "--pagination.page", "2", "--pagination.size", "10000")

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.json == answer.value
    sent = backend.requests[0].query
    assert sent.pop("pagination.page") == "2"
    assert sent.pop("pagination.size") == "10000"
    if "steps" not in path and "nodes" not in path:
        assert sent.pop("sortOrder") == query.get("sortOrder", "asc")
    assert sent == {name: value for name, value in query.items() if name != "sortOrder"}


def test_evidence_of_an_attempt(backend: Backend, courier: Courier) -> None:
    path = f"{STATE}/run/{sample.RUN_ID}/step/1/attempt/2/evidence"
    backend.on("GET", path, item({"artifactUrl": "http://x/evidence.zip?a=1&b=2"}))

    outcome = courier(
        "state", "run", "get-step-attempt-evidence", "--runId", sample.RUN_ID, "--stepNo", "1",
        "--attemptNo", "2",
    )  # fmt: skip

    assert outcome.json["item"]["artifactUrl"] == "http://x/evidence.zip?a=1&b=2"


def test_get_head_prints_nothing(backend: Backend, courier: Courier) -> None:
    backend.on("HEAD", f"{JOBS}/{sample.JOB_ID}", Answer())

    there = courier("scheduler", "jobs", "get-head", "--jobId", sample.JOB_ID)
    backend.on("HEAD", f"{JOBS}/{sample.JOB_ID}", problem(404, "not-found", ""))
    gone = courier("scheduler", "jobs", "get-head", "--jobId", sample.JOB_ID)

    assert (there.code, there.out, there.err) == (0, "", "")
    assert gone.code == 1
    assert gone.error["message"] == f"There is no job {sample.JOB_ID}."


def test_update_job(backend: Backend, courier: Courier) -> None:
    backend.on("PUT", f"{JOBS}/{sample.JOB_ID}", item(sample.job()))

    outcome = courier(
        "scheduler", "jobs", "update-job", "--jobId", sample.JOB_ID, "--body", sample.JOB_TEXT
    )

    assert outcome.json == {"item": sample.job()}
    assert backend.requests[0].body.decode() == sample.JOB_TEXT


def test_activated_job_takes_a_body_as_scripts_send_one(backend: Backend, courier: Courier) -> None:
    backend.on("POST", f"{JOBS}/{sample.JOB_ID}/activated", item({"id": sample.JOB_ID}))

    outcome = courier(
        "scheduler", "jobs", "activated-job", "--jobId", sample.JOB_ID, "--body", "{}"
    )

    assert outcome.json["item"]["id"] == sample.JOB_ID
