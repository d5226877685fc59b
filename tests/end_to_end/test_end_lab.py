"""The lab: the same nodes for the same seed, others for another one, and none at work is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.courier import Courier
from bench.jobs import group, job, step

if TYPE_CHECKING:
    from pathlib import Path

    from bench.courier import Item


def ids(items: list[Item]) -> list[str]:
    return [item["id"] for item in items]


def test_another_seed_makes_another_lab(tmp_path: Path) -> None:
    with Courier(tmp_path / "home") as courier:
        first = ids(courier.lab(2, seed=1))
        other = ids(courier.lab(2, seed=2))
        grown = courier.answer("lab", "up", "--nodes", "3", "--format", "json")["items"]
        nodes = courier.answer("nodes", "list", "--archived", "--format", "json")["items"]

        assert not set(first) & set(other)
        assert ids(grown)[:2] == other, "without a seed it stays as it is"
        assert {node["id"] for node in nodes if node["archived"]} == set(first)
        assert ids(courier.lab(2, seed=1)) == first

        courier.submit(job([group(first)], [step("sleep 60")]))
        refused = courier.command("lab", "up", "--nodes", "2", "--seed", "3", check=False)
        assert refused.returncode == 1
        assert "at work" in refused.stderr
        assert ids(courier.answer("lab", "status", "--format", "json")["items"]) == first
