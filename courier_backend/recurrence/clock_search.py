"""Finding the times of rules that are HOURLY or faster: even steps in UTC, wall times as filters.

A rule's unit is the hour, the minute or the second. A unit is admitted when it is a whole number of
steps away from the first one, and its day and time on the wall are; in it, the rest of the time
(minutes and seconds of an hour, seconds of a minute) is taken from a short list.
"""

from __future__ import annotations

from bisect import bisect_left
from math import gcd
from typing import TYPE_CHECKING, Final

from courier_backend.recurrence.calendar_search import Leap, chosen
from courier_backend.recurrence.rule import Frequency
from courier_backend.recurrence.seconds import DAY, HOUR, MINUTE
from courier_backend.recurrence.times_of_day import Times
from courier_backend.recurrence.year_days import YearDays, year_days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from courier_backend.recurrence.rule import Rule

UNITS: Final = {Frequency.HOURLY: HOUR, Frequency.MINUTELY: MINUTE, Frequency.SECONDLY: 1}

_FEW: Final = 512
"""So many units of a day are solved beforehand; with more of them a step soon meets one."""


class ClockSearch:
    """The admitted units of the admitted days, for each offset of the zone's clocks."""

    repeats = True

    def __init__(self, rule: Rule) -> None:
        self._unit = UNITS[rule.frequency]
        self._step = rule.interval * self._unit
        self._first = rule.wall_start - rule.wall_start % self._unit
        self._first_offset = rule.wall_start - rule.start
        self._days = year_days(rule.days)
        self._units, self._within = _split(rule)
        self._plans: dict[int, _Plan] = {}

    def next_wall(self, wall: int, limit: int, offset: int) -> int | None:
        """The first admitted wall time in `[wall, limit)`."""
        if not self._within:
            return None
        unit = wall - wall % self._unit
        within = wall - unit
        if within > self._within[-1]:
            unit, within = unit + self._unit, 0
        found = self._plan(offset).at_or_after(unit, limit)
        if found is None:
            return None
        place = bisect_left(self._within, within) if found == unit else 0
        result = found + self._within[place]
        return result if result < limit else None

    def leap(self, wall: int, number: int, offset: int) -> Leap:
        """Count on from an admitted wall time, which has the number 1, within its day."""
        unit = wall - wall % self._unit
        before = bisect_left(self._within, wall - unit)
        more, place = divmod(before + number - 1, len(self._within))
        counted, found = self._plan(offset).leap(unit, more + 1)
        if found is None:
            return Leap(counted * len(self._within) - before, None)
        return Leap(number, found + self._within[place])

    def _plan(self, offset: int) -> _Plan:
        plan = self._plans.get(offset)
        if plan is None:
            first = self._first + offset - self._first_offset
            base = first - first % self._unit
            plan = self._plans[offset] = _Plan(self._days, self._units, base, self._step)
        return plan


class _Plan:
    """The admitted units while the clocks keep one offset."""

    __slots__ = ("_base", "_cycle", "_days", "_every_day", "_residues", "_step", "_units")

    def __init__(self, days: YearDays, units: Times, base: int, step: int) -> None:
        self._days = days
        self._units = units.reached_from(base, step)
        self._base = base
        self._step = step
        self._cycle = step // gcd(step, DAY)
        self._every_day = self._cycle == 1
        self._residues: Mapping[int, Sequence[int]] | None = None
        if not self._every_day and self._units.total <= _FEW:
            self._residues = self._solved()

    def at_or_after(self, wall: int, limit: int) -> int | None:
        """The first admitted unit in `[wall, limit)`."""
        if not self._units.total or self._residues == {}:
            return None
        day, time = divmod(wall, DAY)
        last = -(-limit // DAY)
        while (found := self._next_day(day, last)) is not None:
            unit = self._on_day(found, time if found == day else 0)
            if unit is not None:
                return unit if unit < limit else None
            day, time = found + 1, 0
        return None

    def leap(self, unit: int, number: int) -> Leap:
        """Count on from an admitted unit, which has the number 1, within its day."""
        if MINUTE % self._step == 0:  # the choice of seconds alone decides what is stepped on
            day, time = divmod(unit, DAY)
            before = self._units.before(time)
            left = self._units.total - before
            if number > left:
                return Leap(left, None)
            return Leap(number, day * DAY + self._units.at(before + number - 1))
        counted, end = 1, unit - unit % DAY + DAY
        while counted < number:
            following = self.at_or_after(unit + 1, end)
            if following is None:
                return Leap(counted, None)
            counted, unit = counted + 1, following
        return Leap(counted, unit)

    def _next_day(self, day: int, last: int) -> int | None:
        """The first admitted day with a step on it: each in turn leaps over the other."""
        found = self._days.at_or_after(day, last)
        while found is not None:
            stepped = self._next_stepped_day(found)
            if stepped == found:
                break
            found = self._days.at_or_after(stepped, last)
        return found

    def _next_stepped_day(self, day: int) -> int:
        if self._every_day:
            return day
        if self._residues is not None:
            return day + min((residue - day) % self._cycle for residue in self._residues)
        start = day * DAY
        return (start + (self._base - start) % self._step) // DAY

    def _on_day(self, day: int, time: int) -> int | None:
        if self._residues is not None:
            units = self._residues.get(day % self._cycle, ())
            place = bisect_left(units, time)
            return day * DAY + units[place] if place < len(units) else None
        found = self._units.at_or_after(time)
        while found is not None:
            ahead = (self._base - day * DAY - found) % self._step
            if not ahead:
                return day * DAY + found
            found = self._units.at_or_after(found + ahead) if found + ahead < DAY else None
        return None

    def _solved(self) -> Mapping[int, Sequence[int]]:
        """For each remainder of a day's number by the cycle, the units that are stepped on then.

        ``day * DAY + unit ≡ base (mod step)`` has for every unit one solution modulo the cycle, or
        none at all.
        """
        common = gcd(self._step, DAY)
        inverse = pow(DAY // common, -1, self._cycle)
        residues: dict[int, list[int]] = {}
        for index in range(self._units.total):
            unit = self._units.at(index)
            distance, rest = divmod(self._base - unit, common)
            if not rest:
                residues.setdefault(distance * inverse % self._cycle, []).append(unit)
        return residues


def _split(rule: Rule) -> tuple[Times, Sequence[int]]:
    """The units of a day, and what is taken of each unit."""
    hours, minutes, seconds = rule.times
    match rule.frequency:
        case Frequency.HOURLY:
            units, within = Times(hours, (0,), (0,)), Times((0,), minutes, seconds)
        case Frequency.MINUTELY:
            units, within = Times(hours, minutes, (0,)), Times((0,), (0,), seconds)
        case _:
            units, within = rule.times, Times((0,), (0,), (0,))
    positions = rule.positions or tuple(range(1, within.total + 1))
    return units, chosen([0], within, positions)
