"""The backend killed at random moments: the instance ends as it would have, nothing is twice."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest
from killing import Ordeal, all_runs, event_numbers, executed, expected, survive, told_attempts

from bench.courier import Courier, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from bench.courier import Item

SEEDS = int(os.environ.get("SOAK_SEEDS", "3"))
WHOLE = [(1, 1, "success", "stored"), (2, 1, "failure", "stored"), (2, 2, "success", "stored")]


def tells_the_whole(courier: Courier, run: Item) -> bool:
    return told_attempts(courier, run) == WHOLE


def judge(courier: Courier, nodes: list[Item], instance: Item, *, sample: int) -> None:
    assert (instance["status"], instance["reason"]) == ("success", instance["reason"])
    runs = all_runs(courier, instance["id"])
    assert Counter(run["status"] for run in runs) == {"success": 2 * len(nodes)}
    assert executed(nodes) == expected(runs)
    for run in runs[:: max(1, len(runs) // sample)]:
        assert wait_until(partial(tells_the_whole, courier, run), 20), told_attempts(courier, run)
    numbers = event_numbers(courier)
    assert numbers == list(range(1, len(numbers) + 1))


def test_three_kills(tmp_path: Path) -> None:
    with Courier(tmp_path / "home") as courier:
        nodes = courier.lab(24)
        instance = survive(courier, nodes, Ordeal(kills=3, batch=12, sleep=0.3, seed=7))
        judge(courier, nodes, instance, sample=48)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_ten_kills_with_200_nodes(tmp_path: Path, seed: int) -> None:
    with Courier(tmp_path / "home") as courier:
        nodes = courier.lab(200)
        instance = survive(courier, nodes, Ordeal(kills=10, batch=100, sleep=2, seed=seed))
        judge(courier, nodes, instance, sample=50)
