"""The time of a zone as stretches in which its clocks keep one offset from UTC.

With them the questions of daylight saving answer themselves: a wall time that does not exist is in
no stretch, and one that comes twice is in two.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from courier_backend.recurrence.seconds import DAY, LAST, first_day, from_seconds, year_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

_PROBE_EVERY: Final = 7 * DAY
_ONE_SECOND: Final = timedelta(seconds=1)


class Stretch(NamedTuple):
    """`[start, end)` in UTC, the offset of its clocks, and the first wall time not shown before."""

    start: int
    end: int
    offset: int
    fresh: int


_UTC: Final = Stretch(0, LAST, 0, 0)


def offset_at(zone: ZoneInfo, utc: int) -> int:
    """How far the clocks of a zone are ahead of UTC, in seconds."""
    ahead = from_seconds(utc).astimezone(zone).utcoffset()
    return 0 if ahead is None else ahead // _ONE_SECOND


def stretches(zone: ZoneInfo, utc: int) -> Iterator[Stretch]:
    """The stretches of a zone from the one that a moment is in; they may be cut at a new year."""
    if zone.key == "UTC":
        yield _UTC
        return
    for year in range(year_of(utc // DAY), year_of(LAST // DAY)):
        for stretch in _of_year(zone, year):
            if stretch.end > utc:
                yield stretch


@lru_cache(maxsize=4096)
def _of_year(zone: ZoneInfo, year: int) -> tuple[Stretch, ...]:
    start, end = first_day(year) * DAY, first_day(year + 1) * DAY
    before = offset_at(zone, start - 1)
    found = []
    while start < end:
        offset = offset_at(zone, start)
        change = _next_change(zone, start, end, offset)
        found.append(Stretch(start, change, offset, start + max(offset, before)))
        start, before = change, offset
    return tuple(found)


def _next_change(zone: ZoneInfo, start: int, end: int, offset: int) -> int:
    """When the offset is first another one (`end`: not before); a look each week, then halving."""
    same, other = start, start
    while offset_at(zone, other) == offset:
        if other >= end:
            return end
        same, other = other, min(other + _PROBE_EVERY, end)
    while other - same > 1:
        middle = (same + other) // 2
        if offset_at(zone, middle) == offset:
            same = middle
        else:
            other = middle
    return other
