"""Windows of exception rules, and what a schedule executes in spite of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courier_backend.model.errors import BadInput
from courier_backend.recurrence.execution import Estimate, estimate, first_open, next_execution
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import between
from courier_backend.recurrence.windows import (
    ExceptionRule,
    blocked_by,
    clear_from,
    parse_exception,
)

NOW = datetime(2024, 3, 27, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)


def after(minutes: float) -> datetime:
    return NOW + minutes * MINUTE


def exception(text: str, minutes: int) -> ExceptionRule:
    return parse_exception(f"RRULE:{text}", minutes, NOW, source="job")


def test_a_window_has_its_first_moment_and_not_its_last() -> None:
    windows = [exception("FREQ=HOURLY", 5)]
    for inside in (after(0), after(5) - INSTANT, after(60), after(62)):
        window = blocked_by(inside, windows)
        assert window is not None
        assert window.starts_at <= inside < window.ends_at
    for outside in (NOW - INSTANT, after(5), after(60) - INSTANT):
        assert blocked_by(outside, windows) is None


def test_of_several_windows_the_one_that_closes_last_is_named() -> None:
    windows = [exception("FREQ=HOURLY", 5), exception("FREQ=MINUTELY;INTERVAL=10", 9)]
    window = blocked_by(after(64), windows)
    assert window is not None
    assert window.exception is windows[1]
    assert window.ends_at == after(69)


def test_of_overlapping_windows_of_one_rule_the_latest_is_named() -> None:
    window = blocked_by(after(95), [exception("FREQ=HOURLY", 120)])
    assert window is not None
    assert (window.starts_at, window.ends_at) == (after(60), after(180))


def test_the_reason_names_rule_time_and_owner() -> None:
    rule = parse_exception("RRULE:FREQ=DAILY", 30, NOW, source="global", rule_id="x")
    window = blocked_by(after(1), [rule])
    assert window is not None
    assert window.reason == (
        "exception rule of all jobs: every day, RRULE:FREQ=DAILY (30 min),"
        " its window 2024-03-27T10:00:00Z to 2024-03-27T10:30:00Z"
    )


def test_an_exception_that_is_over_is_fine_and_blocks_nothing_more() -> None:
    old = parse_exception("RRULE:DTSTART=20231224;FREQ=DAILY;COUNT=3", 1440, NOW, source="job")
    assert blocked_by(NOW, [old]) is None
    assert blocked_by(datetime(2023, 12, 25, 12, tzinfo=UTC), [old]) is not None


@pytest.mark.parametrize(
    ("text", "minutes", "says"),
    [
        ("RRULE:FREQ=DAILY", 0, "duration 0 is not between"),
        ("RRULE:FREQ=DAILY", 366 * 1440 + 1, "is not between"),
        ("FREQ=DAILY", 5, 'does not begin with "RRULE:"'),
        ("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 5, "has no occurrence"),
    ],
)
def test_exceptions_that_are_none(text: str, minutes: int, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        parse_exception(text, minutes, NOW, source="job")


def test_the_windows_of_a_moment_are_left_one_after_the_other() -> None:
    windows = [exception("FREQ=HOURLY", 40), exception("FREQ=HOURLY;INTERVAL=2;BYMINUTE=35", 30)]
    assert clear_from(after(10), windows) == after(100)
    assert clear_from(after(100), windows) == after(100)
    assert clear_from(NOW - MINUTE, windows) == NOW - MINUTE


def test_windows_without_a_gap_are_never_left() -> None:
    assert clear_from(NOW, [exception("FREQ=HOURLY", 60)]) is None


def test_a_known_example() -> None:
    """Every minute, ten times; every third minute is an exception of one minute."""
    rule = parse_rule("RRULE:FREQ=MINUTELY;COUNT=10", NOW)
    windows = [exception("FREQ=MINUTELY;INTERVAL=3", 1)]
    found = estimate(rule, windows, rule.eve)
    assert [each.at for each in found.blocked] == [after(n) for n in (0, 3, 6, 9)]
    assert list(found.times) == [after(n) for n in (1, 2, 4, 5, 7, 8)]
    assert found.blocked_all
    assert found.given_up_at is None


def test_an_occurrence_in_a_window_is_used_up() -> None:
    rule = parse_rule("RRULE:FREQ=MINUTELY;COUNT=2", NOW)
    found = next_execution(rule, [exception("FREQ=DAILY", 5)], rule.eve)
    assert found.at is None
    assert found.given_up_at is None
    assert [each.at for each in found.skipped] == [NOW, after(1)]


def test_the_moment_a_window_closes_is_executed() -> None:
    rule = parse_rule("RRULE:FREQ=MINUTELY", NOW)
    found = next_execution(rule, [exception("FREQ=DAILY", 5)], rule.eve)
    assert found.at == after(5)
    assert len(found.skipped) == 5


def test_a_long_window_is_left_in_one_leap() -> None:
    rule = parse_rule("RRULE:FREQ=SECONDLY", NOW)
    found = next_execution(rule, [exception("FREQ=YEARLY", 30 * 1440)], rule.eve, most_skipped=7)
    assert found.at == NOW + timedelta(days=30)
    assert len(found.skipped) == 7
    assert not found.skipped_all
    assert found.windows_met == 1


def test_a_schedule_that_is_always_excepted_is_given_up_and_can_be_asked_on() -> None:
    rule = parse_rule("RRULE:FREQ=DAILY", NOW)
    always = [exception("FREQ=DAILY", 1)]
    found = next_execution(rule, always, rule.eve, most_windows=50)
    assert found.at is None
    assert found.given_up_at is not None
    assert len(found.skipped) == 50
    on = next_execution(rule, always, found.given_up_at, most_windows=1)
    assert on.skipped[0].at == found.skipped[-1].at + timedelta(days=1)
    assert estimate(rule, always, rule.eve, most_windows=50).given_up_at == found.given_up_at


@settings(max_examples=60)
@given(
    every=st.integers(7, 600),
    windows=st.lists(st.tuples(st.integers(10, 400), st.integers(1, 300)), min_size=1, max_size=3),
)
def test_the_first_open_one_is_the_next_execution(
    every: int, windows: list[tuple[int, int]]
) -> None:
    rule = parse_rule(f"RRULE:FREQ=MINUTELY;INTERVAL={every}", NOW)
    rules = [exception(f"FREQ=MINUTELY;INTERVAL={each};COUNT=40", of) for each, of in windows]
    assert first_open(rule, rules, rule.eve, 1000) == next_execution(rule, rules, rule.eve).at


def test_windows_that_adjoin_are_one_leap() -> None:
    rule = parse_rule("RRULE:FREQ=DAILY", NOW)
    adjoining = [exception("FREQ=HOURLY;COUNT=500", 60)]
    assert first_open(rule, adjoining, rule.eve, 2) == NOW + timedelta(days=21)
    assert first_open(rule, [exception("FREQ=DAILY", 5)], rule.eve, 90) is None


def test_an_estimate_stops_at_its_count_and_at_the_end_of_the_rule() -> None:
    rule = parse_rule("RRULE:FREQ=MINUTELY;COUNT=4", NOW)
    assert len(estimate(rule, [], rule.eve, count=3).times) == 3
    assert len(estimate(rule, [], rule.eve).times) == 4
    assert estimate(rule, [], rule.eve, count=0) == Estimate((), ())


def rules(*frequencies: str) -> st.SearchStrategy[str]:
    return st.builds("FREQ={};INTERVAL={}".format, st.sampled_from(frequencies), st.integers(1, 90))


HOURS = timedelta(hours=4)


@settings(max_examples=100)
@given(
    rules("HOURLY", "MINUTELY", "SECONDLY"),
    st.lists(st.tuples(rules("HOURLY", "MINUTELY"), st.integers(1, 90)), max_size=3),
)
def test_executions_are_the_occurrences_outside_of_every_window(
    text: str, given_windows: list[tuple[str, int]]
) -> None:
    rule = parse_rule(f"RRULE:{text}", NOW)
    windows = [exception(each, minutes) for each, minutes in given_windows]
    span = [
        (opened, opened + each.duration)
        for each in windows
        for opened in between(each.rule, NOW - MINUTE, NOW + HOURS)
    ]
    every = list(islice(between(rule, rule.eve, NOW + HOURS), 100))
    inside = [any(opened <= each < closed for opened, closed in span) for each in every]
    wanted = [each for each, is_inside in zip(every, inside, strict=True) if not is_inside]
    blocked = [each for each, is_inside in zip(every, inside, strict=True) if is_inside]
    found = estimate(rule, windows, rule.eve, count=len(wanted))
    assert list(found.times) == wanted
    assert [each.at for each in found.blocked] == [
        each for each in blocked if wanted and each < wanted[-1]
    ]
    assert all(each.window.starts_at <= each.at < each.window.ends_at for each in found.blocked)
