"""Zero mode: a job file on this machine, with no backend; each as a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cli_outcome import Outcome

from courier_backend.artifact.verify import verify
from courier_backend.model.dump import dump_job
from courier_backend.runner.zero.homes import home_in

PROGRAM = [sys.executable, "-m", "courier_backend", "runner", "--zero"]
SECONDS = 60
SHELL = {
    "name": "chef-platform/shell-interpreter",
    "skill": {"minVersion": "1.0.0", "maxVersion": "1.9.99"},
}


def step(*lines: str, **more: Any) -> dict[str, Any]:
    return {"name": "a step", "interpreter": SHELL, "command": {"linux": list(lines)}, **more}


def job(*steps: dict[str, Any]) -> dict[str, Any]:
    group = {
        "timeoutSeconds": 60,
        "batchSize": {"type": "number", "value": 1},
        "distributionMethod": "batching",
        "successCriteria": [
            {"status": "success", "numRuns": {"type": "percent", "value": 100}},
        ],
        "nodeListType": "nodes",
        "nodeIdentifiers": ["1f4c680d-4dc6-4edf-83b6-ded81388f244"],
    }
    return {
        "name": "a job",
        "scheduleRule": "immediate",
        "target": {"executionType": "sequential", "groups": [group]},
        "actions": {"accessMode": "agent", "steps": list(steps)},
    }


class Zero:
    """Runs jobs in zero mode, their evidence in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.evidence = folder / "evidence"

    def file(self, *steps: dict[str, Any], ending: str = "json") -> Path:
        path = self.folder / f"job.{ending}"
        path.write_text(dump_job(job(*steps), ending))
        return path

    def command(self, file: Path, *options: str) -> list[str]:
        return [*PROGRAM, "--job-file", str(file), "--output-dir", str(self.evidence), *options]

    def __call__(self, *steps: dict[str, Any], options: tuple[str, ...] = ()) -> Outcome:
        return run(self.command(self.file(*steps), *options))

    def zips(self) -> list[Path]:
        return sorted(self.evidence.iterdir())


def run(command: list[str], stdin: str = "") -> Outcome:
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def zero(tmp_path: Path) -> Zero:
    return Zero(tmp_path)


def test_steps_run_in_order_and_leave_the_same_evidence(zero: Zero) -> None:
    outcome = zero(
        step(
            "echo first; echo odd >&2; echo kept > $COURIER_EVIDENCE_DIR/note",
            outputFieldRules={"SAID": {"sourceType": "output", "source": "stdout"}},
        ),
        step('printf "second after %s" "$COURIER_INPUT_SAID"'),
    )

    assert outcome.code == 0
    assert outcome.out == "first\nsecond after first\n"
    assert "odd\n" in outcome.err
    assert "── step 2 of 2: a step (chef-platform/shell-interpreter 1.0.18)" in outcome.err
    assert "2 of 2 steps succeeded in " in outcome.err
    first, second = zero.zips()
    assert [path.name.partition("-step-")[2] for path in (first, second)] == [
        "1-attempt-1.zip",
        "2-attempt-1.zip",
    ]
    assert [verify(path) for path in (first, second)] == [[], []]
    with zipfile.ZipFile(first) as archive:
        assert archive.read("stdout.log") == b"first\n"
        assert archive.read("files/note") == b"kept\n"
        assert json.loads(archive.read("attempt.json"))["outputs"] == {"SAID": "first\n"}


def test_as_data(zero: Zero) -> None:
    outcome = zero(step("echo hello; exit 3", retryCount=1), options=("--format", "json"))

    assert outcome.code == 1
    item = outcome.json["item"]
    assert (item["status"], item["reasonCode"]) == ("failure", "exit-code")
    (told,) = item["steps"]
    assert (told["stepNumber"], told["status"], told["numAttempts"]) == (1, "failure", 2)
    assert [each["exitCode"] for each in told["attempts"]] == [3, 3]
    kept = told["attempts"][0]["evidence"]
    data = Path(kept["path"]).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (kept["bytes"], kept["sha256"])
    assert "hello\n" in outcome.err, "stdout is for the answer alone"


@pytest.mark.parametrize("ending", ["yaml", "toml"])
def test_other_formats(zero: Zero, ending: str) -> None:
    file = zero.file(step("echo fine"), ending=ending)
    assert run(zero.command(file)).out == "fine\n"


def test_from_stdin_into_the_usual_folder(courier_home: Path) -> None:
    outcome = run([*PROGRAM, "--stdin"], json.dumps(job(step("cat; echo fine"))))

    assert (outcome.code, outcome.out) == (0, "fine\n")
    (kept,) = (courier_home / "data" / "zero-mode" / "runs").iterdir()
    assert kept.name.startswith("evidence-run-")
    assert [path.name for path in courier_home.iterdir()] == ["data"], "no backend was started"


def test_a_dry_run_executes_nothing(zero: Zero, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    steps = [
        step(f"touch {ran}"),
        step("echo {{.LATER}}"),
        step("true", conditions=[{"inputName": "node.os", "operator": "eq", "value": "beos"}]),
        {
            "name": "own",
            "interpreter": {"name": "nobody/has-this"},
            "command": {"anything": 1},
        },
    ]
    outcome = zero(*steps, options=("--dry-run",))

    assert outcome.code == 1
    assert not ran.exists()
    assert not zero.evidence.exists()
    assert f"1  a step  (chef-platform/shell-interpreter 1.0.18)\n   touch {ran}\n" in outcome.out
    assert "   echo {{.LATER}}\n" in outcome.out
    assert "   skipped: " in outcome.out
    assert '   cannot run here: the interpreter "nobody/has-this" is not' in outcome.out
    assert "3 steps of 4 can run here" in outcome.err
    told = zero(*steps, options=("--dry-run", "--format", "json")).json["item"]
    assert told["dryRun"] is True
    assert [bool(each["problem"]) for each in told["steps"]] == [False, False, False, True]


def test_an_unsound_job_runs_nothing(zero: Zero, tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    body = job(step("touch ran"))
    body["actions"]["steps"][0]["limits"] = {"timeoutSeconds": -1}
    file.write_text(json.dumps(body))
    outcome = run(zero.command(file))

    assert outcome.code == 2
    assert outcome.error["code"] == "bad-input"
    paths = [problem["path"] for problem in outcome.error["problems"]]
    assert paths == ["actions.steps[0].limits.timeoutSeconds"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--zero"], "--zero needs either --job-file FILE or --stdin."),
        (["--zero", "--stdin", "--job-file", "x"], "--zero needs either"),
        (["--job-file", "x"], "for --zero alone"),
        (["--zero", "--stdin", "--nodes", "1"], "--nodes means nothing with --zero."),
        (["--zero", "--job-file", "/nowhere/job.json"], "There is no file /nowhere/job.json."),
    ],
)
def test_options_that_do_not_go_together(options: list[str], said: str) -> None:
    outcome = run([*PROGRAM[:-1], *options])
    assert outcome.code == 2
    assert said in outcome.error["message"]


def test_a_restart_is_only_for_the_last_step(zero: Zero, monkeypatch: pytest.MonkeyPatch) -> None:
    restart = {
        "name": "boot",
        "interpreter": {"name": "chef-platform/restart-interpreter"},
        "command": {"exec": "machine_reboot", "args": {"time": "now"}},
    }
    refused = zero(restart, step("echo after"))
    assert refused.code == 2
    assert "Step 1 restarts the machine" in refused.error["message"]
    dry = zero(restart, step("echo after"), options=("--dry-restart",))
    assert (dry.code, dry.out.splitlines()[-1]) == (0, "after")
    assert "── waits for the machine to boot" in dry.err
    monkeypatch.setenv("COURIER_DRY_RESTART", "1")
    assert zero(restart, step("echo after")).code == 0


def test_an_interpreter_of_ones_own(zero: Zero, courier_home: Path) -> None:
    folder = courier_home / "config" / "interpreters"
    folder.mkdir(parents=True)
    own = folder / "own"
    own.write_text('#!/bin/sh\necho \'{"status": 0, "output": {"X": "1"}}\'\n')
    own.chmod(0o755)
    (folder / "own.toml").write_text('name = "my/own"\nversion = "2.0"\n')
    outcome = zero(
        {"name": "own", "interpreter": {"name": "my/own"}, "command": {"a": 1}},
        step("echo got $COURIER_INPUT_X"),
    )
    assert outcome.code == 0
    assert outcome.out.endswith("got 1\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_cancels_and_leaves_nothing_running(
    zero: Zero, tmp_path: Path, number: signal.Signals
) -> None:
    began = tmp_path / "began"
    os.mkfifo(began)
    file = zero.file(step(f"echo $$ > {began}; sleep 300"), step("echo never"))
    process = subprocess.Popen(
        zero.command(file), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    pid = int(began.read_text())
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)

    assert process.returncode == 3, err
    assert out == ""
    assert "── step 1: canceled: stopped on request" in err
    assert not Path(f"/proc/{pid}").exists()
    assert [path.name.partition("-step-")[2] for path in zero.zips()] == ["1-attempt-1.zip"]


def test_what_a_killed_one_left_is_taken_away_by_the_next(zero: Zero, tmp_path: Path) -> None:
    began = tmp_path / "began"
    os.mkfifo(began)
    file = zero.file(step(f"echo $$ > {began}; exec sleep 300"))
    with subprocess.Popen(zero.command(file), stderr=subprocess.DEVNULL) as process:
        pid = int(began.read_text())
        with home_in(zero.evidence) as other:
            homes = zero.zips()
            assert len(homes) == 2, "one that lives keeps its home"
            process.kill()
            process.wait(SECONDS)
            with home_in(zero.evidence) as own:
                assert set(zero.zips()) == {other, own}
    os.kill(pid, signal.SIGKILL)
    assert zero.zips() == []


def test_a_reader_that_has_had_enough_ends_it(zero: Zero, tmp_path: Path) -> None:
    file = zero.file(step("echo $$ > pid; while :; do echo y; sleep 0.01; done",
                          inputs={"dir": str(tmp_path)}))  # fmt: skip
    with subprocess.Popen(
        zero.command(file), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"y\n"
        process.stdout.close()
        assert process.wait(SECONDS) == 0
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_inputs_from_the_command_line(zero: Zero, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("open-sesame\n")
    shows = step(
        'echo "$COURIER_INPUT_COLOR $COURIER_INPUT_KEY"',
        inputs={"COLOR": "red"},
        expectedInputs={"KEY": {"sensitive": True, "required": True}},
    )
    outcome = zero(shows, options=("--set", "COLOR=blue", "--set", f"KEY=@{secret}"))
    assert (outcome.code, outcome.out) == (0, "blue ••••••\n")
    assert zero(shows, options=("--set", "COLOUR=blue")).code == 2


def test_sensitive_output_is_not_shown(zero: Zero) -> None:
    rule = {"sourceType": "output", "source": "stdout", "sensitive": True}
    outcome = zero(step("echo very-secret-thing", outputFieldRules={"KEY": rule}))
    assert outcome.code == 0
    assert "very-secret-thing" not in outcome.out + outcome.err
    assert "its output is hidden" in outcome.err
    (kept,) = zero.zips()
    with zipfile.ZipFile(kept) as archive:
        assert b"very-secret-thing" not in b"".join(map(archive.read, archive.namelist()))
