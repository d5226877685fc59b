"""Which days of a year the day parts of a rule admit (BYMONTH, BYWEEKNO, BYYEARDAY, …).

python-dateutil unfolds one year; the week numbers are counted here, as dateutil loses some where
one year meets another. Years that begin on the same weekday and are as long have the same days, so
a rule needs 28 tables at most, however far it is followed.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from dateutil.rrule import YEARLY, rrule, weekday

from courier_backend.recurrence.seconds import first_day, year_of

_ONCE: Final = 10_000
"""An interval that ends an unfolding after its first year; without it an impossible one goes on."""

_EVERY_WEEKDAY: Final = tuple(range(7))

_Kind = tuple[int, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class DayParts:
    """The parts that choose days; an empty one admits every day."""

    months: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    numbered: tuple[tuple[int, int], ...] = ()
    """(weekday, number): counted in each of `months`, or in the year when there are none."""
    week_start: int = 0

    @property
    def admit_all(self) -> bool:
        """Whether every day of every year is admitted."""
        return not (
            self.months
            or self.weeks
            or self.year_days
            or self.month_days
            or self.weekdays
            or self.numbered
        )

    def unfolded(self, year: int) -> tuple[int, ...]:
        """The admitted days of a year, counted from 0."""
        first = first_day(year)
        days = (moment.toordinal() for moment in self._rrule(year))
        if self.weeks:
            of_weeks = self._days_of_weeks(year)
            days = (day for day in days if day in of_weeks)
        return tuple(day - first for day in days)

    def _rrule(self, year: int) -> rrule:
        days = [weekday(day) for day in self.weekdays or _EVERY_WEEKDAY if not self.numbered]
        days += [weekday(day, number) for day, number in self.numbered]
        return rrule(
            YEARLY,
            dtstart=datetime(year, 1, 1, tzinfo=UTC),
            interval=_ONCE,
            bymonth=self.months or None,
            byyearday=self.year_days or None,
            bymonthday=self.month_days or None,
            byweekday=days,
        )

    def _days_of_weeks(self, year: int) -> set[int]:
        """The days of the admitted weeks that a year has a part in."""
        days: set[int] = set()
        for each in (year - 1, year, year + 1):
            first = first_week(each, self.week_start)
            total = (first_week(each + 1, self.week_start) - first) // 7
            numbers = {number if number > 0 else total + 1 + number for number in self.weeks}
            for number in numbers & set(range(1, total + 1)):
                begins = first + 7 * (number - 1)
                days.update(range(begins, begins + 7))
        return days


def first_week(year: int, week_start: int) -> int:
    """The day on which week 1 of a year begins: the first week with four or more of its days."""
    fourth = date(year, 1, 4).toordinal()
    return fourth - (fourth - 1 - week_start) % 7


class YearDays:
    """The admitted days of every year, each kind of year unfolded once."""

    __slots__ = ("_known", "admit_all", "parts")

    def __init__(self, parts: DayParts) -> None:
        self.parts = parts
        self.admit_all = parts.admit_all
        self._known: dict[_Kind, tuple[int, ...]] = {}

    def of(self, year: int) -> Sequence[int]:
        """The admitted days of a year, counted from 0."""
        if self.admit_all:
            return range(365 + isleap(year))
        kind = (first_day(year) % 7, isleap(year - 1), isleap(year), isleap(year + 1))
        known = self._known.get(kind)
        if known is None:
            known = self._known[kind] = self.parts.unfolded(year)
        return known

    def at_or_after(self, day: int, limit: int) -> int | None:
        """The first admitted day in `[day, limit)`, as an ordinal."""
        if day >= limit:
            return None
        if self.admit_all:
            return day
        year = year_of(day)
        while (first := first_day(year)) < limit:
            days = self.of(year)
            place = bisect_left(days, day - first)
            if place < len(days):
                found = first + days[place]
                return found if found < limit else None
            year += 1
        return None

    def between(self, start: int, end: int) -> Sequence[int]:
        """All admitted days in `[start, end)`, as ordinals."""
        if self.admit_all:
            return range(start, end)
        found: list[int] = []
        for year in range(year_of(start), year_of(end - 1) + 1):
            first = first_day(year)
            days = self.of(year)
            places = bisect_left(days, start - first), bisect_left(days, end - first)
            found += [first + day for day in days[slice(*places)]]
        return found


@lru_cache(maxsize=1024)
def year_days(parts: DayParts) -> YearDays:
    """The days of these parts; equal rules share one."""
    return YearDays(parts)
