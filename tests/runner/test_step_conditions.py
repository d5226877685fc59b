"""Conditions as a specification: every operator, negation, numbers, names without a value."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.runner.values.conditions import unmet
from courier_backend.runner.values.inputs import Inputs

NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.sampled_from(["007", " 5\n", "+3", "1e2", "0.10", "-0"]),
)
TEXT = st.text(max_size=6)


def condition(operator: str, value: str, *, negate: bool = False) -> dict[str, Any]:
    return {"inputName": "X", "operator": operator, "value": value, "negate": negate}


def holds(value: str, operator: str, wanted: str, *, negate: bool = False) -> bool:
    return not unmet([condition(operator, wanted, negate=negate)], Inputs({"X": value}))


@pytest.mark.parametrize(
    ("value", "operator", "wanted", "wanted_result"),
    [
        ("false\n", "eq", "false\n", True),
        ("false\n", "eq", "false", False),
        ("3\n", "eq", "3", True),
        ("1.0", "eq", "1", True),
        ("10", "gt", "9", True),
        ("10x", "gt", "9", False),
        ("b", "gt", "a", True),
        ("9", "gte", "9.0", True),
        ("9", "lte", "9.0", True),
        ("-1", "lt", "0", True),
        ("1e3", "eq", "1000", True),
        ("123456789012345678901", "gt", "123456789012345678900", True),
        ("nginx/1.25.0", "startsWith", "nginx/", True),
        ("nginx/1.25.0", "endsWith", ".0", True),
        ("nginx/1.25.0", "contains", "1.25", True),
        ("nginx/1.25.0", "contains", "1.26", False),
        ("nginx/1.25.0", "matches", r"1\.\d+", True),
        ("nginx/1.25.0", "matches", r"^1\.", False),
        ("", "eq", "", True),
        ("anything", "contains", "", True),
    ],
)
def test_operators(value: str, operator: str, wanted: str, wanted_result: bool) -> None:
    assert holds(value, operator, wanted) is wanted_result
    assert holds(value, operator, wanted, negate=True) is not wanted_result


@given(NUMBERS, NUMBERS)
def test_numbers_are_compared_as_numbers(left: str, right: str) -> None:
    a, b = Fraction(left.strip()), Fraction(right.strip())
    assert holds(left, "eq", right) is (a == b)
    assert holds(left, "gt", right) is (a > b)
    assert holds(left, "gte", right) is (a >= b)
    assert holds(left, "lt", right) is (a < b)
    assert holds(left, "lte", right) is (a <= b)


@given(TEXT, TEXT, st.sampled_from(["gt", "gte", "lt", "lte", "eq"]))
def test_one_order_for_all_comparisons(left: str, right: str, operator: str) -> None:
    ways = [holds(left, "lt", right), holds(left, "eq", right), holds(left, "gt", right)]
    assert ways.count(True) == 1
    assert holds(left, operator, right) is not holds(left, operator, right, negate=True)
    assert holds(left, "eq", left)


@given(TEXT, TEXT)
def test_parts_of_texts(whole: str, part: str) -> None:
    assert holds(part + whole, "startsWith", part)
    assert holds(whole + part, "endsWith", part)
    assert holds(whole + part + whole, "contains", part)


@pytest.mark.parametrize("negate", [False, True])
def test_a_name_without_a_value_never_holds(negate: bool) -> None:
    reason = unmet([condition("eq", "a", negate=negate)], Inputs({}))
    assert reason.endswith("does not hold: X has no value")


@pytest.mark.parametrize("negate", [False, True])
def test_a_pattern_that_tells_nothing_never_holds(negate: bool) -> None:
    inputs = Inputs({"X": "x" * 60 + "!"})
    slow = condition("matches", r"^(\w|\w\w|\w+\s?)+$", negate=negate)
    assert "takes longer than" in unmet([slow], inputs)
    assert "is not a regular expression" in unmet(
        [condition("matches", "(", negate=negate)], inputs
    )


def test_all_must_hold_and_the_first_that_does_not_is_told() -> None:
    inputs = Inputs({"X": "5", "Y": "a"})
    conditions = [
        condition("gt", "4"),
        {"inputName": "Y", "operator": "eq", "value": "b"},
        condition("gt", "9"),
    ]
    assert unmet(conditions, inputs) == 'the condition Y eq "b" does not hold: it is "a"'
    assert unmet(conditions[:1], inputs) == ""
    assert unmet([], inputs) == ""


def test_a_secret_value_is_not_told() -> None:
    inputs = Inputs({"X": "hunter22"}, frozenset({"X"}))
    reason = unmet([condition("eq", "other")], inputs)
    assert reason == 'the condition X eq "other" does not hold'
