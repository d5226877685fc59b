"""The timetable of a schedule: one order, and no endless row of what does not happen."""

from courier_backend.model.timetable import Line, timetable
from courier_backend.model.wire import BlockedItem


def blocked(minute: int) -> BlockedItem:
    return {"time": at(minute), "rule": "RRULE:FREQ=DAILY", "source": "job", "ruleId": ""}


def at(minute: int) -> str:
    return f"2024-01-01T00:{minute:02}:00Z"


def test_one_order() -> None:
    found = timetable([at(1), at(4)], [blocked(2), blocked(3)])
    assert found == [
        Line(at(1)),
        Line(at(2), blocked(2)),
        Line(at(3), blocked(3)),
        Line(at(4)),
    ]


def test_of_many_that_do_not_happen_the_first_and_their_number() -> None:
    found = timetable([at(0), at(9)], [blocked(minute) for minute in range(1, 9)])
    assert [line.time for line in found] == [at(0), at(1), at(2), at(3), at(9)]
    assert [line.more for line in found] == [0, 0, 0, 5, 0]


def test_rows_are_counted_for_themselves() -> None:
    prevented = [blocked(minute) for minute in (1, 2, 3, 5, 6, 7, 8)]
    found = timetable([at(4)], prevented)
    assert [line.more for line in found] == [0, 0, 0, 0, 0, 0, 1]


def test_what_comes_after_the_last_that_is_shown_is_left_out() -> None:
    found = timetable([at(1), at(3), at(5)], [blocked(2), blocked(4)], most=2)
    assert [line.time for line in found] == [at(1), at(2), at(3)]


def test_nothing_but_windows() -> None:
    assert timetable([], [blocked(1)]) == [Line(at(1), blocked(1))]
    assert timetable([], []) == []
