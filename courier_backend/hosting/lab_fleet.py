"""The lab: many real nodes on this machine, in as few runner processes as keep their pace.

Thousands of open descriptors slow the starting of processes, so a process hosts at most
`NODES_A_PROCESS`. What the lab should be is written down (``lab.json``), so that a backend that
starts brings up what is missing.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from courier_backend.hosting.runner_process import (
    HostedNode,
    HostedRunner,
    announced_at,
    end_runner,
    find_runner,
    start_runner,
)

NODES_A_PROCESS: Final = 250


@dataclass(frozen=True, slots=True)
class LabPlan:
    """How many nodes, and the seed of their facts."""

    nodes: int
    seed: int

    def shares(self) -> list[int]:
        """Nodes of each process, in order."""
        full, rest = divmod(self.nodes, NODES_A_PROCESS)
        return [NODES_A_PROCESS] * full + ([rest] if rest else [])


def read_plan(lab: Path) -> LabPlan:
    """What the lab should be; no nodes when there is none."""
    try:
        told = json.loads((lab / "lab.json").read_text())
        return LabPlan(int(told["nodes"]), int(told["seed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return LabPlan(0, 0)


def write_plan(lab: Path, plan: LabPlan) -> None:
    """Write down what the lab should be."""
    lab.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = lab / "lab.json.new"
    draft.write_text(json.dumps({"nodes": plan.nodes, "seed": plan.seed}))
    draft.replace(lab / "lab.json")


def changed_homes(lab: Path, plan: LabPlan) -> list[Path]:
    """Homes whose runner runs, but with other nodes, or another number of them, than planned."""
    if plan.seed != read_plan(lab).seed:
        return [home for home in lab_homes(lab) if find_runner(home) is not None]
    shares = plan.shares()
    changed = []
    for index, home in enumerate(lab_homes(lab)):
        runner = find_runner(home)
        wanted = shares[index] if index < len(shares) else 0
        if runner is not None and len(runner.nodes) != wanted:
            changed.append(home)
    return changed


def end_changed(lab: Path, plan: LabPlan) -> None:
    """End the runners that a plan changes; with another seed, before it is written down."""
    for home in changed_homes(lab, plan):
        end_runner(home)


def raise_lab(lab: Path, plan: LabPlan) -> list[HostedNode]:
    """Bring the lab to its plan; gives all of its nodes, in order."""
    end_changed(lab, plan)
    nodes: list[HostedNode] = []
    for index, share in enumerate(plan.shares()):
        nodes += _raise_one(_home(lab, index), share, plan.seed, index).nodes
    return nodes


def _raise_one(home: Path, share: int, seed: int, index: int) -> HostedRunner:
    own_seed = str(seed * 1000 + index)
    arguments = ["--listen", "127.0.0.1:0", "--nodes", str(share), "--seed", own_seed, "--lab"]
    first = index * NODES_A_PROCESS
    return find_runner(home) or start_runner(home, [*arguments, "--first", str(first)])


def announcements(lab: Path) -> list[int]:
    """When each runner that the plan asks for wrote of itself; 0 for one that is gone."""
    return [announced_at(_home(lab, index)) for index, _ in enumerate(read_plan(lab).shares())]


def lab_nodes(lab: Path) -> list[HostedNode]:
    """The nodes of the lab that run now, in order."""
    runners = [find_runner(home) for home in lab_homes(lab)]
    return [node for runner in runners if runner for node in runner.nodes]


def end_lab(lab: Path) -> None:
    """End every runner of the lab and remove their homes."""
    for home in lab_homes(lab):
        end_runner(home)
    shutil.rmtree(lab, ignore_errors=True)


def _home(lab: Path, index: int) -> Path:
    return lab / f"{index:03d}"


def lab_homes(lab: Path) -> list[Path]:
    """The homes of the lab's runners, in order."""
    if not lab.is_dir():
        return []
    return sorted(path for path in lab.iterdir() if path.is_dir() and path.name.isdigit())
