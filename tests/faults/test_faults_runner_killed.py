"""A runner killed in the middle of its work: told as interrupted, never executed unseen again."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from bench.courier import Courier, is_alive, wait_until
from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.courier import Item

NODES = 4
SLEEP = "2.71828"  # seconds; nothing else sleeps as long
MARK = 'echo "$COURIER_ATTEMPT" >> "$COURIER_NODE_HOME/attempts.txt"'


@pytest.fixture
def courier(tmp_path: Path) -> Iterator[Courier]:
    with Courier(tmp_path / "home") as whole:
        yield whole


def sleeping() -> int:
    wanted = ["sleep", SLEEP]
    return sum(each.info["cmdline"] == wanted for each in psutil.process_iter(["cmdline"]))


def begin(courier: Courier, nodes: list[Item], *, retries: int) -> str:
    """An instance whose step has begun to sleep on every node."""
    steps = [step(f"{MARK}; sleep {SLEEP}", retryCount=retries), step("echo after")]
    ids = [node["id"] for node in nodes]
    instance: str = courier.submit(job([group(ids)], steps))["instanceId"]
    assert wait_until(lambda: sleeping() == len(nodes), 30)
    return instance


def kill_lab(courier: Courier) -> None:
    """SIGKILL the lab's runners, as the kernel does it when memory runs out."""
    pids = [pid for pid in courier.runner_pids() if "--lab" in psutil.Process(pid).cmdline()]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not any(is_alive(pid) for pid in pids), 10)


def executed(nodes: list[Item]) -> Counter[str]:
    """How often each attempt was executed, as the nodes' own files tell."""
    texts = [(Path(node["home"]) / "attempts.txt").read_text(encoding="utf-8") for node in nodes]
    return Counter(" ".join(texts).split())


def test_without_retries_the_run_fails_as_interrupted(courier: Courier) -> None:
    nodes = courier.lab(NODES)
    instance = begin(courier, nodes, retries=0)
    kill_lab(courier)
    courier.lab(NODES)
    assert courier.finish(instance, 60)["status"] == "failure"
    assert sleeping() == 0
    runs = courier.runs(instance)
    assert {run["reasonCode"] for run in runs} == {"interrupted"}
    assert executed(nodes) == Counter(f"{run['runId']}/1/1" for run in runs)


def test_with_a_retry_the_run_goes_on_and_the_retry_is_counted(courier: Courier) -> None:
    nodes = courier.lab(NODES)
    instance = begin(courier, nodes, retries=1)
    kill_lab(courier)
    courier.lab(NODES)
    assert courier.finish(instance, 60)["status"] == "success"
    runs = courier.runs(instance)
    expected = [f"{run['runId']}/1/{attempt}" for run in runs for attempt in (1, 2)]
    assert executed(nodes) == Counter(expected)
    assert {courier.steps(run["runId"])[0]["numAttempts"] for run in runs} == {2}


def test_runner_and_backend_killed_together(courier: Courier) -> None:
    nodes = courier.lab(NODES)
    instance = begin(courier, nodes, retries=1)
    kill_lab(courier)
    courier.kill()
    courier.start()
    assert courier.finish(instance, 60)["status"] == "success"
    expected = [
        f"{run['runId']}/1/{attempt}" for run in courier.runs(instance) for attempt in (1, 2)
    ]
    assert executed(nodes) == Counter(expected)


def test_a_node_whose_home_is_lost_gets_nothing_twice(courier: Courier) -> None:
    nodes = courier.lab(NODES)
    instance = begin(courier, nodes, retries=1)
    kill_lab(courier)
    shutil.rmtree(Path(nodes[0]["home"]).parents[1])
    for process in psutil.process_iter(["cmdline"]):
        if process.info["cmdline"] == ["sleep", SLEEP]:
            process.kill()
    courier.lab(NODES)
    assert courier.finish(instance, 60)["status"] == "failure"
    assert {run["reasonCode"] for run in courier.runs(instance)} <= {"interrupted", "node-changed"}
    assert not any((Path(node["home"]) / "attempts.txt").exists() for node in nodes)
