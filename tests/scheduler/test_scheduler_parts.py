"""The pure parts by themselves: counting, cutting, timetables, fates."""

from datetime import UTC, datetime, timedelta
from itertools import product
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import between, count_between
from courier_backend.recurrence.windows import ExceptionRule, parse_exception
from courier_backend.scheduler.overlap import Fate, fate
from courier_backend.scheduler.schedule import anchors_of
from courier_backend.scheduler.settling import Settlement, Watch, settle
from courier_backend.scheduler.timetable import Timetable
from courier_backend.scheduler.upcoming import upcoming

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
RULES = [
    "FREQ=SECONDLY;INTERVAL=7",
    "FREQ=SECONDLY;BYSECOND=3,40;BYHOUR=1,2",
    "FREQ=MINUTELY;COUNT=100",
    "FREQ=HOURLY;TZID=Europe/Berlin;BYMINUTE=0,30",
    "FREQ=DAILY;TZID=Europe/Berlin;DTSTART=20260320T023000",
    "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1",
    "FREQ=DAILY;UNTIL=20260401",
]


@given(st.sampled_from(RULES), st.integers(-100_000, 300_000), st.integers(0, 300_000))
def test_counting_is_the_length_of_the_list(text: str, begin: int, length: int) -> None:
    rule = parse_rule(f"RRULE:{text}", START)
    since = START + timedelta(seconds=begin)
    until = since + timedelta(seconds=length)
    assert count_between(rule, since, until) == sum(1 for _ in between(rule, since, until))


def test_counting_many_is_quick() -> None:
    rule = parse_rule("RRULE:FREQ=SECONDLY;BYSECOND=0,1,2", START)
    assert count_between(rule, START, START + timedelta(days=3650)) == 3650 * 86_400 // 20


Moment = st.integers(0, 50).map(lambda seconds: START + timedelta(seconds=seconds))


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | Moment), max_size=60))
def test_a_timetable_is_a_sorted_dictionary(puts: list[tuple[str, datetime | None]]) -> None:
    table, model = Timetable(), dict[str, datetime]()
    for its_id, moment in puts:
        table.put(its_id, moment)
        if moment is None:
            model.pop(its_id, None)
        else:
            model[its_id] = moment
        assert table.nearest == min(model.values(), default=None)
        assert len(table) == len(model)
        now = START + timedelta(seconds=25)
        due = sorted((at, each) for each, at in model.items() if at <= now)
        assert table.due(now, 3) == [each for _, each in due][:3]
        assert set(table.due(now, 99)) == {each for _, each in due}


def test_fates() -> None:
    for policy, running, waiting in product(("queue", "skip", "parallel"), (0, 2), (0, 1)):
        found = fate(policy, running=running, waiting=waiting, in_line=False)
        if policy == "parallel" or not (running or waiting):
            assert found is Fate.BEGIN
        elif policy == "queue" and not waiting:
            assert found is Fate.WAIT
        else:
            assert found is Fate.SKIP
    assert fate("queue", running=1, waiting=5, in_line=True) is Fate.WAIT
    assert fate("skip", running=1, waiting=0, in_line=True) is Fate.SKIP


def judged(
    policy: str, exceptions: list[ExceptionRule], *, until: float, since: float, grace: float = 3600
) -> Settlement:
    """What becomes of a minutely rule from START on; times in minutes."""
    rule = parse_rule("RRULE:FREQ=MINUTELY", START)
    return settle(
        rule,
        exceptions,
        policy,
        rule.eve,
        START + timedelta(minutes=until),
        Watch(START + timedelta(minutes=since), timedelta(seconds=grace)),
    )


def everywhere(rule: str, minutes: int) -> ExceptionRule:
    return parse_exception(f"RRULE:{rule}", minutes, START, source="global", rule_id="r")


@pytest.mark.parametrize("policy", ["run-once", "run-all", "skip"])
@given(
    seconds=st.integers(0, 18_000),
    since_seconds=st.integers(-600, 18_600),
    grace=st.sampled_from([0.0, 600.0, 3600.0, 1e6]),
    every=st.integers(2, 90),
    long=st.integers(1, 100),
)
def test_all_is_judged_and_nothing_twice(
    policy: str, seconds: int, since_seconds: int, grace: float, every: int, long: int
) -> None:
    until, since = seconds / 60, since_seconds / 60
    pauses = [everywhere(f"FREQ=MINUTELY;INTERVAL={every}", long)]
    found = judged(policy, pauses, until=until, since=since, grace=grace)
    skipped = sum(each.count for each in found.not_executed)
    assert len(found.due) + skipped == seconds // 60 + 1
    times = [each.at for each in found.due]
    assert times == sorted(set(times))
    assert not {each.at for each in found.not_executed} & set(times)
    made_up = [each for each in found.due if each.made_up]
    assert len(made_up) <= {"run-once": 1, "run-all": 100, "skip": 0}[policy]
    assert all(each.at < START + timedelta(minutes=since) for each in made_up)
    now = START + timedelta(minutes=until)
    if policy == "run-once":
        assert all(now - each.at <= timedelta(seconds=grace) for each in made_up)


def test_nothing_is_due_before_its_time() -> None:
    assert judged("run-once", [], until=-0.01, since=-5) == Settlement()


def test_one_instance_stands_for_each_reason_where_there_are_too_many() -> None:
    pauses = [everywhere("FREQ=MINUTELY;INTERVAL=3", 1), everywhere("FREQ=MINUTELY;INTERVAL=5", 1)]
    found = judged("skip", pauses, until=299.5, since=400)
    reasons = [(each.count, each.reason_code) for each in found.not_executed]
    assert sum(count for count, _ in reasons) == 300
    assert sorted(reasons) == [(40, "exception-window"), (100, "exception-window"), (160, "missed")]
    for each in found.not_executed:
        if each.reason_code == "exception-window":
            assert "windows of the exception rule of all jobs: every " in each.reason


def test_windows_beyond_number_execute_nothing_in_doubt() -> None:
    rule = parse_rule("RRULE:FREQ=SECONDLY", START)
    pauses = [parse_exception("RRULE:FREQ=MINUTELY;BYSECOND=0", 1, START, source="job")]
    now = START + timedelta(days=3)
    found = settle(rule, pauses, "run-all", rule.eve, now, Watch(now, timedelta(days=30)))
    assert [each.made_up for each in found.due] == []
    assert sum(each.count for each in found.not_executed) == 3 * 86_400 + 1


def test_what_is_always_blocked_is_found_out_quickly() -> None:
    closed = [everywhere("FREQ=DAILY", 1440)]
    rules = [parse_rule(f"RRULE:FREQ=DAILY;BYMINUTE={number}", START) for number in range(60)]
    begun = thread_time()
    found = [upcoming(rule, closed, rule.eve) for rule in rules]
    assert thread_time() - begun < 0.1
    assert {each.next_at for each in found} == {None}
    assert {len(each.reasons) for each in found} == {2}


def test_behind_a_year_of_windows_the_next_one_is_found() -> None:
    rule = parse_rule("RRULE:FREQ=DAILY", START)
    year = [everywhere("FREQ=DAILY;COUNT=366", 1440)]
    assert upcoming(rule, year, rule.eve).next_at == START + timedelta(days=366)


def test_the_next_look_is_at_a_skip_or_where_a_long_window_closes() -> None:
    rule = parse_rule("RRULE:FREQ=SECONDLY", START)
    short = upcoming(rule, [everywhere("FREQ=DAILY", 1)], rule.eve)
    assert (short.wake_at, short.next_at) == (START, START + timedelta(minutes=1))
    long = upcoming(rule, [everywhere("FREQ=DAILY", 2)], rule.eve)
    assert long.wake_at == long.next_at == START + timedelta(minutes=2)
    for_ever = upcoming(rule, [everywhere("FREQ=MINUTELY", 2)], rule.eve)
    assert for_ever.next_at is None
    assert for_ever.wake_at == START + timedelta(minutes=2)


def test_anchors_of_rules_that_stay_are_kept() -> None:
    one, two = {"rrule": "RRULE:FREQ=DAILY", "duration": 1}, {"rrule": "R", "duration": 2}
    before = {"scheduleRule": "A", "exceptionRules": [one, two]}
    old = anchors_of(before, START)
    later = START + timedelta(hours=1)
    after = {"scheduleRule": "B", "exceptionRules": [two, one | {"duration": 3}, one]}
    assert anchors_of(after, later, before, old) == {
        "schedule": "2026-03-28T13:00:00Z",
        "exceptions": ["2026-03-28T12:00:00Z", "2026-03-28T13:00:00Z", "2026-03-28T12:00:00Z"],
    }
    assert anchors_of(before, later, before, old) == old
