"""When a schedule executes next, given the windows in which it must not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from courier_backend.recurrence.recurrence import Recurrence, next_occurrence
from courier_backend.recurrence.windows import (
    MOST_WINDOWS,
    ExceptionRule,
    Window,
    blocked_by,
    clear_from,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SKIPPED: Final = 1_000
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An execution that does not happen, and the window that it falls into."""

    at: datetime
    window: Window


@dataclass(frozen=True, slots=True)
class NextExecution:
    """What comes next of a schedule."""

    at: datetime | None
    """The next execution (None: the rule is over, or the search was given up)."""
    skipped: tuple[Skipped, ...] = ()
    """What does not happen before, in order; the first ones, where they are very many."""
    skipped_all: bool = True
    """Whether `skipped` has all of them."""
    given_up_at: datetime | None = None
    """Nothing is executed up to here, as far as was looked: ask again from here."""
    windows_met: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """The executions to come, and what will not happen between them."""

    times: tuple[datetime, ...]
    blocked: tuple[Skipped, ...]
    blocked_all: bool = True
    given_up_at: datetime | None = None


def next_execution(
    rule: Recurrence,
    exceptions: Sequence[ExceptionRule],
    after: datetime,
    *,
    most_skipped: int = MOST_SKIPPED,
    most_windows: int = MOST_WINDOWS,
) -> NextExecution:
    """The next execution after a moment, and all that is skipped until then.

    A window is left in one leap, however many occurrences it has; at most `most_windows` of them
    are looked at, and at most `most_skipped` occurrences are listed.
    """
    skipped: list[Skipped] = []
    skipped_all, given_up_at = True, after
    at = next_occurrence(rule, after)
    for met in range(most_windows):
        window = blocked_by(at, exceptions) if at is not None else None
        if at is None or window is None:
            return NextExecution(at, tuple(skipped), skipped_all, windows_met=met)
        last_in_window = given_up_at = window.ends_at - _INSTANT
        while at is not None and at <= last_in_window and len(skipped) < most_skipped:
            skipped.append(Skipped(at, window))
            at = next_occurrence(rule, at)
        if at is not None and at <= last_in_window:
            skipped_all = False
            at = next_occurrence(rule, last_in_window)
    return NextExecution(None, tuple(skipped), skipped_all, given_up_at, most_windows)


def first_open(
    rule: Recurrence, exceptions: Sequence[ExceptionRule], after: datetime, most_leaps: int
) -> datetime | None:
    """The next execution after a moment, and nothing else: windows that adjoin are one leap.

    None: the rule is over, or so many leaps led into a window each.
    """
    for _ in range(most_leaps):
        at = next_occurrence(rule, after)
        clear = None if at is None else clear_from(at, exceptions)
        if clear is None or clear == at:
            return clear
        after = clear - _INSTANT
    return None


def estimate(
    rule: Recurrence,
    exceptions: Sequence[ExceptionRule],
    after: datetime,
    *,
    count: int = 10,
    most_skipped: int = MOST_SKIPPED,
    most_windows: int = MOST_WINDOWS,
) -> Estimate:
    """The next executions after a moment (fewer where the rule ends), with what is skipped."""
    times: list[datetime] = []
    blocked: list[Skipped] = []
    blocked_all, given_up_at = True, None
    while len(times) < count:
        coming = next_execution(
            rule,
            exceptions,
            after,
            most_skipped=most_skipped - len(blocked),
            most_windows=most_windows,
        )
        blocked += coming.skipped
        blocked_all = blocked_all and coming.skipped_all
        given_up_at = coming.given_up_at
        if coming.at is None:
            break
        times.append(coming.at)
        after = coming.at
        most_windows -= coming.windows_met
    return Estimate(tuple(times), tuple(blocked), blocked_all, given_up_at)
