"""Completion of ids and names: what a running backend has, and nothing where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cli_samples as sample
import pytest
from cli_backend import Backend, page
from cli_outcome import Courier

JOBS = "/courier/scheduler-api/v1/jobs"
STATE = "/courier/state-api/v1"
NODES = "/node/management/v1/nodes"


@pytest.fixture
def full(backend: Backend) -> Backend:
    backend.on("GET", JOBS, page(sample.job(), sample.job(name="nightly", id="6" * 36)))
    backend.on("GET", f"{STATE}/instances", page(sample.instance()))
    backend.on("GET", f"{STATE}/runs", page(sample.run()))
    backend.on("GET", NODES, page(sample.node()))
    saved = {"id": "5" * 36, "modifiedAt": sample.THEN, "nodeCount": 2}
    backend.on("GET", "/node/management/v1/filters", page({**saved, "name": "debian"}))
    backend.on("GET", "/node/management/v1/lists", page({**saved, "name": "racks"}))
    return backend


def completed(
    courier: Courier,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
) -> list[str]:
    monkeypatch.setenv("_COURIER_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    with pytest.raises(SystemExit):
        courier()
    return [line.partition(",")[2] for line in capsys.readouterr().out.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("courier jobs show ", ["uptime", "nightly"]),
        ("courier jobs show up", ["uptime"]),
        ("courier jobs show 6101", [sample.JOB_ID]),
        ("courier scheduler jobs get-job --jobId ", [sample.JOB_ID, "6" * 36]),
        ("courier instances show be", [sample.INSTANCE_ID]),
        ("courier state run get-run --runId 4", [sample.RUN_ID]),
        ("courier logs ", [sample.RUN_ID]),
        ("courier run job.json --node w", ["web-1"]),
        ("courier runs list --node ", ["web-1"]),
        ("courier status get-status --nodeId ", [sample.NODE_ID]),
        ("courier jobs show nothing-like-it", []),
        ("courier cancel instance ", [sample.INSTANCE_ID]),
        ("courier filters show de", ["debian"]),
        ("courier management filter find-one-filter --filterId ", ["5" * 36]),
        ("courier lists remove ", ["racks"]),
        ("courier lists add-nodes racks ", ["web-1"]),
        ("courier cancel job up", ["uptime"]),
    ],
)
def test_ids_and_names(
    full: Backend,
    courier: Courier,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    expected: list[str],
) -> None:
    assert full.requests == []
    assert completed(courier, monkeypatch, capsys, words) == expected


def test_without_a_backend_there_is_nothing_and_none_is_started(
    courier: Courier,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    courier_home: Path,
) -> None:
    assert completed(courier, monkeypatch, capsys, "courier jobs show ") == []
    assert not (courier_home / "data").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_is_printed_is_that_shells(
    courier: Courier, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/chef-courier-cli"])
    told = courier("completion", shell)
    assert "_CHEF_COURIER_CLI_COMPLETE" in told.out
    assert "chef-courier-cli completion" in told.err
    program = shutil.which(shell)
    if program is not None:
        done = subprocess.run([program, "-n"], input=told.out, text=True, check=False)
        assert done.returncode == 0


@pytest.mark.usefixtures("full")
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_with_it(tmp_path: Path) -> None:
    link = tmp_path / "courier"
    link.write_text(f'#!/bin/sh\nexec {sys.executable} -m courier_backend "$@"\n')
    link.chmod(0o755)
    script = (
        'eval "$(courier completion bash 2>/dev/null)"\n'
        "COMP_WORDS=(courier jobs show up); COMP_CWORD=3\n"
        '_courier_completion courier up show; echo "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert done.stdout.strip() == "uptime"
