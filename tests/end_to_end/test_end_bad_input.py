"""What goes wrong is told in one clear sentence, with the right exit code, and leaves nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bench.courier import Courier, Refused
from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.courier import Item

    JobFile = Callable[[dict[str, Any]], str]

NOBODY = "00000000-1111-4222-8333-444444444444"


def told(done: subprocess.CompletedProcess[str]) -> Item:
    """The error, which is one line of JSON where no terminal is; nothing else was printed."""
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    error: Item = json.loads(lines[0])["error"]
    assert error["message"].strip()
    assert "\n" not in error["message"]
    return error


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


def jobs_of(courier: Courier) -> int:
    total: int = courier.answer("scheduler", "jobs", "list-jobs")["pagination"]["totalItems"]
    return total


def test_a_file_that_is_not_there(courier: Courier) -> None:
    done = courier.command("run", "no-such-job.json", check=False)
    assert done.returncode == 2
    assert "no-such-job.json" in told(done)["message"]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("job.json", '{\n  "name": "x",\n  "target": }\n', 3),
        ("job.yaml", "name: x\ntarget: [\n", 2),
        ("job.toml", 'name = "x"\ntarget =\n', 2),
    ],
)
def test_a_broken_file_is_told_by_line(
    courier: Courier, tmp_path: Path, name: str, text: str, line: int
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    before = jobs_of(courier)
    done = courier.command("run", str(path), check=False)
    error = told(done)
    assert done.returncode == 2
    assert abs(error["problems"][0]["line"] - line) <= 1
    assert error["problems"][0]["column"] > 0
    assert jobs_of(courier) == before


def test_wrong_values_are_told_all_at_once(courier: Courier, job_file: JobFile) -> None:
    wrong = job([group([NOBODY], distributionMethod="baching")], [step("true", retryCount=-1)])
    done = courier.command("run", job_file(wrong), check=False)
    problems = {
        each["path"]: each for each in told(done)["problems"] if each["severity"] == "error"
    }
    assert done.returncode == 2
    assert set(problems) >= {
        "target.groups[0].distributionMethod",
        "actions.steps[0].retryCount",
    }
    assert problems["target.groups[0].distributionMethod"]["didYouMean"] == "batching"


def test_an_unknown_node_fails_alone(courier: Courier, lab: list[Item], job_file: JobFile) -> None:
    nodes = [NOBODY, lab[0]["id"]]
    done = courier.command(
        "run", job_file(job([group(nodes)], [step("true")])), "--watch", check=False
    )
    assert done.returncode == 1
    instance = courier.answer("instances", "list", "--format", "json")["items"][-1]["id"]
    runs = {run["nodeId"]: run for run in courier.runs(instance)}
    assert runs[NOBODY]["status"] == "failure"
    assert runs[NOBODY]["reasonCode"] == "node-unknown"
    assert runs[lab[0]["id"]]["status"] == "success"


def test_a_node_that_refuses_the_connection(courier: Courier, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/nodes/{NOBODY}"
    done = courier.command("node", "add", url, "--token-file", str(token), check=False)
    assert done.returncode == 1
    assert str(port) in told(done)["message"]
    nodes = courier.answer("nodes", "list", "--format", "json")["items"]
    assert NOBODY not in {node["id"] for node in nodes}


def test_a_runner_whose_port_is_taken(courier: Courier, taken: int, tmp_path: Path) -> None:
    words = ["--listen", f"127.0.0.1:{taken}", "--home", str(tmp_path / "runner")]
    done = courier.command("runner", *words, check=False, timeout=30)
    assert (done.returncode, done.stdout) == (1, "")
    assert str(taken) in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_backend_whose_port_is_taken(taken: int, tmp_path: Path) -> None:
    home = tmp_path / "home"
    config = home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f"[backend]\nport = {taken}\n", encoding="utf-8")
    done = Courier(home).command("backend", "start", check=False, timeout=60)
    assert done.returncode != 0
    assert str(taken) in told(done)["message"]


def test_a_home_where_a_file_stands_in_the_way(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("here", encoding="utf-8")
    done = Courier(blocker / "home").command("backend", "start", check=False, timeout=60)
    assert done.returncode != 0
    assert str(blocker) in told(done)["message"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read and write everywhere")
def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    done = Courier(home).command("backend", "start", check=False, timeout=60)
    assert done.returncode != 0
    assert str(home) in told(done)["message"]


def test_the_app_needs_a_terminal(courier: Courier) -> None:
    done = courier.command(check=False)
    assert done.returncode == 2
    assert "terminal" in told(done)["message"]


def test_a_full_disk_refuses_and_recovers(tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk that is full."""
    with Courier(tmp_path / "home") as courier:
        large = job([group([NOBODY])], [step("true")], name="x")
        large["description"] = "d" * 900_000
        accepted = courier.submit(large)["id"]
        pid = str(courier.backend_pid)
        subprocess.run(["prlimit", "--pid", pid, "--fsize=1000000:unlimited"], check=True)
        refused = [status_of(courier, large) for _ in range(4)]
        assert refused[-1] == 507
        subprocess.run(["prlimit", "--pid", pid, "--fsize=unlimited"], check=True)
        assert courier.submit(large)["id"]
        courier.kill()
        courier.start()
        assert courier.call("GET", f"/courier/scheduler-api/v1/jobs/{accepted}")["item"]


def status_of(courier: Courier, body: Item) -> int:
    """201, or how the backend refused it."""
    try:
        courier.submit(body)
    except Refused as refusal:
        return refusal.status
    return 201


def test_nothing_but_one_line_when_there_is_no_backend(tmp_path: Path) -> None:
    environment = os.environ | {"COURIER_URL": "http://127.0.0.1:9", "COURIER_TOKEN": "secret"}
    done = subprocess.run(
        [sys.executable, "-m", "courier_backend", "scheduler", "jobs", "list-jobs"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 4
    assert "127.0.0.1:9" in told(done)["message"]
