"""The times of day that BYHOUR, BYMINUTE and BYSECOND admit, without listing them.

Up to 86,400 times are kept as three short tuples; the next time, the n-th and the number of them
are found from these.
"""

from __future__ import annotations

from bisect import bisect_left
from math import gcd
from typing import NamedTuple

from courier_backend.recurrence.seconds import DAY, HOUR, MINUTE


class Times(NamedTuple):
    """Every combination of the given hours, minutes and seconds (each ascending, none twice)."""

    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many times of day there are."""
        return len(self.hours) * len(self.minutes) * len(self.seconds)

    def at(self, index: int) -> int:
        """The time with a number, in ascending order, as seconds of the day."""
        index, second = divmod(index, len(self.seconds))
        hour, minute = divmod(index, len(self.minutes))
        return self.hours[hour] * HOUR + self.minutes[minute] * MINUTE + self.seconds[second]

    def at_or_after(self, time: int) -> int | None:
        """The first time of day that is not before the given one (None: not on this day)."""
        if not self.total:
            return None
        hour, within = divmod(time, HOUR)
        place = bisect_left(self.hours, hour)
        if place == len(self.hours):
            return None
        if self.hours[place] == hour:
            found = self._in_hour(within)
            if found is not None:
                return hour * HOUR + found
            place += 1
        if place == len(self.hours):
            return None
        return self.hours[place] * HOUR + self.minutes[0] * MINUTE + self.seconds[0]

    def _in_hour(self, within: int) -> int | None:
        minute, second = divmod(within, MINUTE)
        place = bisect_left(self.minutes, minute)
        if place == len(self.minutes):
            return None
        if self.minutes[place] == minute:
            last = bisect_left(self.seconds, second)
            if last < len(self.seconds):
                return minute * MINUTE + self.seconds[last]
            place += 1
        if place == len(self.minutes):
            return None
        return self.minutes[place] * MINUTE + self.seconds[0]

    def before(self, time: int) -> int:
        """How many of the times of day come before the given one."""
        hour, within = divmod(time, HOUR)
        minute, second = divmod(within, MINUTE)
        place = bisect_left(self.hours, hour)
        count = place * len(self.minutes) * len(self.seconds)
        if hour not in self.hours[place : place + 1]:
            return count
        place = bisect_left(self.minutes, minute)
        count += place * len(self.seconds)
        if minute not in self.minutes[place : place + 1]:
            return count
        return count + bisect_left(self.seconds, second)

    def reached_from(self, base: int, step: int) -> Times:
        """Without the hours, minutes and seconds that steps from `base` never arrive at.

        Steps arrive at one residue modulo what the step has in common with the minute, the hour
        and the day; what is in none of the remaining combinations is left out.
        """
        by_second, by_minute, by_hour = gcd(step, MINUTE), gcd(step, HOUR), gcd(step, DAY)
        seconds = tuple(s for s in self.seconds if (s - base) % by_second == 0)
        needed = {(base - s) % by_minute for s in seconds}
        minutes = tuple(m for m in self.minutes if m * MINUTE % by_minute in needed)
        within = {(base - m * MINUTE - s) % by_hour for m in minutes for s in seconds}
        hours = tuple(h for h in self.hours if h * HOUR % by_hour in within)
        return Times(hours, minutes, seconds)
