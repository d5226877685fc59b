"""Limits of CPU and memory: control groups where they are ours, what is done elsewhere."""

import json
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from runner_harness import limits, one, runner_inside, step, text_of

from courier_backend.runner.execution.control_groups import ControlGroups, delegated_groups
from courier_backend.runner.execution.limits import Limiter


@pytest.fixture
def child() -> Iterator[int]:
    process = subprocess.Popen(["sleep", "60"])
    yield process.pid
    process.kill()
    process.wait()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Files as a delegated control group has them; what is written can be read again."""
    group = tmp_path / "user.slice" / "courier.service"
    group.mkdir(parents=True)
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    (group / "cgroup.controllers").write_text("cpu memory pids\n")
    (group / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (tmp_path / "own").write_text("1:name=systemd:/x\n0::/user.slice/courier.service\n")
    return tmp_path


def group_of(tree: Path) -> Path:
    return tree / "user.slice" / "courier.service"


def delegated(tree: Path, monkeypatch: pytest.MonkeyPatch) -> ControlGroups:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return delegated_groups(tree, tree / "own")


def step_folders(tree: Path) -> list[Path]:
    return sorted(group_of(tree).glob("courier-step-*"))


def test_the_runner_moves_below_and_hands_the_limits_down(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (group_of(tree) / "courier-step-1-1").mkdir()
    groups = delegated(tree, monkeypatch)
    assert groups.can("cpu")
    assert groups.can("memory")
    assert (group_of(tree) / "courier-runner" / "cgroup.procs").read_text() == str(os.getpid())
    assert (group_of(tree) / "cgroup.subtree_control").read_text() == "+cpu +memory"
    assert step_folders(tree) == [], "what an earlier runner left goes"


def test_an_attempt_gets_a_group_with_its_limits(
    tree: Path, monkeypatch: pytest.MonkeyPatch, child: int
) -> None:
    limiter = Limiter(delegated(tree, monkeypatch))
    allowed = len(os.sched_getaffinity(0))
    confined = limiter.confine(child, {"cpu": 0.5, "memoryBytes": 2**28})
    assert confined.unmet == []
    (folder,) = step_folders(tree)
    assert (folder / "cpu.max").read_text() == f"{round(allowed * 50_000)} 100000"
    assert (folder / "memory.max").read_text() == str(2**28)
    assert (folder / "cgroup.procs").read_text() == str(child)
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    (folder / "memory.peak").write_text("59998208\n")
    limiter.release(confined)
    assert confined.ran_out_of_memory
    assert confined.most_bytes == 59_998_208


def test_a_group_in_which_something_still_runs_goes_later(
    tree: Path, monkeypatch: pytest.MonkeyPatch, child: int
) -> None:
    limiter = Limiter(delegated(tree, monkeypatch))
    first = limiter.confine(child, {"memoryBytes": 2**28})
    (busy,) = step_folders(tree)
    limiter.release(first)
    assert step_folders(tree) == [busy], "a folder with files in it cannot be removed"
    for file in busy.iterdir():
        file.unlink()
    second = limiter.confine(child, {"memoryBytes": 2**28})
    limiter.release(second)
    assert busy not in step_folders(tree)


@pytest.mark.parametrize("cpu", [0, 1, 2.5])
def test_all_of_the_cpu_is_no_limit(
    tree: Path, monkeypatch: pytest.MonkeyPatch, child: int, cpu: float
) -> None:
    limiter = Limiter(delegated(tree, monkeypatch))
    assert limiter.confine(child, {"cpu": cpu}).unmet == []
    assert step_folders(tree) == []


def test_a_group_with_others_in_it_is_not_ours(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (group_of(tree) / "cgroup.procs").write_text(f"{os.getpid()}\n1\n")
    assert not delegated(tree, monkeypatch).can("cpu")
    assert not (group_of(tree) / "courier-runner").exists()


def test_a_group_that_was_not_delegated_to_root_is_not_ours(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert not delegated_groups(tree, tree / "own").can("cpu")


def test_without_control_groups_nothing_is_arranged(tmp_path: Path) -> None:
    assert not delegated_groups(tmp_path, tmp_path / "none").can("memory")


@pytest.mark.anyio
async def test_what_cannot_be_kept_is_noted_in_the_evidence(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "runner") as (_, (node,)):
        order = node.order(step("true", limits=limits(cpu=0.5)))
        await node.lines(order)
        answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/evidence")
    path = tmp_path / "evidence.zip"
    path.write_bytes(answer.content)
    story = json.loads(zipfile.ZipFile(path).read("attempt.json"))
    assert story["limitsNotEnforced"] == ["cpu"]


@pytest.mark.anyio
async def test_each_process_is_bounded_in_its_memory(tmp_path: Path) -> None:
    asks = "python3 -c 'x = bytearray({size} << 20); print(len(x) >> 20)'"
    async with runner_inside(tmp_path / "runner") as (_, (node,)):
        fits = await node.run(step(asks.format(size=20), limits=limits(memoryBytes=2**28)))
        bursts = await node.run(step(asks.format(size=900), limits=limits(memoryBytes=2**28)))
    assert text_of(fits) == "20\n"
    assert one(bursts, "attempt-finished")["status"] == "failure"
    assert "MemoryError" in text_of(bursts, "stderr")
