"""Targets in the app: who is left out of a plan and why, how a node is and since when."""

from __future__ import annotations

from typing import Any

import pytest
from tui_pilot import press, running, shown
from tui_world import good_plan, node, small_world

from courier_tui.widgets.plan import plan_lines

pytestmark = pytest.mark.anyio


def plan_text(others: list[Any], count: int) -> str:
    plan = good_plan(small_world())
    plan["groups"][0] |= {"leftOut": others, "leftOutCount": count}
    return "".join(text for text, _tone in plan_lines(plan))


def test_a_plan_shows_who_is_left_out_and_why() -> None:
    others = [{"id": str(n), "name": f"db-{n}", "reasons": ["a[/b]", "c"]} for n in range(30)]
    text = plan_text(others, 200)
    assert "  leaves out 200 nodes\n    db-0: a[/b]; c\n" in text
    assert text.count("db-") < 30
    assert f"    and {200 - text.count('db-')} more\n" in text
    assert "leaves out" not in plan_text([], 0)


@pytest.mark.parametrize(
    ("more", "seen", "unseen"),
    [
        ({}, ["Since", "2 h ago", "Runner", "0.1.0", "Latency"], ["Clock"]),
        ({"clockSkewSeconds": 7.0}, ["Clock", "7.0 s ahead"], []),
        ({"clockSkewSeconds": -1.25}, ["1.2 s behind"], []),
        ({"latencySeconds": 0.0, "runnerVersion": ""}, ["Since"], ["Latency", "Runner"]),
        ({"healthStatus": "offline", "healthReason": "no answer"}, ["Why", "no answer"], []),
    ],
)
async def test_a_node_shows_how_it_is_and_since_when(
    more: dict[str, Any], seen: list[str], unseen: list[str]
) -> None:
    backend = small_world()
    backend.nodes = [node(1, "web-1", **more)]
    async with running(backend) as pilot:
        await press(pilot, "4", "enter")
        text = shown(pilot)
        assert all(words in text for words in seen)
        assert not any(words in text for words in unseen)
