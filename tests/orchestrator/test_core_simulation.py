"""Thousands of fleets that never existed, each checked after everything that happens to it."""

from collections import Counter

import pytest
from core_fleet import Fleet
from core_reference import FINAL, end_of


def live(seed: int) -> str:
    """One life; how it ended."""
    story = Fleet(seed).live()
    assert story.state.is_final, "every instance ends"
    assert all(row.status in FINAL for row in story.ledger.runs.values()), "every run ends"
    assert story.end == end_of(story.ledger)
    assert story.due_in is None
    return story.end


@pytest.mark.parametrize("first", range(0, 1_200, 150))
def test_every_seed_keeps_the_rules(first: int) -> None:
    for seed in range(first, first + 150):
        live(seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 21_000, 500))
def test_many_more_seeds_keep_the_rules(first: int) -> None:
    for seed in range(first, first + 1500):
        live(seed)


def test_the_fleets_are_of_all_kinds() -> None:
    """A simulation that never comes to the rare cases would prove nothing."""
    ends: Counter[str] = Counter()
    changes: Counter[tuple[str, str, str]] = Counter()
    late = 0
    for seed in range(120):
        story = Fleet(seed).live()
        ends[story.end] += 1
        late += story.state.late_completions
        changes.update((c.before, c.status, c.reason_code) for c in story.ledger.changes)
    assert ends.keys() == {"success", "failure", "canceled"}
    assert late > 0
    reasons = {code for _, _, code in changes}
    assert reasons >= {
        "no-status-in-time",
        "unreachable",
        "waiting-for-node",
        "node-changed",
        "operator",
        "cancel-unconfirmed",
        "criteria-unreachable",
        "group-failed",
    }
    assert {("timeout", "success", ""), ("timeout", "failure", "step-failed")} <= changes.keys()


def test_the_same_seed_makes_the_same_decisions() -> None:
    for seed in range(30):
        assert Fleet(seed).live().log == Fleet(seed).live().log
