"""Over the changes of the clocks: local days and slower, even hours and faster, in three zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import between, next_occurrence, occurrences

NOW = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Change(NamedTuple):
    zone: str
    forward: str  # the day whose hour, or half hour, from 02:00 is never shown
    back: str  # the day whose time from `doubled` on is shown twice
    doubled: str


ZONES = [
    Change("Europe/Berlin", "2024-03-31", "2024-10-27", "02:30"),
    Change("America/New_York", "2024-03-10", "2024-11-03", "01:30"),
    Change("Australia/Lord_Howe", "2024-10-06", "2024-04-07", "01:45"),
]
zones = pytest.mark.parametrize("change", ZONES, ids=lambda change: change.zone)


def at(day: str, time: str, zone: str, fold: int = 0) -> datetime:
    wall = datetime.fromisoformat(f"{day}T{time}:00").replace(tzinfo=ZoneInfo(zone), fold=fold)
    return wall.astimezone(UTC)


def walls(moments: list[datetime], zone: str) -> list[str]:
    return [f"{moment.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for moment in moments]


def daily(zone: str, first: str, time: str, more: str = "") -> list[datetime]:
    start = f"{first}T{time}".replace("-", "").replace(":", "")
    rule = parse_rule(f"DTSTART;TZID={zone}:{start}00\nRRULE:FREQ=DAILY{more}", NOW)
    return occurrences(rule, rule.eve, 3)


def day_before(day: str) -> str:
    return f"{datetime.fromisoformat(day) - timedelta(days=1):%Y-%m-%d}"


@zones
def test_a_local_time_stays_what_the_wall_shows(change: Change) -> None:
    for day in (change.forward, change.back):
        found = daily(change.zone, day_before(day), "12:00")
        assert [wall[-5:] for wall in walls(found, change.zone)] == ["12:00"] * 3
        assert found[1] - found[0] != timedelta(days=1)
        assert found[2] - found[1] == timedelta(days=1)


@zones
def test_a_local_time_that_does_not_exist_is_skipped(change: Change) -> None:
    found = daily(change.zone, day_before(change.forward), "02:15")
    days = [wall[:5] for wall in walls(found, change.zone)]
    assert change.forward[5:] not in days
    assert days[0] == day_before(change.forward)[5:]


@zones
def test_a_skipped_time_is_not_counted(change: Change) -> None:
    assert len(daily(change.zone, day_before(change.forward), "02:15", ";COUNT=3")) == 3


@zones
def test_a_doubled_time_happens_once_and_first(change: Change) -> None:
    found = daily(change.zone, day_before(change.back), change.doubled)
    first = at(change.back, change.doubled, change.zone)
    assert first != at(change.back, change.doubled, change.zone, fold=1)
    assert found[1] == first
    assert walls(found, change.zone)[2][:5] != change.back[5:]


@zones
def test_asking_between_the_two_does_not_bring_it_again(change: Change) -> None:
    start = day_before(change.back).replace("-", "") + "T" + change.doubled.replace(":", "") + "00"
    rule = parse_rule(f"DTSTART;TZID={change.zone}:{start}\nRRULE:FREQ=DAILY", NOW)
    first = at(change.back, change.doubled, change.zone)
    for minutes in range(0, 180, 5):
        after = next_occurrence(rule, first + timedelta(minutes=minutes))
        assert after is not None
        assert after - first > 20 * HOUR


@zones
def test_hours_pass_evenly(change: Change) -> None:
    for day in (change.forward, change.back):
        start = at(day, "00:10", change.zone)
        text = f"DTSTART;TZID={change.zone}:{day.replace('-', '')}T001000\nRRULE:FREQ=HOURLY"
        found = occurrences(parse_rule(text, NOW), start - HOUR, 12)
        assert found == [start + n * HOUR for n in range(12)]


@zones
def test_minutes_fill_the_doubled_time_twice_and_the_missing_one_never(change: Change) -> None:
    for day in (change.forward, change.back):
        start, end = at(day, "00:00", change.zone), at(day, "06:00", change.zone)
        text = f"DTSTART;TZID={change.zone}:20240101T000000\nRRULE:FREQ=MINUTELY;INTERVAL=15"
        rule = parse_rule(f"{text};BYHOUR=1,2", NOW)
        found = list(between(rule, start, end))
        shown = [start + n * timedelta(minutes=15) for n in range((end - start) // HOUR * 4)]
        zone = ZoneInfo(change.zone)
        assert found == [each for each in shown if each.astimezone(zone).hour in {1, 2}]


def test_working_hours_are_those_of_the_wall() -> None:
    text = "RRULE:TZID=America/New_York;FREQ=HOURLY;BYHOUR=9,10;BYMINUTE=0;BYSECOND=0"
    rule = parse_rule(text, NOW)
    before = list(between(rule, NOW, NOW + timedelta(days=1)))
    summer = datetime(2024, 7, 1, tzinfo=UTC)
    after = list(between(rule, summer, summer + timedelta(days=1)))
    assert [each.hour for each in before] == [14, 15]
    assert [each.hour for each in after] == [13, 14]


def test_hours_with_minutes_over_a_change_of_half_an_hour() -> None:
    rule = parse_rule(
        "DTSTART;TZID=Australia/Lord_Howe:20241006T000000\nRRULE:FREQ=HOURLY;BYMINUTE=0,30", NOW
    )
    found = walls(occurrences(rule, rule.eve, 6), "Australia/Lord_Howe")
    assert [wall[-5:] for wall in found] == ["00:00", "00:30", "01:00", "01:30", "02:30", "03:00"]


def test_a_whole_day_that_a_zone_left_out_is_skipped() -> None:
    rule = parse_rule(
        "DTSTART;TZID=Pacific/Apia:20111229T080000\nRRULE:FREQ=DAILY;COUNT=3",
        datetime(2011, 12, 1, tzinfo=UTC),
    )
    found = walls(occurrences(rule, rule.eve, 3), "Pacific/Apia")
    assert [wall[:5] for wall in found] == ["12-29", "12-31", "01-01"]


def test_a_start_that_does_not_exist_keeps_its_time_for_the_other_days() -> None:
    rule = parse_rule("DTSTART;TZID=Europe/Berlin:20240331T023000\nRRULE:FREQ=DAILY", NOW)
    assert walls(occurrences(rule, rule.eve, 2), "Europe/Berlin") == ["04-01 02:30", "04-02 02:30"]
