"""The command line on a real backend and real nodes: what a fake cannot show."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.courier import Courier, Item
from bench.jobs import group, job, step

JobFile = Callable[..., str]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    with Courier(tmp_path_factory.mktemp("cli") / "home") as courier:
        yield courier


@pytest.fixture(scope="module")
def nodes(whole: Courier) -> list[str]:
    return [node["id"] for node in whole.lab(3)]


@pytest.fixture
def file(tmp_path: Path, nodes: list[str]) -> JobFile:
    """Writes a job with one step to a file."""

    def write(*commands: str, count: int = 1, **more: Any) -> str:
        path = tmp_path / "job.json"
        told = job([group(nodes[:count], batch=count)], [step(*commands, **more)])
        path.write_text(json.dumps(told))
        return str(path)

    return write


def submitted(whole: Courier, path: str) -> Item:
    item: Item = whole.answer("run", path)["item"]
    return item


def run_of(whole: Courier, instance_id: str) -> str:
    run_id: str = whole.runs(instance_id)[0]["runId"]
    return run_id


def begun(whole: Courier, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "courier_backend", *arguments],
        env=whole.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_logs_come_while_it_runs(whole: Courier, file: JobFile, tmp_path: Path) -> None:
    """The step waits for a file that is made only when its first line was read."""
    gate = tmp_path / "gate"
    wait = f"until test -e {gate}; do sleep 0.05; done"
    instance = submitted(whole, file("echo first", wait, "echo last"))["instanceId"]
    with begun(whole, "logs", run_of(whole, instance), "--follow") as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "first\n"
        gate.touch()
        assert reader.stdout.read() == "last\n"
    assert reader.returncode == 0


def test_much_output_is_neither_lost_nor_doubled(whole: Courier, file: JobFile) -> None:
    instance = submitted(whole, file("seq 1 200000", "seq 200001 200010 >&2"))["instanceId"]
    run = run_of(whole, instance)

    followed = whole.command("logs", run, "-f").stdout
    whole.command("wait", instance)
    after = whole.command("logs", run).stdout

    expected = "".join(f"{n}\n" for n in range(1, 200_011))
    assert after == expected
    assert sorted(map(int, followed.split())) == list(range(1, 200_011))


def test_detaching_leaves_it_running(whole: Courier, file: JobFile) -> None:
    with begun(whole, "run", file("sleep 600", count=3), "--watch") as watcher:
        assert watcher.stderr is not None
        assert watcher.stdout is not None
        for line in watcher.stderr:
            if re.search(r" running$", line) and "instance" not in line:
                break
        watcher.send_signal(signal.SIGINT)
        last = watcher.stderr.read().splitlines()[-1]
        instance = json.loads(watcher.stdout.read())["item"]["instanceId"]
    assert watcher.returncode == 130
    assert last == (
        f"Detached; the instance goes on. `courier cancel instance {instance[:8]}` stops it."
    )
    assert whole.instance(instance)["status"] == "running"

    canceled = whole.command("cancel", "instance", instance[:8])
    waited = whole.command("wait", instance, check=False)

    assert canceled.stderr.endswith(f"Instance {instance}: canceled.\n")
    assert waited.returncode == 3


def test_one_run_of_many_is_canceled(whole: Courier, file: JobFile) -> None:
    instance = submitted(whole, file("sleep 600", count=2))["instanceId"]
    first, second = (run["runId"] for run in whole.runs(instance))

    told = whole.command("cancel", "run", first).stderr

    assert told.endswith(f"Run {first}: canceled.\n")
    assert {run["runId"]: run["status"] for run in whole.runs(instance)}[second] != "canceled"
    whole.command("cancel", "instance", instance)


def test_a_job_is_canceled_with_what_runs(whole: Courier, file: JobFile) -> None:
    item = submitted(whole, file("sleep 600"))

    whole.command("cancel", "job", item["jobId"][:8])

    assert whole.instance(item["instanceId"])["status"] == "canceled"
    jobs = whole.answer("job", "show", item["jobId"], "--format", "json")
    assert jobs["item"]["status"] == "canceled"


def test_evidence_comes_once(whole: Courier, file: JobFile, tmp_path: Path) -> None:
    instance = submitted(whole, file("echo hello"))["instanceId"]
    whole.command("wait", instance)
    words = ["evidence", "get", run_of(whole, instance), "-o", str(tmp_path / "e")]

    first, second = whole.answer(*words), whole.answer(*words)

    assert first == second
    assert [str(path) for path in (tmp_path / "e").iterdir()] == [first["items"][0]["path"]]
    whole.command("evidence", "verify", first["items"][0]["path"])


def test_tables_of_what_happened(whole: Courier, nodes: list[str], file: JobFile) -> None:
    instance = submitted(whole, file("echo hello"))["instanceId"]
    whole.command("wait", instance)
    run = run_of(whole, instance)

    assert nodes[0][:8] in whole.command("nodes", "list").stdout
    assert instance[:8] in whole.command("instances", "list").stdout
    assert "1 success" in whole.command("instance", "show", instance).stdout
    assert "success" in whole.command("steps", "list", run).stdout
    assert "stored" in whole.command("step", "show", run, "1").stdout
    assert "run-finished" in whole.command("events", "list", "--run", run).stdout


def test_the_doctor_finds_nothing_bad(whole: Courier) -> None:
    told = whole.command("doctor", "--format", "json", check=False)
    assert [each for each in json.loads(told.stdout)["items"] if each["state"] == "bad"] == []
    assert told.returncode == 0


def test_status_of_the_backend(whole: Courier) -> None:
    item = whole.answer("backend", "status", "--format", "json")["item"]
    assert item["pid"] == whole.backend_pid
