"""Moments as whole seconds, so that a search is arithmetic on integers.

Seconds count from the midnight that begins day 0 of `date.toordinal`, so that
``divmod(seconds, DAY)`` gives the ordinal of a day and the time of day. The same scale serves for
UTC and for what a clock on a wall shows: ``wall = utc + offset``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

DAY: Final = 86_400
HOUR: Final = 3_600
MINUTE: Final = 60

_DAY_ONE: Final = datetime(1, 1, 1, tzinfo=UTC)

LAST: Final = date(9998, 1, 1).toordinal() * DAY
"""No search goes further: beyond it a date has no following year."""

HORIZON: Final = 36_525 * DAY
"""A hundred years: so far from where it starts, a search looks for an occurrence."""


def to_seconds(moment: datetime) -> int:
    """The whole second that an aware moment is in."""
    since = moment - _DAY_ONE
    return since.days * DAY + since.seconds + DAY


def from_seconds(seconds: int) -> datetime:
    """The moment, in UTC."""
    return _DAY_ONE + timedelta(seconds=seconds - DAY)


def year_of(day: int) -> int:
    """The year that a day (an ordinal) is in."""
    return date.fromordinal(day).year


def first_day(year: int) -> int:
    """The ordinal of 1 January."""
    return date(year, 1, 1).toordinal()
