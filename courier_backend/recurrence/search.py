"""From a rule to the way it is searched, and the search over the changes of a zone's clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from courier_backend.recurrence.calendar_search import CalendarSearch, PositionSearch
from courier_backend.recurrence.clock_search import UNITS, ClockSearch
from courier_backend.recurrence.seconds import DAY
from courier_backend.recurrence.stretches import Stretch, stretches

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from courier_backend.recurrence.rule import Rule


class Search(Protocol):
    """Finds the occurrences of a rule that has neither an end nor a count."""

    def at_or_after(self, utc: int, limit: int) -> int | None:
        """The first occurrence in `[utc, limit)`."""

    def nth(self, number: int, utc: int, limit: int) -> int | None:
        """The occurrence with a number, from 1, counted from a moment (None: none before limit)."""


class _WallSearch(Protocol):
    """Finds wall times while the clocks keep one offset."""

    repeats: bool
    """Whether a wall time that is shown twice happens twice."""

    def next_wall(self, wall: int, limit: int, offset: int, /) -> int | None: ...

    def count_on(self, day: int, offset: int, /) -> int | None: ...


class _EvenSteps:
    """HOURLY and faster with no BY part: arithmetic alone."""

    def __init__(self, rule: Rule) -> None:
        self._start = rule.start
        self._step = rule.interval * UNITS[rule.frequency]

    def at_or_after(self, utc: int, limit: int) -> int | None:
        found = utc + (self._start - utc) % self._step
        return found if found < limit else None

    def nth(self, number: int, utc: int, limit: int) -> int | None:
        found = utc + (self._start - utc) % self._step + (number - 1) * self._step
        return found if found < limit else None


class _InZone:
    """Goes through the stretches of a zone, and searches each by its wall times."""

    def __init__(self, zone: ZoneInfo, walls: _WallSearch) -> None:
        self._zone = zone
        self._walls = walls

    def at_or_after(self, utc: int, limit: int) -> int | None:
        for stretch in stretches(self._zone, utc):
            if stretch.start >= limit:
                break
            found = self._in_stretch(stretch, utc, limit)
            if found is not None:
                return found
        return None

    def nth(self, number: int, utc: int, limit: int) -> int | None:
        """Whole days are counted at once where that can be done."""
        found = self.at_or_after(utc, limit)
        counted_to = utc
        while found is not None and number > 1:
            whole = self._whole_day(found, counted_to)
            if whole is not None and whole[0] < number:
                number -= whole[0]
                counted_to = whole[1]
            else:
                number -= 1
                counted_to = found + 1
            found = self.at_or_after(counted_to, limit)
        return found

    def _whole_day(self, utc: int, counted_to: int) -> tuple[int, int] | None:
        """How many occurrences the wall day of a moment has, and its end in UTC.

        Only where nothing of the day is counted yet, and its clocks do not change.
        """
        stretch = next(stretches(self._zone, utc))
        day = (utc + stretch.offset) // DAY
        start, end = day * DAY - stretch.offset, (day + 1) * DAY - stretch.offset
        begins = max(stretch.start, stretch.fresh - stretch.offset)
        if start < max(counted_to, begins) or end > stretch.end:
            return None
        count = self._walls.count_on(day, stretch.offset)
        return None if count is None else (count, end)

    def _in_stretch(self, stretch: Stretch, utc: int, limit: int) -> int | None:
        wall = max(utc, stretch.start) + stretch.offset
        if not self._walls.repeats:
            wall = max(wall, stretch.fresh)
        end = min(stretch.end, limit) + stretch.offset
        found = self._walls.next_wall(wall, end, stretch.offset)
        return None if found is None else found - stretch.offset


def search_of(rule: Rule) -> Search:
    """The way to search a rule."""
    if rule.plain and rule.frequency.counts_in_utc:
        return _EvenSteps(rule)
    if rule.frequency.counts_in_utc:
        return _InZone(rule.zone, ClockSearch(rule))
    if rule.positions:
        return _InZone(rule.zone, PositionSearch(rule))
    return _InZone(rule.zone, CalendarSearch(rule))
