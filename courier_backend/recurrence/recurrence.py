"""A rule that was accepted, and its occurrences.

All questions are answered from the rule alone: nothing is remembered between two of them, and an
answer costs the same for a rule of yesterday and for one of ten years ago. "After" always means
strictly after.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from courier_backend.recurrence.seconds import HORIZON, LAST, from_seconds, to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from courier_backend.recurrence.search import Search


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule, read and accepted."""

    text: str
    starts_at: datetime
    """Nothing occurs before."""
    ends_at: datetime | None
    """Nothing occurs after: UNTIL, or the occurrence with the number COUNT (None: no end)."""
    eve: datetime
    """The first execution is the next occurrence after this moment: none before the acceptance."""
    search: Search = field(repr=False, compare=False)

    @property
    def shown(self) -> str:
        """The rule on one line, for sentences."""
        return " ".join(self.text.split())


def next_occurrence(rule: Recurrence, after: datetime) -> datetime | None:
    """The first occurrence after a moment (None: it is over; a hundred years are searched)."""
    found = _at_or_after(rule, to_seconds(after) + 1)
    return None if found is None else from_seconds(found)


def latest_occurrence(rule: Recurrence, at: datetime, since: datetime) -> datetime | None:
    """The last occurrence that is not after `at`, but after `since` (None: there is none)."""
    low, high = to_seconds(since) + 1, to_seconds(at)
    latest = _at_or_after(rule, low)
    if latest is None or latest > high:  # mostly so: it saves all the halving
        return None
    low = latest + 1
    while low <= high:
        middle = (low + high) // 2
        found = _at_or_after(rule, middle)
        if found is not None and found <= high:
            latest, low = found, found + 1
        else:
            high = middle - 1
    return from_seconds(latest)


def occurrences(rule: Recurrence, after: datetime, limit: int) -> list[datetime]:
    """The next occurrences after a moment, at most so many."""
    return list(islice(_all_after(rule, after), limit))


def between(rule: Recurrence, start: datetime, end: datetime) -> Iterator[datetime]:
    """The occurrences in `(start, end]`, one after the other; there may be very many."""
    for moment in _all_after(rule, start):
        if moment > end:
            return
        yield moment


def count_between(rule: Recurrence, start: datetime, end: datetime) -> int:
    """How many occurrences there are in `(start, end]`, without going through them."""
    utc = max(to_seconds(start) + 1, to_seconds(rule.starts_at))
    last = (
        to_seconds(end) if rule.ends_at is None else min(to_seconds(end), to_seconds(rule.ends_at))
    )
    number = 1
    while rule.search.nth(number, utc, last + 1) is not None:
        number *= 2
    least, beyond = number // 2, number
    while beyond - least > 1:
        middle = (least + beyond) // 2
        if rule.search.nth(middle, utc, last + 1) is None:
            beyond = middle
        else:
            least = middle
    return least


def _all_after(rule: Recurrence, after: datetime) -> Iterator[datetime]:
    found = _at_or_after(rule, to_seconds(after) + 1)
    while found is not None:
        yield from_seconds(found)
        found = _at_or_after(rule, found + 1)


def _at_or_after(rule: Recurrence, utc: int) -> int | None:
    utc = max(utc, to_seconds(rule.starts_at))
    limit = min(utc + HORIZON, LAST)
    if rule.ends_at is not None:
        limit = min(limit, to_seconds(rule.ends_at) + 1)
    return rule.search.at_or_after(utc, limit)
