"""Whatever a rule says, its occurrences are those of a slow and obvious reference."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recurrence_reference import Sample
from recurrence_samples import FAST, SLOW, WINDOWS, ZONES, samples

from courier_backend.model.errors import BadInput
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import (
    Recurrence,
    between,
    latest_occurrence,
    next_occurrence,
    occurrences,
)

SECOND = timedelta(seconds=1)
MOST = 300
_HAS_NONE = re.compile(" has no occurrence before | is over: ")


def accepted(sample: Sample) -> Recurrence | None:
    try:
        return parse_rule(sample.text, sample.started_at, over_is_fine=True)
    except BadInput as refused:
        return None if _HAS_NONE.search(refused.message) else pytest.fail(refused.message)


def check(sample: Sample, begin: datetime, end: datetime) -> None:
    expected = sample.occurrences(end, begin)
    rule = accepted(sample)
    if rule is None:
        assert expected == []
        return
    found = list(islice(between(rule, begin - SECOND, end - SECOND), MOST))
    assert found == expected[:MOST]


@settings(max_examples=200)
@given(samples(SLOW, ZONES))
def test_calendar_rules(sample: Sample) -> None:
    check(sample, sample.started_at, sample.started_at + WINDOWS[sample.frequency])


@settings(max_examples=200)
@given(samples(FAST, ZONES))
def test_clock_rules(sample: Sample) -> None:
    check(sample, sample.started_at, sample.started_at + WINDOWS[sample.frequency])


@settings(max_examples=100)
@given(samples(FAST, ZONES), st.integers(0, 3 * 366 * 86_400))
def test_clock_rules_of_any_age(sample: Sample, age: int) -> None:
    sample.count = sample.until = None
    begin = sample.started_at + timedelta(seconds=age)
    check(sample, begin, begin + WINDOWS[sample.frequency])


@settings(max_examples=100)
@given(samples(SLOW + FAST, ZONES), st.integers(0, 800 * 86_400))
def test_any_moment_has_its_next_and_its_latest(sample: Sample, seconds: int) -> None:
    rule = accepted(sample)
    if rule is None:
        return
    moment = rule.starts_at + timedelta(seconds=seconds)
    coming = next_occurrence(rule, moment)
    latest = latest_occurrence(rule, moment, rule.starts_at - SECOND)
    if coming is not None:
        assert coming > moment
        assert latest_occurrence(rule, coming, moment) == coming
        assert latest_occurrence(rule, coming - SECOND, moment) is None
    if latest is not None:
        assert latest <= moment
        assert next_occurrence(rule, latest) == coming
        assert next_occurrence(rule, latest - SECOND) == latest


@settings(max_examples=100)
@given(samples(SLOW + FAST, ZONES), st.integers(1, 1500))
def test_a_count_ends_at_the_occurrence_with_that_number(sample: Sample, count: int) -> None:
    sample.count = sample.until = None
    endless = accepted(sample)
    if endless is None:
        return
    sample.count = count
    counted = accepted(sample)
    assert counted is not None
    found = occurrences(endless, endless.starts_at - SECOND, count)
    if counted.ends_at is None:
        assert len(found) < count or found[-1] - found[0] > timedelta(days=36_000)
    else:
        assert found[-1] == counted.ends_at
        assert len(found) == count
        assert occurrences(counted, counted.starts_at - SECOND, count + 1) == found


@pytest.mark.parametrize("week_start", ["MO", "SU", "TH"])
@pytest.mark.parametrize("weeks", [[1], [52], [53], [-1], [-52], [-53]])
def test_week_numbers_through_all_kinds_of_years(week_start: str, weeks: list[int]) -> None:
    start = datetime.fromisoformat("1996-01-01T12:00:00")
    sample = Sample("YEARLY", start, week_start=week_start, by={"BYWEEKNO": weeks})
    check(sample, sample.started_at, datetime(2030, 1, 1, tzinfo=UTC))


@pytest.mark.slow
@settings(max_examples=5_000)
@given(samples(SLOW + FAST, ZONES))
def test_rules_at_length(sample: Sample) -> None:
    check(sample, sample.started_at, sample.started_at + WINDOWS[sample.frequency])
