"""Versions and their bounds, read leniently; patterns, bounded in time."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.model.patterns import (
    BadPattern,
    Patience,
    PatternTooSlow,
    compiled,
    pattern_fault,
    search,
)
from courier_backend.model.versions import OPERATORS, read_bound, read_version


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("19", "19.0.0"),
        ("v1.2", "1.2.0"),
        (" 1.2.3 ", "1.2.3"),
        ("1.2.3+build.7", "1.2.3"),
        ("0.1.3/20240318113204", "0.1.3"),
        ("9.4.el9", "9.4"),
        ("1.0.0-rc.1", "1.0.0rc1"),
        ("1.0.0.0.0", "1"),
    ],
)
def test_a_version_is_read_leniently(text: str, same: str) -> None:
    assert read_version(text) == read_version(same)


def test_versions_are_compared_by_number_and_candidates_come_before_releases() -> None:
    ordered = ["0.9.9", "1.0.0-alpha", "1.0.0-rc1", "1", "1.0.9", "1.0.10", "1.1", "10"]
    assert all(read_version(a) < read_version(b) for a, b in pairwise(ordered))


@pytest.mark.parametrize("text", ["", "x", "latest", "1" * 101, "1." + "9" * 5000])
def test_what_is_no_version_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no version|at most 100 characters"):
        read_version(text)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=4), st.sampled_from([*OPERATORS, ""]))
def test_every_bound_is_what_its_operator_says(numbers: list[int], symbol: str) -> None:
    text = ".".join(map(str, numbers))
    lower, higher = f"{text}.dev1", f"{text}.1"
    admitted = [
        read_bound(f"{symbol} {text}").admits(read_version(each)) for each in (lower, text, higher)
    ]
    assert (
        admitted
        == {
            ">=": [False, True, True],
            "<=": [True, True, False],
            "=": [False, True, False],
            "": [False, True, False],
            "!=": [True, False, True],
            "<": [True, False, False],
            ">": [False, False, True],
        }[symbol]
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("=> 1", '"=>" is no operator (one of >=, <=, =, !=, <, >)'),
        ("~> 1", '"~>" is no operator (one of >=, <=, =, !=, <, >)'),
        (">=", "a version is missing (such as >= 1.0.0)"),
        ("", "a version is missing (such as >= 1.0.0)"),
        (">= new", '"new" is no version'),
    ],
)
def test_a_bound_that_is_none_says_why(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{re.escape(fault)}\Z"):
        read_bound(text)


def test_a_pattern_is_searched_anywhere() -> None:
    found = search("b+", "abbc")
    assert found is not None
    assert found.span() == (1, 3)
    assert search("^b", "abbc") is None


def test_a_pattern_that_never_ends_is_ended() -> None:
    with pytest.raises(PatternTooSlow, match=r"takes longer than 0\.01 s over 61 characters"):
        search("(a|aa)+$", "a" * 60 + "b", seconds=0.01)


@pytest.mark.parametrize("pattern", ["(", "[", "a{2,1}", "*", "x" * 1001])
def test_what_is_no_pattern_says_why(pattern: str) -> None:
    assert "regular expression" in pattern_fault(pattern) or "longer than" in pattern_fault(pattern)
    with pytest.raises(BadPattern):
        compiled(pattern)


def test_a_pattern_is_no_fault_and_neither_is_what_is_no_text() -> None:
    assert pattern_fault(r"^172\.31.*") == ""
    assert pattern_fault("[[a]") == "", "odd, but no news"
    assert pattern_fault(7) == ""


def test_a_pattern_that_is_slow_over_every_value_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(100))
    monkeypatch.setattr("time.thread_time", lambda: next(seconds) * 0.3)
    patience = Patience()
    for _ in range(3):
        assert patience.search("b", "abc")
    with pytest.raises(PatternTooSlow, match='"b" takes longer than 1 s over all nodes'):
        patience.search("b", "abc")
