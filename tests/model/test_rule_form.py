"""The form of schedule rules."""

import pytest

from courier_backend.model.checking.rule_form import rule_fault, schedule_fault


@pytest.mark.parametrize(
    "rule",
    [
        "immediate",
        "RRULE:FREQ=MINUTELY;COUNT=10",
        "RRULE:FREQ=MINUTELY;COUNT=10;INTERVAL=1",
        "RRULE:FREQ=DAILY;COUNT=2;WKST=MO",
        "RRULE:FREQ=WEEKLY;BYDAY=SU",
        "RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR;BYSETPOS=-1",
        "RRULE:DTSTART=20230620;FREQ=DAILY",
        "RRULE:DTSTART=20230620T101500;FREQ=DAILY;UNTIL=20240101T000000Z",
        "RRULE:DTSTART=20230620T101500Z;TZID=Europe/Berlin;FREQ=YEARLY;BYMONTH=1,12",
        "RRULE:FREQ=HOURLY;BYMINUTE=0,15,59;BYSECOND=0;BYMONTHDAY=-1,31;BYYEARDAY=-366;BYWEEKNO=53",
        "rrule:freq=daily;",
        "RRULE: FREQ = DAILY ; BYHOUR = 2, 3 ;",
        "DTSTART:20230620T101500Z\nRRULE:FREQ=DAILY",
        'DTSTART;VALUE=DATE-TIME;TZID="Asia/Tokyo":20230620T101500\n\n RRULE:FREQ=DAILY',
        "DTSTART;TZID=America/Argentina/Buenos_Aires:20230620T101500\nRRULE:FREQ=DAILY",
    ],
)
def test_rules_that_are_rules(rule: str) -> None:
    assert schedule_fault(rule) is None


@pytest.mark.parametrize(
    ("rule", "says", "meant"),
    [
        ("", "is neither immediate nor a rule", ""),
        ("now", "is neither immediate nor a rule", ""),
        ("imediately", "is neither immediate nor a rule", "immediate"),
        (" immediate", "must be written immediate", "immediate"),
        ("FREQ=DAILY", 'does not begin with "RRULE:"', "RRULE:FREQ=DAILY"),
        ("RRULE:", "FREQ is missing", ""),
        ("0 3 * * *", "nor a rule (RRULE:FREQ=DAILY;BYHOUR=2)", ""),
        ("RRULE:FREQ=DAILY\nDTSTART:20240101", "stands after the rule", ""),
        ("RRULE:FREQ=DAILY\nRRULE:FREQ=HOURLY", "a schedule is one rule", ""),
        ("DTSTART:20240101", "has no rule on the line after it", ""),
        ("RRULE:FREQ=DAILY\nEXDATE:20240101", "EXDATE is not understood: exceptionRules", ""),
        ("RDATE:20240101\nRRULE:FREQ=DAILY", "RDATE is not understood: a schedule is one", ""),
        ("RRULE:FREQ=DAILY;BYHOUR=2,,3", "BYHOUR=2,,3 is not a number from 0 to 23", ""),
        ("RRULE:FREQ=DAILY;BYHOUR=2\x1b[31m", '"BYHOUR=2\\u001b[31m" is not a number', ""),
        ("RRULE:FREQ=DAILY;TZID=[/]" + "x" * 10_000, 'xxx…" is not a time zone like', ""),
        ("RRULE:COUNT=1", "FREQ is missing", ""),
        ("RRULE:FREQ", '"FREQ" is not of the form NAME=VALUE', ""),
        ("RRULE:FREQ=", "is not of the form NAME=VALUE", ""),
        ("RRULE:FREQ=DAILY;;COUNT=1", "is not of the form NAME=VALUE", ""),
        ("RRULE:FREQ=DAILLY", "FREQ=DAILLY is not one of SECONDLY", "DAILY"),
        ("RRULE:FREQ=DAILY;FREQ=DAILY", "FREQ is given twice", ""),
        ("RRULE:FREQ=DAILY;INTERVALL=2", '"INTERVALL" is no part of a rule', "INTERVAL"),
        ("RRULE:FREQ=DAILY;COUNT=0", "COUNT=0 is not a whole number from 1", ""),
        ("RRULE:FREQ=DAILY;COUNT=1e3", "COUNT=1e3 is not a whole number from 1", ""),
        ("RRULE:FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1 is not a whole number", ""),
        ("RRULE:FREQ=DAILY;COUNT=1;UNTIL=20240101", "exclude each other", ""),
        ("RRULE:FREQ=DAILY;UNTIL=2024-01-01", "is not a time like", ""),
        ("RRULE:FREQ=DAILY;BYHOUR=24", "BYHOUR=24 is not a number from 0 to 23", ""),
        ("RRULE:FREQ=DAILY;BYHOUR=-1", "BYHOUR=-1 is not a number from 0 to 23", ""),
        ("RRULE:FREQ=DAILY;BYMONTHDAY=0", "from 1 to 31 (or the same with a minus", ""),
        ("RRULE:FREQ=DAILY;BYMONTH=1,x", "BYMONTH=x is not a number from 1 to 12", ""),
        ("RRULE:FREQ=WEEKLY;BYDAY=MON", "BYDAY=MON is not days like", ""),
        ("RRULE:FREQ=WEEKLY;WKST=XX", "WKST=XX is not one of MO", ""),
        ("RRULE:FREQ=DAILY;TZID=../x", "is not a time zone like", ""),
        ("DTSTART=x\nRRULE:FREQ=DAILY", "is not a DTSTART line", ""),
        ("DTSTART:x\nRRULE:FREQ=DAILY", "DTSTART=x is not a time like", ""),
        ("DTSTART;TZID=.:20240101\nRRULE:FREQ=DAILY", "TZID=. is not a time zone", ""),
    ],
)
def test_rules_that_are_none(rule: str, says: str, meant: str) -> None:
    fault = schedule_fault(rule)
    assert fault is not None
    assert says in fault.message
    assert fault.did_you_mean == meant


def test_an_exception_is_never_immediate() -> None:
    fault = rule_fault("immediate")
    assert fault is not None
    assert 'does not begin with "RRULE:"' in fault.message
