"""Runs a second, side by side with the peers, and what a run costs the backend and the runners."""

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.courier import Courier
from bench.figure import Figure, ratio
from bench.jobs import true_on
from bench.numbers import cpu_seconds, peak_megabytes
from bench.peers.ansible import Ansible
from bench.peers.ssh import parallel_ssh
from bench.setting import Setting

COUNTS: Final = (1, 50, 200, 1000)
_RUNS: Final = 200
"""Few nodes are measured several times in a row, until as many runs are done: short times lie."""
_REPEATS: Final = _RUNS // 50
_BARE: Final = Path(__file__).parents[1] / "peers" / "bare_processes.py"

Rounds = dict[str, list[float]]


def measure(setting: Setting) -> list[Figure]:
    """All of them once a round, one after the other."""
    ansible = Ansible(setting.folder)
    rounds: Rounds = defaultdict(list)
    counts = [count for count in COUNTS if count <= len(setting.nodes)]
    with parallel_ssh() as ssh:
        _warm_up(setting)
        for _ in range(setting.rounds):
            for count in counts:
                if count == 200:
                    rounds["bare.200"].append(count / _bare(count))
                _ours(setting, count, rounds)
            _peers(rounds, ansible, ssh)
    return _figures(rounds, counts, peak_megabytes(setting.courier.backend_pid))


def _warm_up(setting: Setting) -> None:
    """The first runs meet cold imports and unopened connections; they are not counted."""
    run_once(setting.courier, setting.nodes[:50])


def _peers(rounds: Rounds, ansible: Ansible, ssh: Callable[[int], float]) -> None:
    rounds["raw.50"].append(50 / ansible.seconds("raw", 50))
    rounds["parallel-ssh.50"].append(50 * _REPEATS / sum(ssh(50) for _ in range(_REPEATS)))
    rounds["command.50"].append(50 / ansible.seconds("command", 50))


def _bare(count: int) -> float:
    command = [sys.executable, str(_BARE), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return float(done.stdout)


def _ours(setting: Setting, count: int, rounds: Rounds) -> None:
    backend, runners = [setting.courier.backend_pid], setting.courier.runner_pids()
    before = cpu_seconds(backend), cpu_seconds(runners)
    repeats = max(1, _RUNS // count)
    took = sum(run_once(setting.courier, setting.nodes[:count]) for _ in range(repeats))
    rounds[f"ours.{count}"].append(count * repeats / took)
    if count >= 200:
        rounds[f"cpu.backend.{count}"].append((cpu_seconds(backend) - before[0]) * 1000 / count)
        rounds[f"cpu.runner.{count}"].append((cpu_seconds(runners) - before[1]) * 1000 / count)


def run_once(courier: Courier, nodes: list[str]) -> float:
    """Seconds from before the submission until the last run was seen to be over."""
    begin = time.perf_counter()
    accepted = courier.submit(true_on(nodes))
    done = courier.finish(accepted["instanceId"], poll=_poll_of(len(nodes)))
    took = time.perf_counter() - begin
    if done["status"] != "success":
        raise RuntimeError(f"the instance ended as {done['status']}: {done['reason']}")
    return took


def _poll_of(nodes: int) -> float:
    """Seconds between two looks: short beside what is measured, seldom enough not to disturb it."""
    return 0.002 if nodes < 50 else 0.005 if nodes < 500 else 0.02


def _figures(rounds: Rounds, counts: list[int], peak: float) -> list[Figure]:
    figures = [
        Figure(f"rate.{count}", f"runs a second, {count} nodes", "runs/s", tuple(rounds[key]))
        for count in counts
        if (key := f"ours.{count}")
    ]
    figures += _peer_figures(rounds, counts)
    for count in (each for each in counts if each >= 200):
        suffix = "" if count == 200 else f".{count}"
        for part in ("backend", "runner"):
            what = f"CPU a run of the {part}, {count} nodes"
            values = tuple(rounds[f"cpu.{part}.{count}"])
            figures.append(Figure(f"cpu.{part}{suffix}", what, "ms", values))
    what = f"peak memory of the backend, {max(counts)} nodes"
    return [*figures, Figure("memory.backend", what, "MB", (peak,))]


def _peer_figures(rounds: Rounds, counts: list[int]) -> list[Figure]:
    figures = []
    for peer in ("raw", "command", "parallel-ssh"):
        values = tuple(rounds[f"{peer}.50"])
        name = peer if peer == "parallel-ssh" else f"ansible {peer}"
        figures.append(Figure(f"peer.{peer}", f"{name}, 50 nodes", "runs/s", values))
        what = f"50 nodes against {name}"
        figures.append(ratio(f"rate.50.against.{peer}", what, tuple(rounds["ours.50"]), values))
    if 200 in counts:
        bare = tuple(rounds["bare.200"])
        figures.append(Figure("peer.bare", "bare processes, 16 at a time, 200", "runs/s", bare))
        what = "200 nodes against bare processes"
        figures.append(ratio("rate.200.against.bare", what, tuple(rounds["ours.200"]), bare))
    if 1000 in counts:
        over, under = tuple(rounds["ours.1000"]), tuple(rounds["ours.200"])
        what = "rate on 1,000 nodes against 200"
        figures.append(ratio("rate.1000.against.200", what, over, under))
    return figures
