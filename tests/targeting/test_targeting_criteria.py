"""Success criteria, and when they are decided."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.targeting.criteria import bar_of


def criterion(status: str, kind: str, value: int) -> dict[str, Any]:
    return {"status": status, "numRuns": {"type": kind, "value": value}}


@pytest.mark.parametrize(
    ("criteria", "total", "needed", "allowed"),
    [
        ([], 4, 4, 4),
        ([criterion("success", "percent", 100)], 3, 3, 3),
        ([criterion("success", "percent", 50)], 3, 2, 3),
        ([criterion("success", "percent", 1)], 3, 1, 3),
        ([criterion("success", "percent", 0)], 3, 1, 3),
        ([criterion("success", "number", 0)], 3, 0, 3),
        ([criterion("success", "number", 9)], 3, 9, 3),
        ([criterion("failure", "percent", 50)], 3, 0, 1),
        ([criterion("failure", "percent", 10)], 3, 0, 0),
        ([criterion("failure", "number", 2)], 3, 0, 2),
        ([criterion("success", "number", 1), criterion("success", "number", 2)], 3, 2, 3),
        ([criterion("success", "number", 1), criterion("failure", "number", 0)], 3, 1, 0),
    ],
)
def test_what_criteria_come_to(
    criteria: list[dict[str, Any]], total: int, needed: int, allowed: int
) -> None:
    bar = bar_of(criteria, total)
    assert (bar.needed, bar.allowed) == (needed, allowed)


def test_a_group_without_nodes_fails_whatever_it_asks_for() -> None:
    bar = bar_of([criterion("success", "number", 0)], 0)
    assert bar.judge(0, 0) is False
    assert bar.sentence(0) == "the group has no node"


def test_it_says_what_is_missing() -> None:
    assert bar_of([], 3).sentence(1) == "1 of 3 runs did not succeed, at least 3 must succeed"
    limited = bar_of([criterion("failure", "number", 1)], 3)
    assert limited.sentence(2) == "2 of 3 runs did not succeed, at most 1 may"


amounts = st.builds(
    criterion,
    st.sampled_from(["success", "failure"]),
    st.sampled_from(["number", "percent"]),
    st.integers(0, 100),
)


@given(st.lists(amounts, max_size=3), st.integers(1, 30), st.data())
def test_a_verdict_is_given_exactly_when_nothing_can_change_it(
    criteria: list[dict[str, Any]], total: int, data: st.DataObject
) -> None:
    succeeded = data.draw(st.integers(0, total))
    failed = data.draw(st.integers(0, total - succeeded))
    bar = bar_of(criteria, total)
    rest = total - succeeded - failed
    ends = {bar.judge(succeeded + good, failed + rest - good) for good in range(rest + 1)}
    assert None not in ends, "with every run final, it is decided"
    assert bar.judge(succeeded, failed) == (ends.pop() if len(ends) == 1 else None)
