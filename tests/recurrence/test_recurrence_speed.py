"""What an answer costs, in processor time (a busy machine does not change it), generously."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from time import thread_time

import pytest

from courier_backend.recurrence.execution import next_execution
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import next_occurrence
from courier_backend.recurrence.windows import parse_exception

NOW = datetime(2015, 1, 1, 0, 0, 30, tzinfo=UTC)
YEARS = 20 * 365 * 86_400
ZONED = "TZID=America/New_York;"

RULES = [
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;INTERVAL=7;BYHOUR=3;BYMINUTE=5;BYSECOND=10",
    "FREQ=SECONDLY;INTERVAL=3601;BYMINUTE=5;BYSECOND=10",
    "FREQ=SECONDLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,10,11;BYSECOND=0,20,40",
    "FREQ=SECONDLY;COUNT=900000000;BYMONTH=1,7",
    "FREQ=MINUTELY",
    "FREQ=MINUTELY;INTERVAL=1439;BYHOUR=3",
    "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10;BYDAY=MO,TU",
    "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=MINUTELY;COUNT=10000000",
    "FREQ=HOURLY;INTERVAL=5;BYHOUR=3;BYMINUTE=0,59;BYSETPOS=-1",
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=2000",
    "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1;BYHOUR=1,2,3",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYWEEKNO=1,53,-2;BYDAY=MO",
    "FREQ=YEARLY;BYDAY=MO;BYHOUR=1,2;BYSETPOS=1,2,3,100,-1",
]


@pytest.mark.parametrize("zone", ["", ZONED], ids=["utc", "zone"])
def test_the_next_occurrence_of_any_rule_of_any_age(zone: str) -> None:
    """Bar: 1 ms at the 99th percentile; the median is a few microseconds."""
    dice = random.Random(7)
    costs = []
    for parts in RULES:
        rule = parse_rule(f"RRULE:{zone}{parts}", NOW)
        for _ in range(100):
            moment = NOW + timedelta(seconds=dice.randrange(YEARS))
            begun = thread_time()
            next_occurrence(rule, moment)
            costs.append(thread_time() - begun)
    costs.sort()
    assert costs[len(costs) // 2] < 0.000_2
    assert costs[int(len(costs) * 0.99)] < 0.001


def test_reading_a_rule_costs_little_even_with_a_large_count() -> None:
    begun = thread_time()
    for parts in RULES:
        parse_rule(f"RRULE:{parts}", NOW)
    assert thread_time() - begun < 1.0


def test_a_window_costs_little() -> None:
    rule = parse_rule("RRULE:FREQ=MINUTELY", NOW)
    windows = [
        parse_exception(f"RRULE:{parts}", 600, NOW, source="global")
        for parts in ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=MONTHLY;BYMONTHDAY=-1")
    ]
    begun = thread_time()
    for day in range(100):
        next_execution(rule, windows, NOW + timedelta(days=day), most_skipped=1)
    assert thread_time() - begun < 0.5
