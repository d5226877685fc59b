"""Tables for people and JSON for programs, of every kind of thing."""

import time
from typing import Any

import cli_samples as sample
import pytest
from cli_backend import Backend, item, page
from cli_outcome import Courier

JOBS = "/courier/scheduler-api/v1/jobs"
STATE = "/courier/state-api/v1"
NODES = "/node/management/v1/nodes"
EVENTS = "/courier/events-api/v1/events"
RESOLVE = "/courier/resolve-api/v1"
HOSTILE = "[/red] \x1b[2J\u202eevil\nname"
SHOWN = "[/red] \\x1b[2J\\u202eevil name"


@pytest.fixture(autouse=True)
def things(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    steps = page(sample.step(1, sample.attempt()))
    backend.on("GET", JOBS, page(sample.job(), total=21))
    backend.on("GET", f"{JOBS}/{sample.JOB_ID}", item(sample.job()))
    backend.on("GET", f"{STATE}/instances", page(sample.instance("failure")))
    backend.on("GET", f"{STATE}/instance/{sample.INSTANCE_ID}", item(sample.instance()))
    backend.on("GET", f"{STATE}/runs", page(sample.run(status="timeout", reason="no answer")))
    backend.on("GET", f"{STATE}/instance/{sample.INSTANCE_ID}/runs", page(sample.run()))
    backend.on("GET", f"{STATE}/run/{sample.RUN_ID}", item(sample.run(waitingPlace=3)))
    backend.on("GET", f"{STATE}/run/{sample.RUN_ID}/steps", steps)
    backend.on("GET", f"{STATE}/run/{sample.RUN_ID}/step/1", item(steps.value["items"][0]))
    backend.on("GET", NODES, page(sample.node()))
    backend.on("GET", f"{NODES}/{sample.NODE_ID}", item(sample.node()))
    finished = sample.event(
        7, "run-finished", sample.RUN_ID, status="failure", reason="exit code 1"
    )
    backend.on("GET", EVENTS, page(finished))
    for kind, whole in (
        ("job", sample.JOB_ID),
        ("instance", sample.INSTANCE_ID),
        ("run", sample.RUN_ID),
        ("node", sample.NODE_ID),
    ):
        backend.on("GET", f"{RESOLVE}/{kind}/{whole[:8]}", item({"id": whole}))


TABLES = [
    ("jobs list", ["61013744", "uptime", "✓ completed", "immediate", "✓ success"]),
    ("instances list", ["befe88f3", "✗ failure", "1 success, 1 failure", "5.0 s", "system"]),
    ("runs list", ["496f0d9a", "web-1", "! timeout", "1 of 1", "no answer"]),
    ("run list --instance befe88f3", ["496f0d9a", "✓ success"]),
    ("steps list 496f0d9a", ["sleep", "✓ success", "shell-interpreter 1.0.0"]),
    ("nodes list", ["03ba18c0", "web-1", "● reachable", "debian", "role=web", "this machine"]),
    ("events list", ["7", "run-finished", "run 496f0d9a", "✗ failure", "exit code 1"]),
    ("job show uptime", [sample.JOB_ID, "1 node ", "50 %", "60 s", "sleep 10 …"]),
    ("job show 61013744", [sample.JOB_ID]),
    ("instance show befe88f3", [sample.INSTANCE_ID, "2: ", "2 success", "batching, 1 at a time"]),
    ("run show 496f0d9a", [sample.RUN_ID, sample.NODE_ID, "✓ success (waits, place 3)", "sleep"]),
    ("step show 496f0d9a 1", ["✓ success", "2 KiB", "✓ stored 612 B"]),
    ("node show web-1", [sample.NODE_ID, "● reachable", "courier-runner 0.1.0", "platform"]),
    ("events show 7", ["run-finished", "exit code 1"]),
]


@pytest.mark.parametrize(("words", "expected"), TABLES)
def test_tables(courier: Courier, words: str, expected: list[str]) -> None:
    outcome = courier(*words.split())

    assert outcome.code == 0
    for text in expected:
        assert text in outcome.out
    assert "\x1b" not in outcome.out
    assert not any(line != line.rstrip() for line in outcome.out.splitlines())


@pytest.mark.parametrize("words", [words for words, _ in TABLES])
def test_json_is_the_answer_in_its_envelope(courier: Courier, words: str) -> None:
    before, after = (
        courier("--format", "json", *words.split()),
        courier(*words.split(), "--format=json"),
    )

    assert before.code == 0
    assert before.out == after.out
    assert before.json.keys() & {"item", "items"}
    assert before.err == ""


def test_what_is_left_of_a_list_is_said(courier: Courier) -> None:
    assert courier("jobs", "list").err == "1 of 21, page 1 of 3.\n"


def test_empty_lists_say_what_to_do(backend: Backend, courier: Courier) -> None:
    backend.on("GET", JOBS, page())

    outcome = courier("jobs", "list")

    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "No jobs. `courier run FILE` submits one.\n"


def test_a_page_behind_the_last_is_told_as_such(backend: Backend, courier: Courier) -> None:
    backend.on("GET", JOBS, page(total=21, number=9))

    outcome = courier("jobs", "list", "--page", "9")

    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "Nothing stands on this page; there are 21 in all.\n"


def test_the_newest_are_told_and_the_last_stands_last(backend: Backend, courier: Courier) -> None:
    backend.on("GET", JOBS, page(sample.job(name="newest"), sample.job(name="older")))
    told = courier("jobs", "list").out
    assert told.index("older") < told.index("newest")
    courier("jobs", "list", "--oldest", "--limit", "5", "--page", "2")

    newest, oldest = (request.query for request in backend.sent("GET", JOBS))
    assert (newest["sortOrder"], newest["pagination.size"]) == ("desc", "20")
    assert (oldest["sortOrder"], oldest["pagination.size"]) == ("asc", "5")
    assert oldest["pagination.page"] == "2"


def test_filters_take_names_and_prefixes(backend: Backend, courier: Courier) -> None:
    courier("runs", "list", "--job", "uptime", "--node", "web-1", "--status", "failure")

    query = backend.sent("GET", f"{STATE}/runs")[0].query
    assert query["jobId"] == sample.JOB_ID
    assert query["nodeId"] == sample.NODE_ID
    assert query["status"] == "failure"


def test_an_instance_tells_of_ends_that_came_late(backend: Backend, courier: Courier) -> None:
    before = courier("instance", "show", "befe88f3").out
    late = item(sample.instance("failure", lateCompletions=2))
    backend.on("GET", f"{STATE}/instance/{sample.INSTANCE_ID}", late)

    assert "Late" not in before
    assert "2 runs told their end after that" in courier("instance", "show", "befe88f3").out


def test_hostile_names_do_no_harm(backend: Backend, courier: Courier) -> None:
    backend.on("GET", JOBS, page(sample.job(name=HOSTILE)))
    backend.on("GET", f"{JOBS}/{sample.JOB_ID}", item(sample.job(name=HOSTILE)))

    assert SHOWN in courier("jobs", "list").out
    assert SHOWN in courier("job", "show", sample.JOB_ID).out


def test_ids_are_as_long_as_it_takes_to_tell_them_apart(backend: Backend, courier: Courier) -> None:
    other = sample.JOB_ID[:12] + "f" + sample.JOB_ID[13:]
    backend.on("GET", JOBS, page(sample.job(), sample.job(id=other)))

    told = courier("jobs", "list").out.splitlines()

    assert [line.split()[0] for line in told[1:]] == [other[:13], sample.JOB_ID[:13]]


def test_without_unicode_the_signs_are_plain(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courier_backend.cli.table.speaks_unicode", lambda _stream: False)

    assert "x failure" in courier("instances", "list").out


def test_no_such_event(courier: Courier) -> None:
    outcome = courier("events", "show", "8")
    assert outcome.code == 1
    assert outcome.error["message"] == "There is no event 8."


def test_a_node_by_no_known_name(backend: Backend, courier: Courier) -> None:
    backend.on("GET", NODES, page())
    outcome = courier("node", "show", "db-9")
    assert outcome.code == 1
    assert outcome.error["message"] == "There is no node 'db-9', by id or by name."
    assert outcome.error["hint"] == "`courier nodes list` shows them."


def test_a_name_that_is_nearly_one(backend: Backend, courier: Courier) -> None:
    there, old = sample.node(), sample.node(name="wb-01", archived=True)
    backend.on("GET", NODES, lambda asked: page(*() if "name" in asked.query else (old, there)))
    hint = courier("node", "show", "wb-1").error["hint"]
    assert hint == "Did you mean 'web-1'? `courier nodes list` shows them."


def test_an_archived_node_gives_its_name_away(backend: Backend, courier: Courier) -> None:
    other = "0" * 8 + sample.NODE_ID[8:]
    backend.on("GET", f"{NODES}/{other}", item(sample.node(name="still here")))
    old, new = sample.node(archived=True), sample.node(id=other)

    backend.on("GET", NODES, page(old, new))
    assert "still here" in courier("node", "show", "web-1").out
    backend.on("GET", NODES, page(old))
    assert sample.NODE_ID in courier("node", "show", "web-1").out


def test_a_name_that_could_be_an_id(backend: Backend, courier: Courier) -> None:
    """A job may be called `cafe`: names come before the beginnings of ids."""
    courier("job", "show", "cafe")
    assert backend.sent("GET", JOBS)[0].query["name"] == "cafe"


def test_times_are_in_the_zone_of_the_user(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert "2024-03-27 20:27:20 +0530" in courier("instance", "show", "befe88f3").out
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("group", "shown"),
    [
        (
            {
                "nodeListType": "filter",
                "filter": {
                    "constraints": {
                        "attributes": [{"name": "role", "operator": "=", "value": ["web", "db"]}],
                        "healthStatus": {"operator": "!=", "value": ["offline"]},
                    }
                },
            },
            "role = web|db and health != offline",
        ),
        ({"nodeListType": "savedFilter", "filterId": sample.JOB_ID}, "filter 61013744"),
        ({"nodeListType": "savedList", "listId": sample.JOB_ID}, "list 61013744"),
    ],
)
def test_a_job_shows_how_its_nodes_are_found(
    backend: Backend, courier: Courier, group: dict[str, Any], shown: str
) -> None:
    target = {"executionType": "parallel", "groups": [{"nodeIdentifiers": None, **group}]}
    backend.on("GET", f"{JOBS}/{sample.JOB_ID}", item(sample.job(target=target)))
    assert f"   0  {shown}  1 " in courier("job", "show", sample.JOB_ID).out
