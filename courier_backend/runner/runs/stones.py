"""Tombstones: runs that are never executed (again). Bounded in age and number."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from courier_backend.runner.journal import records

KEPT_DAYS: Final = 30
MOST: Final = 100_000
_SECONDS_A_DAY: Final = 86_400


def day_of(seconds: float) -> int:
    """Days since 1970."""
    return int(seconds // _SECONDS_A_DAY)


class Stones:
    """Run ids with the day since which they stand, oldest first."""

    def __init__(self) -> None:
        self._days: dict[str, dict[str, int]] = {records.CANCELED: {}, records.RELEASED: {}}

    def put(self, run_ids: Iterable[str], day: int, why: str) -> None:
        """Set stones, and let go those that are too old or too many."""
        days = self._days[why]
        for run_id in run_ids:
            days[run_id] = day
        for run_id in list(islice(days, max(0, len(days) - MOST))):
            del days[run_id]
        for run_id in _older(days, day - KEPT_DAYS):
            del days[run_id]

    def take_canceled(self, run_id: str) -> bool:
        """Whether the run was canceled before it came; asked once, when it comes."""
        return self._days[records.CANCELED].pop(run_id, None) is not None

    def is_released(self, run_id: str) -> bool:
        """Whether the run was here and was released."""
        return run_id in self._days[records.RELEASED]

    def snapshot(self) -> Iterator[bytes]:
        """The records that bring the stones back, one a day."""
        for why, days in self._days.items():
            by_day: dict[int, list[str]] = {}
            for run_id, day in days.items():
                by_day.setdefault(day, []).append(run_id)
            for day, run_ids in sorted(by_day.items()):
                yield records.stones(run_ids, day, why)


def _older(days: dict[str, int], oldest: int) -> list[str]:
    """They stand in the order in which they came, so the first young one ends the search."""
    old = []
    for run_id, day in days.items():
        if day >= oldest:
            break
        old.append(run_id)
    return old
