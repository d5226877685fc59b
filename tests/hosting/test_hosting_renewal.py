"""Runners of another version or build: replaced when they are idle, left alone while at work."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from courier_backend import __version__
from courier_backend.fleet.fleet import Fleet
from courier_backend.hosting import local_nodes, renewal
from courier_backend.hosting.local_nodes import LocalNodes
from courier_backend.hosting.runner_process import HostedNode, HostedRunner
from courier_backend.runner.home.build import program_build

pytestmark = pytest.mark.anyio
HOME, LAB = Path("/nowhere/node"), Path("/nowhere/lab")
NODE = HostedNode("n1", "n", "http://h", "t", "/nowhere")


class House:
    """Local nodes over one runner that may be outdated, at work, and slow to leave."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs = 1
        self.leaves = True
        self.asked: list[Path] = []
        runner = HostedRunner("http://h", 1, "0.0.9", [NODE])
        monkeypatch.setattr(local_nodes, "outdated_in", lambda homes: {homes[0]: runner})
        monkeypatch.setattr(local_nodes, "let_go", self._let_go)
        monkeypatch.setattr(local_nodes, "announced_at", lambda _home: 0)
        self.nodes = LocalNodes(cast("Fleet", None), HOME, LAB, lambda _id: self.runs)
        self.inside: Any = self.nodes

    def _let_go(self, home: Path) -> bool:
        self.asked.append(home)
        return self.leaves


async def test_a_runner_at_work_is_replaced_once_its_work_has_ended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(monkeypatch)
    await house.inside._renew([HOME])
    assert "(version 0.0.9) is of another build" in caplog.text
    await house.inside._builtin_is_gone()
    assert house.asked == []
    house.runs, house.leaves = 0, False
    await house.inside._builtin_is_gone()
    house.leaves = True
    await house.inside._builtin_is_gone()
    await house.inside._builtin_is_gone()
    assert house.asked == [HOME, HOME]


async def test_an_idle_one_is_replaced_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(monkeypatch)
    house.runs = 0
    await house.inside._renew([HOME])
    assert house.asked == [HOME]


async def test_which_are_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = HostedRunner("http://h", 1, __version__, [], program_build())
    others = {"version": replace(ours, version="0.0.9"), "build": replace(ours, build="")}
    known = {Path(name): runner for name, runner in {"same": ours, **others}.items()}
    monkeypatch.setattr(renewal, "find_runner", known.get)
    found = renewal.outdated_in([*known, Path("none")])
    assert [str(home) for home in found] == ["version", "build"]
