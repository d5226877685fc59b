"""What a recurrence rule says, read and completed, before anything is searched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from courier_backend.recurrence.times_of_day import Times
    from courier_backend.recurrence.year_days import DayParts


class Frequency(IntEnum):
    """FREQ, the slowest first."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6

    @property
    def counts_in_utc(self) -> bool:
        """Hours and faster pass evenly, whatever the clocks on the walls do."""
        return self >= Frequency.HOURLY


@dataclass(frozen=True, slots=True)
class Rule:
    """All parts of a rule; what it leaves open is taken from its start."""

    frequency: Frequency
    interval: int
    zone: ZoneInfo
    start: int
    """In UTC: nothing occurs before."""
    wall_start: int
    """What the clock on the wall shows then; intervals are counted from here."""
    until: int | None
    """In UTC: the last second at which something may occur."""
    count: int | None
    days: DayParts
    times: Times
    positions: tuple[int, ...]
    """BYSETPOS."""
    week_start: int
    plain: bool
    """No BY part is given: nothing but a frequency and an interval."""
