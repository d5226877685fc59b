"""Run, watch, wait, retry, cancel, plan."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import cli_samples as sample
import pytest
from cli_backend import Answer, Backend, Request, Respond, events, item, page
from cli_outcome import Courier

from courier_backend.cli.watch.progress import Progress
from courier_backend.client.patience import Patience

SUBMISSIONS = "/courier/scheduler-api/v1/submissions"
JOBS = "/courier/scheduler-api/v1/jobs"
PLAN = "/courier/scheduler-api/v1/plan"
STATE = "/courier/state-api/v1"
STREAM = "/events"
INSTANCE = f"{STATE}/instance/{sample.INSTANCE_ID}"
RUN = f"{STATE}/run/{sample.RUN_ID}"
NODE = sample.NODE_ID


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "job.json"
    path.write_text(sample.JOB_TEXT)
    return str(path)


@pytest.fixture(autouse=True)
def log(backend: Backend) -> None:
    backend.on("GET", "/courier/stats-api/v1/overview", item({"lastSeq": 10}))
    backend.on("POST", SUBMISSIONS, item(sample.submitted(), 201))


def story(backend: Backend, end: str, *told: dict[str, Any]) -> None:
    """An instance that runs, then what happens, then its end."""
    last = sample.event(99, "instance-changed", status=end)
    backend.on("GET", INSTANCE, item(sample.instance("running")), item(sample.instance(end)))
    runs = [sample.run(status="pending"), sample.run(sample.OTHER_RUN_ID, status="pending")]
    backend.on("GET", f"{INSTANCE}/runs", page(*runs))
    backend.on("GET", STREAM, events(*told, last))


class TestRun:
    def test_prints_the_ids(self, backend: Backend, courier: Courier, file: str) -> None:
        outcome = courier("run", file)

        assert outcome.code == 0
        assert outcome.json["item"]["jobId"] == sample.JOB_ID
        assert outcome.json["item"]["instanceId"] == sample.INSTANCE_ID
        assert backend.requests[0].json == {
            "body": sample.JOB_TEXT,
            "bodyFormat": "",
            "fileName": file,
            "nodeIds": [],
            "inputs": {},
            "plainInputs": [],
        }

    def test_the_ids_are_json_in_a_terminal_too(
        self, courier: Courier, file: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

        assert courier("run", file).json["item"]["instanceId"] == sample.INSTANCE_ID

    def test_nodes_and_inputs(
        self, backend: Backend, courier: Courier, file: str, tmp_path: Path
    ) -> None:
        (tmp_path / "secret").write_text("s=e cret\n")
        backend.on("GET", "/node/management/v1/nodes", page(sample.node()))

        courier(
            "run", file, "--node", NODE, "--node", "web-1", "--set", "A=b=c", "--set",
            f"PASS=@{tmp_path / 'secret'}", "--body-format", "json",
        )  # fmt: skip

        sent = backend.sent("POST", SUBMISSIONS)[0].json
        assert sent["nodeIds"] == [NODE, NODE]
        assert sent["inputs"] == {"A": "b=c", "PASS": "s=e cret"}
        assert sent["plainInputs"] == ["A"]
        assert sent["bodyFormat"] == "json"

    def test_a_file_called_list(
        self, backend: Backend, courier: Courier, file: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(Path(file).parent)
        Path("list").write_text(sample.JOB_TEXT)
        backend.on("GET", f"{STATE}/runs", page())

        assert courier("run", "./list").json["item"]["jobId"] == sample.JOB_ID
        assert courier("run", "list").err == "No runs.\n"

    def test_a_job_for_later_is_not_watched(
        self, backend: Backend, courier: Courier, file: str
    ) -> None:
        backend.on("POST", SUBMISSIONS, item(sample.submitted(instanceId=""), 201))
        backend.on("GET", f"{JOBS}/{sample.JOB_ID}/estimate", item(sample.estimate()))

        outcome = courier("run", file, "--watch")

        assert outcome.code == 0
        assert outcome.json["item"]["instanceId"] == ""
        assert outcome.err.splitlines() == [
            "The job is due at 2024-03-27 14:57:20 +0000 (now).",
            "Not at 2024-03-27 14:57:25 +0000: exception rule of the job: every 3 minutes.",
            "There is nothing to watch yet.",
        ]

    def test_an_accepted_job_stays_accepted(
        self, backend: Backend, courier: Courier, file: str
    ) -> None:
        backend.on("POST", SUBMISSIONS, item(sample.submitted(instanceId=""), 201))

        outcome = courier("run", file)

        assert outcome.code == 0
        assert "What follows cannot be told now: There is nothing at" in outcome.err

    def test_a_job_without_a_time_to_come(
        self, backend: Backend, courier: Courier, file: str
    ) -> None:
        answer = sample.submitted(instanceId="", nextExecutionTime=sample.ZERO)
        backend.on("POST", SUBMISSIONS, item(answer, 201))

        assert courier("run", file).err == "The job has no execution to come.\n"

    def test_an_immediate_job_in_a_window_waits(
        self, backend: Backend, courier: Courier, file: str
    ) -> None:
        answer = sample.submitted(exceptionReasons=["it is night"])
        backend.on("POST", SUBMISSIONS, item(answer, 201))

        assert courier("run", file).err == "It waits: it is night.\n"


class TestWatch:
    @pytest.mark.parametrize(
        ("end", "code"), [("success", 0), ("failure", 1), ("canceled", 3), ("skipped", 1)]
    )
    def test_exit_codes(
        self, backend: Backend, courier: Courier, file: str, end: str, code: int
    ) -> None:
        story(backend, end)

        outcome = courier("run", file, "--watch")

        assert outcome.code == code
        assert outcome.json["item"]["instanceId"] == sample.INSTANCE_ID
        assert f"Instance {sample.INSTANCE_ID}: {end}; " in outcome.err
        assert "took 5.0 s." in outcome.err

    def test_a_line_for_each_change(self, backend: Backend, courier: Courier, file: str) -> None:
        story(
            backend,
            "failure",
            sample.event(11, "run-changed", sample.RUN_ID, status="dispatched"),
            sample.event(12, "run-received", sample.RUN_ID, status="received"),
            sample.event(13, "step-started", sample.RUN_ID, status="running", step=1),
            sample.event(14, "attempt-started", sample.RUN_ID, step=1, attempt=1),
            sample.event(
                15, "run-finished", sample.RUN_ID, status="failure", reason="exit code 1.\x1b[2J"
            ),
            sample.event(16, "run-changed", sample.RUN_ID, status="dispatched"),
            sample.event(17, "group-changed", groupNumber=0, status="failure", reason="no"),
        )
        backend.on("GET", f"{INSTANCE}/runs", page(sample.run(status="pending")))

        outcome = courier("run", file, "--watch")

        told = [line[9:] for line in outcome.err.splitlines()[:7]]
        assert told == [
            "instance running",
            "web-1 pending",
            "web-1 dispatched",
            "web-1 received",
            "web-1 running",
            "web-1 failure (exit code 1.\\x1b[2J); group 0: 1 of 1",
            "group 0 failure (no)",
        ]
        assert "courier retry befe88f3" in outcome.err.splitlines()[-1]

    def test_events_are_asked_for_from_before_the_look(
        self, backend: Backend, courier: Courier
    ) -> None:
        story(backend, "success")

        courier("wait", sample.INSTANCE_ID)

        query = backend.sent("GET", STREAM)[0].query
        assert query == {"after": "10", "instanceId": sample.INSTANCE_ID}

    def test_a_backend_that_goes_and_comes_back(
        self, backend: Backend, courier: Courier, file: str
    ) -> None:
        story(backend, "success")
        broken = events(sample.event(11, "run-changed", sample.RUN_ID, status="dispatched"))
        whole = events(sample.event(12, "instance-changed", status="success"))
        backend.on("GET", STREAM, broken, whole)
        backend.on(
            "GET",
            INSTANCE,
            item(sample.instance("running")),
            item(sample.instance("running")),
            item(sample.instance("success")),
        )

        outcome = courier("run", file, "--watch")

        assert outcome.code == 0
        assert "Trying again for 60 s." in outcome.err
        assert "The backend answers again." in outcome.err

    def test_a_backend_that_stays_away(
        self, courier: Courier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = iter(range(0, 10_000, 20))
        monkeypatch.setattr(
            "courier_backend.cli.watch.follow.Patience",
            lambda seconds: Patience(seconds, lambda: float(next(clock))),
        )
        monkeypatch.setattr("courier_backend.cli.watch.follow.time.sleep", lambda _seconds: None)
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{held.getsockname()[1]}"
            outcome = courier("wait", sample.INSTANCE_ID, "--url", url)

        assert outcome.code == 4
        first, error = outcome.err.splitlines()
        assert "connection refused. Trying again for 60 s. Check that it runs there" in first
        assert '"unreachable"' in error
        assert next(clock) == 80  # tried at 0, 20 and 40; at 60 no more


class TestProgress:
    @pytest.mark.parametrize(("status", "place"), [("running", 0), ("success", -1)])
    def test_an_instance_begins_before_its_runs_and_ends_after_them(
        self, status: str, place: int
    ) -> None:
        told = Progress().look(_item(sample.instance(status)), [_item(sample.run())])

        assert [each.status for each in told if each.node == ""][place] == status
        assert told[place].node == ""

    def test_what_ended_does_not_begin_again(self) -> None:
        progress = Progress()
        progress.look(_running(), [_item(sample.run(status="success"))])

        late = sample.event(11, "run-received", sample.RUN_ID, status="received")

        assert progress.hear(_event(late)) == []
        assert progress.groups[0] == {"success": 1}

    def test_what_runs_does_not_wait_again(self) -> None:
        progress = Progress()
        progress.look(_running(), [_item(sample.run(status="running"))])

        late = sample.event(11, "run-received", sample.RUN_ID, status="received")

        assert progress.hear(_event(late)) == []
        assert progress.groups[0] == {"running": 1}

    def test_a_late_completion_replaces_a_time_out(self) -> None:
        progress = Progress()
        progress.look(_running(), [_item(sample.run(status="timeout"))])

        late = sample.event(11, "run-finished", sample.RUN_ID, status="success", late=True)
        changes = progress.hear(_event(late))

        assert [(change.node, change.status) for change in changes] == [("web-1", "success")]
        assert progress.done(0) == progress.groups[0].total() == 1

    def test_a_node_that_is_lost_and_comes_back(self) -> None:
        progress = Progress()
        progress.look(_running(), [_item(sample.run(status="dispatched"))])
        why = "connection refused; it is tried again"

        def contact(seq: int, reason: str) -> list[tuple[str, str]]:
            data = {"status": "dispatched", "reason": reason, "contact": "?"}
            changes = progress.hear(_event(sample.event(seq, "run-changed", sample.RUN_ID, **data)))
            return [(change.status, change.reason) for change in changes]

        asked = sample.event(12, "run-changed", sample.RUN_ID, status="dispatched", reason="")
        assert contact(11, why) == [("dispatched", why)]
        assert contact(11, why) == []
        assert progress.hear(_event(asked)) == []
        assert contact(13, "") == [("dispatched", "")]
        assert progress.groups[0] == {"dispatched": 1}

    def test_a_second_look_tells_only_what_is_new(self) -> None:
        progress = Progress()
        runs = [sample.run(status="running"), sample.run(sample.OTHER_RUN_ID, status="pending")]
        progress.look(_running(), [_item(run) for run in runs])
        runs[1]["status"] = "failure"

        changes = progress.look(_running(), [_item(run) for run in runs])

        assert [change.status for change in changes] == ["failure"]
        assert +progress.groups[0] == {"running": 1, "failure": 1}


def _running() -> Any:
    return sample.instance("running")


def _item(value: dict[str, Any]) -> Any:
    return value


def _event(value: dict[str, Any]) -> Any:
    return value


def test_ctrl_c_detaches(backend: Backend, file: str) -> None:
    story(backend, "success")
    program = [sys.executable, "-m", "courier_backend", "run", file, "--watch"]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:

        def interrupt() -> None:
            child.send_signal(signal.SIGINT)
            child.wait()

        backend.on("GET", STREAM, events(then=interrupt))
        out, err = child.communicate()

    assert child.returncode == 130
    assert sample.INSTANCE_ID in out
    last = err.splitlines()[-1]
    assert last == "Detached; the instance goes on. `courier cancel instance befe88f3` stops it."


class TestWait:
    def test_an_instance_that_has_ended(self, backend: Backend, courier: Courier) -> None:
        backend.on("GET", INSTANCE, item(sample.instance("failure", reason="1 failed.")))

        outcome = courier("wait", sample.INSTANCE_ID)

        assert (outcome.code, outcome.out) == (1, "")
        assert "failure (1 failed); 1 success, 1 failure; took 5.0 s." in outcome.err

    def test_json(self, backend: Backend, courier: Courier) -> None:
        story(backend, "canceled")

        outcome = courier("wait", sample.INSTANCE_ID, "--format", "json")

        assert outcome.code == 3
        assert outcome.json == {"item": sample.instance("canceled")}

    def test_an_unknown_one(self, courier: Courier) -> None:
        assert courier("wait", sample.INSTANCE_ID).error["code"] == "not-found"


class TestRetry:
    def test_the_nodes_that_did_not_succeed(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{INSTANCE}/retry", item(sample.submitted(), 201))

        outcome = courier("retry", sample.INSTANCE_ID)

        assert outcome.json["item"]["instanceId"] == sample.INSTANCE_ID
        assert backend.requests[0].json == {"only": "failed"}

    def test_watched(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{INSTANCE}/retry", item(sample.submitted(), 201))
        story(backend, "success")

        assert courier("retry", sample.INSTANCE_ID, "--only", "all", "-w").code == 0
        assert backend.requests[0].json == {"only": "all"}


def _cancel(**more: Any) -> Answer:
    return item(
        {"id": "x", "status": "running", "alreadyFinal": False, "stopping": 3, "prevented": 4}
        | more
    )


class TestCancel:
    def test_an_instance(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{INSTANCE}/cancel", _cancel())
        story(backend, "canceled")

        outcome = courier("cancel", "instance", sample.INSTANCE_ID, "--reason", "wrong fleet")

        assert (outcome.code, outcome.out) == (0, "")
        assert outcome.err.splitlines() == [
            f"Instance {sample.INSTANCE_ID}: 3 to be stopped, 4 will not start.",
            f"Instance {sample.INSTANCE_ID}: canceled.",
        ]
        assert backend.requests[0].json == {"groupNumber": None, "reason": "wrong fleet"}

    def test_what_has_ended_already(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{RUN}/cancel", _cancel(alreadyFinal=True, status="success"))

        outcome = courier("cancel", "run", sample.RUN_ID, "--format", "json")

        assert outcome.code == 0
        assert outcome.json["item"]["alreadyFinal"] is True
        assert outcome.err == f"Run {sample.RUN_ID} has ended already: success.\n"
        assert len(backend.requests) == 1

    def test_without_waiting(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{INSTANCE}/cancel", _cancel())

        assert courier("cancel", "instance", sample.INSTANCE_ID, "--no-wait").code == 0
        assert len(backend.requests) == 1

    def test_a_run(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"{RUN}/cancel", _cancel(stopping=1, prevented=0))
        backend.on("GET", RUN, item(sample.run(status="running")), item(sample.run()))
        ended = sample.event(11, "run-finished", sample.RUN_ID, status="success")
        backend.on("GET", STREAM, events(ended))

        outcome = courier("cancel", "run", sample.RUN_ID)

        assert outcome.code == 0
        assert outcome.err.endswith(f"Run {sample.RUN_ID}: success.\n")
        assert backend.sent("GET", STREAM)[0].query["runId"] == sample.RUN_ID

    def test_a_group(self, backend: Backend, courier: Courier) -> None:
        running = sample.group(1, "running", running=1, success=1)
        backend.on("POST", f"{INSTANCE}/cancel", _cancel())
        backend.on(
            "GET",
            INSTANCE,
            item(sample.instance("running", groups=[sample.group(), running])),
            item(
                sample.instance(
                    "running",
                    groups=[sample.group(), sample.group(1, "canceled", canceled=1, success=1)],
                )
            ),
        )
        backend.on("GET", STREAM, events(sample.event(11, "run-finished", status="canceled")))

        outcome = courier("cancel", "instance", sample.INSTANCE_ID, "--group", "1")

        assert outcome.err.endswith(f"Group 1 of {sample.INSTANCE_ID}: canceled.\n")
        assert backend.requests[0].json["groupNumber"] == 1

    def test_a_job(self, backend: Backend, courier: Courier) -> None:
        backend.on("POST", f"/courier/scheduler-api/v1/jobs/{sample.JOB_ID}/cancel", _cancel())
        backend.on("GET", f"{STATE}/instances", _once_then(page(sample.instance()), page()))
        backend.on("GET", STREAM, events(sample.event(11, "instance-changed", status="canceled")))

        outcome = courier("cancel", "job", sample.JOB_ID)

        assert outcome.code == 0
        assert outcome.err.endswith("no instance of it runs any more.\n")
        assert backend.requests[0].json == {"instances": True, "reason": ""}


def _once_then(first: Answer, then: Answer) -> Respond:
    answers = [first]

    def respond(_request: Request) -> Answer:
        return answers.pop() if answers else then

    return respond


def _plan(**more: Any) -> dict[str, Any]:
    group = {
        "groupNumber": 0,
        "nodes": [
            {"id": NODE, "name": "web-1"},
            {"id": "2", "name": "web-2", "problem": "it is archived"},
        ],
        "batches": [[NODE], ["2"]],
        "rolling": False,
        "leftOut": [],
        "leftOutCount": 0,
        "timeoutSeconds": 60,
        "criteria": [{"status": "success", "numRuns": {"type": "percent", "value": 100}}],
    }
    return {
        "valid": True,
        "name": "uptime",
        "problems": [],
        "groups": [group],
        "nextExecutions": [sample.THEN],
        "blockedByExceptions": [],
        "warnings": ["group 0: it is archived", "it is due in a window"],
        **more,
    }


class TestPlan:
    def test_a_picture_in_words(self, backend: Backend, courier: Courier, file: str) -> None:
        backend.on("POST", PLAN, item(_plan(problems=[sample.finding("warning")])))

        outcome = courier("plan", file)

        assert outcome.code == 0
        for text in (
            "uptime: valid.",
            "Group 0: 2 nodes, 2 batches of up to 1, time-out 60 s",
            "succeeds if at least 100 % of its runs end in success",
            "batch 1: web-1",
            "! web-2: it is archived",
            "Warning: it is due in a window",
        ):
            assert text in outcome.out
        assert outcome.out.count("it is archived") == 1
        assert f"{file}:12:9: warning: " in outcome.err

    def test_who_is_left_out_and_why(self, backend: Backend, courier: Courier, file: str) -> None:
        plan = _plan()
        others = [{"id": str(n), "name": f"db-{n}", "reasons": ["a", "b"]} for n in range(9)]
        others += [{"id": str(n), "name": f"x-{n}", "reasons": [f"why {n}"]} for n in range(20)]
        plan["groups"][0] |= {"leftOut": others, "leftOutCount": 200}
        backend.on("POST", PLAN, item(plan))

        lines = courier("plan", file).out.splitlines()

        begin = lines.index("  leaves out 200 nodes:")
        first = ", ".join(f"db-{n}" for n in range(8))
        assert lines[begin + 1] == f"    {first} and 1 more: a; b"
        assert lines[begin + 2] == "    x-0: why 0"
        assert lines[begin + 13] == "    … and 180 more (`courier filters test` shows all)"

    def test_times_that_windows_prevent(
        self, backend: Backend, courier: Courier, file: str
    ) -> None:
        times = [sample.THEN, "2024-03-27T14:57:28Z"]
        plan = _plan(
            nextExecutions=times, blockedByExceptions=[sample.blocked(ruleId="12345678-9")]
        )
        backend.on("POST", PLAN, item(plan))

        why = "exception rule of the job (12345678): every 3 minutes"
        assert courier("plan", file).out.splitlines()[1:4] == [
            "  Next:  2024-03-27 14:57:20 +0000 (now)",
            f"  not at 2024-03-27 14:57:25 +0000: {why}",
            "  then:  2024-03-27 14:57:28 +0000 (now)",
        ]

    def test_rolling_and_failures(self, backend: Backend, courier: Courier, file: str) -> None:
        plan = _plan(nextExecutions=[])
        plan["groups"][0] |= {
            "rolling": True,
            "leftOut": [],
            "leftOutCount": 0,
            "criteria": [{"status": "failure", "numRuns": {"type": "number", "value": 2}}],
            "batches": [[str(n) for n in range(10)]],
        }
        backend.on("POST", PLAN, item(plan))

        told = courier("plan", file).out

        assert "rolling, 10 at a time" in told
        assert "and 2 more" in told
        assert "at most 2 of its runs end otherwise than in success" in told
        assert "It would not execute by itself." in told

    def test_json_of_a_valid_and_an_invalid_one(
        self, backend: Backend, courier: Courier, file: str
    ) -> None:
        invalid = _plan(valid=False, problems=[sample.finding()])
        backend.on("POST", PLAN, item(_plan()), item(invalid))

        good = courier("plan", file, "--format", "json")
        wrong = courier("plan", file, "--format", "json")

        assert (good.code, good.json) == (0, {"item": _plan()})
        assert (wrong.code, wrong.json, wrong.err) == (2, {"item": invalid}, "")

    def test_an_invalid_one_for_people(
        self, backend: Backend, courier: Courier, file: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("courier_backend.cli.report.is_terminal", lambda _stream: True)
        where = "target.groups[0].batchSize.value"
        problems = [sample.finding(didYouMean="1"), sample.finding(line=0, column=0, path="")]
        backend.on("POST", PLAN, item(_plan(valid=False, problems=problems)))

        outcome = courier("plan", file)

        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.splitlines() == [
            f"Error: {file} is no valid job file: 2 errors.",
            f"  {file}:12:9: error: {where}: -1 is not positive" + '; did you mean "1"?',
            f"  {file}: error: -1 is not positive",
        ]
