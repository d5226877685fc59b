"""From a rule to the way it is searched, and the search over the changes of a zone's clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from courier_backend.recurrence.calendar_search import CalendarSearch, Leap, PositionSearch
from courier_backend.recurrence.clock_search import UNITS, ClockSearch
from courier_backend.recurrence.rule import Frequency
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

    def leap(self, wall: int, number: int, offset: int, /) -> Leap: ...


class _EvenSteps:
    """Nothing but an interval, where it always has the same length: arithmetic alone."""

    def __init__(self, start: int, step: int) -> None:
        self._start = start
        self._step = step

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
        """What is left of a day is counted at once, where its clocks do not change."""
        found = self.at_or_after(utc, limit)
        while found is not None and number > 1:
            stretch = next(stretches(self._zone, found))
            wall = found + stretch.offset
            day_end = wall - wall % DAY + DAY - stretch.offset
            if day_end > stretch.end:
                number, found = number - 1, self.at_or_after(found + 1, limit)
                continue
            counted, sought = self._walls.leap(wall, number, stretch.offset)
            if sought is not None:
                found = sought - stretch.offset
                return found if found < limit else None
            number, found = number - counted, self.at_or_after(day_end, limit)
        return found

    def _in_stretch(self, stretch: Stretch, utc: int, limit: int) -> int | None:
        wall = max(utc, stretch.start) + stretch.offset
        if not self._walls.repeats:
            wall = max(wall, stretch.fresh)
        end = min(stretch.end, limit) + stretch.offset
        found = self._walls.next_wall(wall, end, stretch.offset)
        return None if found is None else found - stretch.offset


def search_of(rule: Rule) -> Search:
    """The way to search a rule."""
    step = _even_step(rule)
    if step is not None:
        return _EvenSteps(rule.start, step)
    if rule.frequency.counts_in_utc:
        return _InZone(rule.zone, ClockSearch(rule))
    if rule.positions:
        return _InZone(rule.zone, PositionSearch(rule))
    return _InZone(rule.zone, CalendarSearch(rule))


def _even_step(rule: Rule) -> int | None:
    """The seconds from one occurrence to the next, where they are always the same."""
    if not rule.plain:
        return None
    if rule.frequency.counts_in_utc:
        return rule.interval * UNITS[rule.frequency]
    if rule.zone.key != "UTC":
        return None
    days = {Frequency.DAILY: 1, Frequency.WEEKLY: 7}.get(rule.frequency)
    return None if days is None else rule.interval * days * DAY
