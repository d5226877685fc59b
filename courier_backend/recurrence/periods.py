"""The years, months, weeks or days that a rule's interval admits."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple, Protocol

from courier_backend.recurrence.rule import Frequency
from courier_backend.recurrence.seconds import DAY, first_day, year_of

if TYPE_CHECKING:
    from courier_backend.recurrence.rule import Rule


class Period(NamedTuple):
    """The days `[start, end)`, as ordinals."""

    start: int
    end: int


class Periods(Protocol):
    """Periods of one length, every n-th of which is admitted."""

    def at_or_after(self, day: int) -> Period:
        """The first admitted period that has not ended before a day."""


class _Years(NamedTuple):
    base: int
    interval: int

    def at_or_after(self, day: int) -> Period:
        year = year_of(day)
        year += (self.base - year) % self.interval
        if year >= date.max.year:
            return _never(day)
        return Period(first_day(year), first_day(year + 1))


class _Months(NamedTuple):
    base: int
    interval: int

    def at_or_after(self, day: int) -> Period:
        month = _month_of(day)
        month += (self.base - month) % self.interval
        if month >= 12 * date.max.year:
            return _never(day)
        return Period(_first_of_month(month), _first_of_month(month + 1))


class _Runs(NamedTuple):
    """Weeks and days: runs of so many days, from a first one."""

    base: int
    length: int
    interval: int

    def at_or_after(self, day: int) -> Period:
        start = day - (day - self.base) % self.length
        start += (self.base - start) % (self.length * self.interval)
        return Period(start, start + self.length)


def periods_of(rule: Rule) -> Periods:
    """The periods of a rule that is DAILY or slower."""
    day = rule.wall_start // DAY
    match rule.frequency:
        case Frequency.YEARLY:
            return _Years(year_of(day), rule.interval)
        case Frequency.MONTHLY:
            return _Months(_month_of(day), rule.interval)
        case Frequency.WEEKLY:
            return _Runs(day - (day - 1 - rule.week_start) % 7, 7, rule.interval)
        case _:
            return _Runs(day, 1, rule.interval)


def _never(day: int) -> Period:
    """A period beyond the calendar, and so beyond any limit of a search."""
    return Period(max(day, date.max.toordinal()), date.max.toordinal() + 1)


def _month_of(day: int) -> int:
    moment = date.fromordinal(day)
    return moment.year * 12 + moment.month - 1


def _first_of_month(month: int) -> int:
    year, of_year = divmod(month, 12)
    return date(year, of_year + 1, 1).toordinal()
