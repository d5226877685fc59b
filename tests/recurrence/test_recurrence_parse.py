"""What a rule may say, what it is taken to mean, and what is refused, with which sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from time import thread_time

import pytest

from courier_backend.model.errors import BadInput
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import occurrences

NOW = datetime(2024, 3, 27, 14, 57, 20, 551_300, tzinfo=UTC)  # a Wednesday


def times(text: str, limit: int = 3) -> list[str]:
    rule = parse_rule(text, NOW)
    return [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in occurrences(rule, rule.eve, limit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # without a start: the moment of acceptance, whole seconds, is the first occurrence
        ("RRULE:FREQ=MINUTELY;COUNT=2", ["2024-03-27 14:57:20", "2024-03-27 14:58:20"]),
        ("RRULE:FREQ=DAILY;COUNT=2;WKST=MO", ["2024-03-27 14:57:20", "2024-03-28 14:57:20"]),
        ("RRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=2", ["2024-03-31 14:57:20", "2024-04-07 14:57:20"]),
        ("rrule:freq=hourly;byminute=0;bysecond=0;count=1;", ["2024-03-27 15:00:00"]),
        ("RRULE:TZID=Europe/Berlin;FREQ=DAILY;BYHOUR=9;COUNT=1", ["2024-03-28 08:57:20"]),
        # with one: inside the rule or on a line before; nothing happens before the acceptance
        ("RRULE:DTSTART=20230620;FREQ=DAILY;COUNT=283", ["2024-03-28 00:00:00"]),
        (
            'DTSTART;VALUE=DATE;TZID="Asia/Tokyo":20240401\n\nRRULE: FREQ = DAILY ; COUNT = 1 ;',
            ["2024-03-31 15:00:00"],
        ),
        ("RRULE:DTSTART=20240401T101500;FREQ=YEARLY;COUNT=1", ["2024-04-01 10:15:00"]),
        ("DTSTART:20240401T101500Z\nRRULE:FREQ=YEARLY;COUNT=1", ["2024-04-01 10:15:00"]),
        (
            "DTSTART;TZID=Asia/Kolkata:20240401T000000\r\nRRULE:FREQ=DAILY;COUNT=2",
            ["2024-03-31 18:30:00", "2024-04-01 18:30:00"],
        ),
        (
            "RRULE:DTSTART=20240401T000000Z;TZID=Asia/Kolkata;FREQ=DAILY;BYHOUR=0;COUNT=1",
            ["2024-04-01 19:00:00"],
        ),
        # a start that the rule does not admit is no occurrence
        ("RRULE:DTSTART=20240402;FREQ=WEEKLY;BYDAY=MO;COUNT=1", ["2024-04-08 00:00:00"]),
        # ends
        (
            "RRULE:DTSTART=20240330;FREQ=DAILY;UNTIL=20240331",
            ["2024-03-30 00:00:00", "2024-03-31 00:00:00"],
        ),
        ("RRULE:DTSTART=20240330;FREQ=DAILY;BYHOUR=23;UNTIL=20240330", ["2024-03-30 23:00:00"]),
        ("RRULE:DTSTART=20240330;FREQ=DAILY;UNTIL=20240330T000000Z", ["2024-03-30 00:00:00"]),
        (
            "DTSTART;TZID=America/New_York:20240330T200000\nRRULE:FREQ=DAILY;UNTIL=20240330",
            ["2024-03-31 00:00:00"],
        ),
        ("RRULE:DTSTART=20330101;FREQ=YEARLY;UNTIL=99991231T235959Z", ["2033-01-01 00:00:00"]),
        # numbered weekdays beside plain ones, leap seconds beside others
        (
            "RRULE:DTSTART=20240401;FREQ=MONTHLY;BYDAY=1TU,FR;COUNT=3",
            ["2024-04-02 00:00:00", "2024-04-05 00:00:00", "2024-04-12 00:00:00"],
        ),
        ("RRULE:DTSTART=20240401;FREQ=YEARLY;BYMONTH=12;BYDAY=53MO,1SU", ["2024-12-01 00:00:00"]),
        ("RRULE:DTSTART=20240401;FREQ=DAILY;BYSECOND=59,60;COUNT=1", ["2024-04-01 00:00:59"]),
        # the examples of RFC 5545 that are easy to get wrong
        (
            "RRULE:DTSTART=20240401T090000;FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ["2024-04-30 09:00:00", "2024-05-31 09:00:00", "2024-06-28 09:00:00"],
        ),
        (
            "RRULE:DTSTART=20240101;FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            ["2024-11-05 00:00:00", "2028-11-07 00:00:00", "2032-11-02 00:00:00"],
        ),
        (
            "RRULE:DTSTART=20240813T090000;FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            ["2024-09-13 09:00:00", "2024-12-13 09:00:00", "2025-06-13 09:00:00"],
        ),
        (
            "RRULE:DTSTART=20240401T090000;FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20;BYSETPOS=2,-1",
            ["2024-04-01 09:20:00", "2024-04-01 10:20:00", "2024-04-02 09:20:00"],
        ),
        (
            "RRULE:DTSTART=20240805T090000;FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=TU,SU;WKST=MO",
            ["2024-08-06 09:00:00", "2024-08-11 09:00:00", "2024-08-20 09:00:00"],
        ),
        (
            "RRULE:DTSTART=20240804T090000;FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=TU,SU;WKST=SU",
            ["2024-08-04 09:00:00", "2024-08-06 09:00:00", "2024-08-18 09:00:00"],
        ),
    ],
)
def test_meanings(text: str, expected: list[str]) -> None:
    found = times(text)
    assert found[: len(expected)] == expected
    if "COUNT" in text or "UNTIL=2024" in text:
        assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("every day", 'does not begin with "RRULE:"', ""),
        ("RRULE:FREQ=DAILLY", "FREQ=DAILLY is not one of SECONDLY", "DAILY"),
        (
            "RRULE:FREQ=DAILY;TZID=Europe/Berln",
            "TZID=Europe/Berln is no time zone",
            "Europe/Berlin",
        ),
        ("RRULE:FREQ=DAILY;TZID=Europe/", "TZID=Europe/ is not a time zone like", ""),
        ("RRULE:FREQ=DAILY;TZID=Mars", "TZID=Mars is no time zone", ""),
        ("RRULE:FREQ=DAILY;TZID=CEST", "TZID=CEST is no time zone", ""),
        ("RRULE:FREQ=DAILY;TZID=berlin", "TZID=berlin is no time zone", "Europe/Berlin"),
        ("RRULE:DTSTART=20230229;FREQ=DAILY", "DTSTART=20230229 is no time of the calendar", ""),
        ("RRULE:FREQ=DAILY;UNTIL=20240401T250000Z", "UNTIL=20240401T250000Z is no time of", ""),
        ("RRULE:DTSTART=18991231;FREQ=DAILY", "DTSTART=18991231 is not between 1900 and 9997", ""),
        ("DTSTART:20240101\nRRULE:DTSTART=20240102;FREQ=DAILY", "DTSTART is given twice", ""),
        (
            "DTSTART;TZID=Asia/Tokyo:20240101\nRRULE:TZID=Asia/Seoul;FREQ=DAILY",
            "TZID is given twice: Asia/Tokyo and Asia/Seoul",
            "",
        ),
        ("RRULE:FREQ=DAILY;BYDAY=1MO", "write BYDAY=MO", ""),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=1;BYDAY=-1MO", "write BYDAY=MO", ""),
        ("RRULE:FREQ=MONTHLY;BYDAY=0MO", "counts from 1 (the first)", ""),
        ("RRULE:FREQ=MONTHLY;BYDAY=6MO", "no month has more than 5", ""),
        ("RRULE:FREQ=YEARLY;BYDAY=-54MO", "no year has more than 53", ""),
        ("RRULE:FREQ=DAILY;BYSECOND=60", "BYSECOND=60 alone never comes", ""),
        (
            "RRULE:DTSTART=20240101;FREQ=DAILY;COUNT=3",
            "is over: nothing occurs after 2024-01-03",
            "",
        ),
        (
            "RRULE:FREQ=DAILY;UNTIL=20240326",
            "is over: nothing occurs after 2024-03-26T23:59:59Z",
            "",
        ),
    ],
)
def test_refused(text: str, says: str, hint: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_rule(text, NOW)
    assert says in refused.value.message
    assert refused.value.hint == hint


@pytest.mark.parametrize(
    "parts",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYMONTH=4;BYMONTHDAY=31;COUNT=999999999",
        "FREQ=DAILY;BYYEARDAY=1;BYMONTH=2",
        "FREQ=DAILY;INTERVAL=7;BYDAY=SA",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
        "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=3",
        "FREQ=SECONDLY;INTERVAL=60;BYSECOND=30",
        "FREQ=SECONDLY;INTERVAL=3600;BYMINUTE=30",
        "FREQ=SECONDLY;INTERVAL=999999999;BYHOUR=3",
        "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=3;BYMINUTE=1;BYSECOND=1",
        "FREQ=SECONDLY;BYSETPOS=2",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29;DTSTART=20250101",
        "FREQ=DAILY;DTSTART=20350101",
    ],
)
def test_impossible_rules_are_refused_at_once(parts: str) -> None:
    begun = thread_time()
    with pytest.raises(BadInput, match=r"has no occurrence before 2034-03-2\d"):
        parse_rule(f"RRULE:{parts}", NOW)
    assert thread_time() - begun < 0.5


def test_a_rule_whose_steps_never_fit_says_where_they_begin() -> None:
    with pytest.raises(BadInput) as refused:
        parse_rule("RRULE:FREQ=MINUTELY;INTERVAL=15;BYMINUTE=0", NOW)
    assert refused.value.hint.startswith("Its intervals are counted from 2024-03-27T14:57:20Z;")


def test_a_refusal_is_one_line() -> None:
    with pytest.raises(BadInput, match=r"^DTSTART:20200101 RRULE:FREQ=DAILY;COUNT=1 is over"):
        parse_rule("DTSTART:20200101\nRRULE:FREQ=DAILY;COUNT=1", NOW)


def test_the_same_text_and_moment_give_the_same_recurrence() -> None:
    text = "RRULE:FREQ=WEEKLY;BYDAY=SU"
    assert parse_rule(text, NOW) == parse_rule(text, NOW)
    assert parse_rule(text, NOW) != parse_rule(text, NOW.replace(hour=1))


def test_a_rule_that_is_over_may_be_taken_on_purpose() -> None:
    rule = parse_rule("RRULE:DTSTART=20201224;FREQ=DAILY;COUNT=3", NOW, over_is_fine=True)
    assert rule.ends_at == datetime(2020, 12, 26, tzinfo=UTC)
    assert occurrences(rule, NOW, 1) == []
