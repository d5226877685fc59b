"""What the next execution costs: of any accepted rule, of any age, with windows in its way."""

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from bench.figure import Figure
from bench.numbers import percentile
from bench.setting import Setting
from courier_backend.recurrence.execution import next_execution
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import Recurrence
from courier_backend.recurrence.windows import ExceptionRule, parse_exception

RULES: Final = (
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;INTERVAL=7;BYHOUR=3;BYMINUTE=5;BYSECOND=10",
    "FREQ=SECONDLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,10,11;BYSECOND=0,20,40",
    "FREQ=SECONDLY;COUNT=900000000;BYMONTH=1,7",
    "FREQ=MINUTELY",
    "FREQ=MINUTELY;INTERVAL=1439;BYHOUR=3",
    "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=MINUTELY;COUNT=20000000",
    "FREQ=HOURLY;INTERVAL=5;BYHOUR=3;BYMINUTE=0,59;BYSETPOS=-1",
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=9000",
    "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1;BYHOUR=1,2,3",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYWEEKNO=1,53,-2;BYDAY=MO",
    "FREQ=YEARLY;BYDAY=MO;BYHOUR=1,2;BYSETPOS=1,2,3,100,-1",
)
_ZONES: Final = ("", "TZID=America/New_York;")
_BEGIN: Final = datetime(2005, 1, 1, 0, 0, 30, tzinfo=UTC)
_YEARS: Final = 20 * 365 * 86_400
_ASKED: Final = 100
_WINDOWS: Final = (("FREQ=DAILY;BYHOUR=21", 120), ("FREQ=WEEKLY;BYDAY=SU", 600))


def measure(setting: Setting) -> list[Figure]:
    """Percentiles over all rules, each asked at a hundred moments of twenty years."""
    rules = [parse_rule(f"RRULE:{zone}{parts}", _BEGIN) for parts in RULES for zone in _ZONES]
    windows = [
        parse_exception(f"RRULE:{parts}", minutes, _BEGIN, source="global")
        for parts, minutes in _WINDOWS
    ]
    plain = [_round(number, rules, []) for number in range(setting.rounds)]
    excepted = [_round(number, rules, windows) for number in range(setting.rounds)]
    return [
        _figure("next.p50", "next execution of any rule of any age, p50", plain, 0.5),
        _figure("next.p99", "next execution of any rule of any age, p99", plain, 0.99),
        _figure("next.windows.p99", "the same with two rules of windows, p99", excepted, 0.99),
    ]


def _round(seed: int, rules: list[Recurrence], windows: list[ExceptionRule]) -> list[float]:
    """What each answer took of the processor, in milliseconds: nothing is waited for here."""
    dice = random.Random(seed)
    costs = []
    for rule in rules:
        for _ in range(_ASKED):
            moment = _BEGIN + timedelta(seconds=dice.randrange(_YEARS))
            begin = time.thread_time()
            next_execution(rule, windows, moment, most_skipped=1)
            costs.append((time.thread_time() - begin) * 1000)
    return costs


def _figure(key: str, what: str, rounds: list[list[float]], share: float) -> Figure:
    return Figure(key, what, "ms", tuple(percentile(costs, share) for costs in rounds))
