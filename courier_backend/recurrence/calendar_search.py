"""Finding the times of rules that are DAILY or slower: days of the calendar, times on the wall."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from courier_backend.recurrence.periods import Period, periods_of
from courier_backend.recurrence.seconds import DAY
from courier_backend.recurrence.year_days import year_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courier_backend.recurrence.rule import Rule
    from courier_backend.recurrence.times_of_day import Times


class Leap(NamedTuple):
    """So many occurrences of a day are counted; the last of them, where it was the one sought."""

    counted: int
    found: int | None


class CalendarSearch:
    """The admitted times of the admitted days of each period."""

    repeats = False

    def __init__(self, rule: Rule) -> None:
        self._periods = periods_of(rule)
        self._days = year_days(rule.days)
        self._times = rule.times

    def next_wall(self, wall: int, limit: int, _offset: int) -> int | None:
        """The first admitted wall time in `[wall, limit)`."""
        if not self._times.total:
            return None
        day, time = divmod(wall, DAY)
        last = -(-limit // DAY)
        while (found := self._next_day(day, last)) is not None:
            on_day = self._times.at_or_after(time if found == day else 0)
            if on_day is not None:
                result = found * DAY + on_day
                return result if result < limit else None
            day, time = found + 1, 0
        return None

    def leap(self, wall: int, number: int, _offset: int) -> Leap:
        """Count on from an admitted wall time, which has the number 1, within its day."""
        day, time = divmod(wall, DAY)
        before = self._times.before(time)
        left = self._times.total - before
        if number > left:
            return Leap(left, None)
        return Leap(number, day * DAY + self._times.at(before + number - 1))

    def _next_day(self, day: int, last: int) -> int | None:
        """The first admitted day of an admitted period: each in turn leaps over the other."""
        found: int | None = day
        while found is not None:
            period = self._periods.at_or_after(found)
            found = self._days.at_or_after(max(found, period.start), last)
            if found is not None and found < period.end:
                break
        return found


class PositionSearch:
    """The same with BYSETPOS: of all times of a period, those at given positions.

    Positions count what the wall shows; one that falls on a time that does not exist is lost.
    """

    repeats = False

    def __init__(self, rule: Rule) -> None:
        self._periods = periods_of(rule)
        self._days = year_days(rule.days)
        self._times = rule.times
        self._positions = rule.positions
        self._latest: tuple[Period, Sequence[int]] = (Period(0, 0), ())

    def next_wall(self, wall: int, limit: int, _offset: int) -> int | None:
        """The first admitted wall time in `[wall, limit)`."""
        last = -(-limit // DAY)
        day: int | None = wall // DAY
        while day is not None:
            period = self._periods.at_or_after(day)
            if period.start >= last:
                return None
            walls = self._of(period)
            place = bisect_left(walls, wall)
            if place < len(walls):
                return walls[place] if walls[place] < limit else None
            day = self._days.at_or_after(period.end, last)
        return None

    def leap(self, wall: int, number: int, _offset: int) -> Leap:
        """Count on from an admitted wall time, which has the number 1, within its day."""
        period = self._periods.at_or_after(wall // DAY)
        walls = self._of(period)
        place = bisect_left(walls, wall)
        left = bisect_left(walls, (wall // DAY + 1) * DAY) - place
        return Leap(number, walls[place + number - 1]) if number <= left else Leap(left, None)

    def _of(self, period: Period) -> Sequence[int]:
        known, walls = self._latest
        if known != period:
            walls = chosen(self._days.between(*period), self._times, self._positions)
            self._latest = period, walls
        return walls


def chosen(days: Sequence[int], times: Times, positions: tuple[int, ...]) -> list[int]:
    """The wall times at positions (from 1, or from -1 at the end) among all times of the days."""
    each = times.total
    total = len(days) * each
    places = {place - 1 if place > 0 else total + place for place in positions}
    return [
        days[place // each] * DAY + times.at(place % each)
        for place in sorted(places)
        if 0 <= place < total
    ]
