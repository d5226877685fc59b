"""What becomes of the occurrences of a schedule whose time has come. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from courier_backend.model.status import ReasonCode
from courier_backend.model.times import to_text
from courier_backend.recurrence.recurrence import (
    Recurrence,
    between,
    count_between,
    latest_occurrence,
    next_occurrence,
)
from courier_backend.recurrence.windows import ExceptionRule, Window, blocked_by
from courier_backend.scheduler.upcoming import MOST_ALONE

MOST_MADE_UP: Final = 100
"""So many missed executions does `run-all` make up for."""

ON_TIME: Final = timedelta(seconds=1)
"""What was due so shortly before somebody watched is not missed."""

_MOST_ROWS: Final = 1_000
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """`since`: all that was due before was missed; `grace`: how late one may still be executed."""

    since: datetime
    grace: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """An execution; `made_up`: it was missed, and is executed late."""

    at: datetime
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class NotExecuted:
    """Occurrences that are not executed: one, or `count` from `at` on for the same reason."""

    at: datetime
    count: int
    reason_code: ReasonCode
    reason: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """All that became of what was due, each part in the order of time."""

    due: tuple[Due, ...] = ()
    not_executed: tuple[NotExecuted, ...] = ()

    def count(self, reason_code: ReasonCode) -> int:
        """How many were not executed for a reason."""
        return sum(each.count for each in self.not_executed if each.reason_code is reason_code)


@dataclass(frozen=True, slots=True)
class _Row:
    """The occurrences in `(after, until]`: all in one window, or all in none.

    Where windows are too many to be told apart, nothing in the row is executed.
    """

    after: datetime
    until: datetime
    window: Window | None
    may_execute: bool = False


def settle(
    rule: Recurrence,
    exceptions: Sequence[ExceptionRule],
    policy: str,
    after: datetime,
    now: datetime,
    watch: Watch,
) -> Settlement:
    """Judge every occurrence in `(after, now]`."""
    first = next_occurrence(rule, after)
    if first is None or first > now:
        return Settlement()
    watched = _clamp(watch.since - ON_TIME, after, now)
    fresh = _clamp(now - watch.grace - _INSTANT, after, watched)
    old = list(_rows(rule, exceptions, after, fresh))
    recent = list(_rows(rule, exceptions, fresh, watched))
    on_time = list(_rows(rule, exceptions, watched, now))
    made_up = _made_up(rule, policy, old, recent)
    punctual = _newest(rule, on_time, MOST_ALONE)
    taken = {*made_up, *punctual}
    left = [each for row in (*old, *recent, *on_time) for each in _left(rule, row, taken)]
    due = [Due(at, made_up=True) for at in made_up] + [Due(at) for at in punctual]
    return Settlement(tuple(due), tuple(_told(rule, left)))


def _clamp(moment: datetime, least: datetime, most: datetime) -> datetime:
    return max(least, min(moment, most))


def _rows(
    rule: Recurrence, exceptions: Sequence[ExceptionRule], after: datetime, until: datetime
) -> Iterator[_Row]:
    """Cut `(after, until]` where windows open and close; what is too much is one row at the end."""
    for _ in range(_MOST_ROWS):
        at = next_occurrence(rule, after)
        if at is None or at > until:
            return
        window = blocked_by(at, exceptions)
        end = window.ends_at if window else _opening(exceptions, at)
        last = until if end is None else min(end - _INSTANT, until)
        yield _Row(after, last, window, may_execute=window is None)
        after = last
    yield _Row(after, until, None)


def _opening(exceptions: Sequence[ExceptionRule], after: datetime) -> datetime | None:
    """When the next window opens."""
    found = (next_occurrence(each.rule, after) for each in exceptions)
    return min((at for at in found if at is not None), default=None)


def _made_up(
    rule: Recurrence, policy: str, old: Sequence[_Row], recent: Sequence[_Row]
) -> list[datetime]:
    """Those of the missed executions that are executed all the same."""
    if policy == "run-once":
        return _newest(rule, recent, 1)
    if policy == "run-all":
        return _newest(rule, [*old, *recent], MOST_MADE_UP)
    return []


def _newest(rule: Recurrence, rows: Sequence[_Row], most: int) -> list[datetime]:
    """The last occurrences that are in no window, in order."""
    found: list[datetime] = []
    for row in reversed(rows):
        until = row.until
        while row.may_execute and len(found) < most:
            at = latest_occurrence(rule, until, row.after)
            if at is None:
                break
            found.append(at)
            until = at - _INSTANT
    return found[::-1]


def _left(rule: Recurrence, row: _Row, taken: set[datetime]) -> Iterator[_Row]:
    """What is left of a row: those that are taken are its last ones."""
    if row.window is not None:
        yield row
        return
    mine = [at for at in taken if row.after < at <= row.until]
    until = min(mine) - _INSTANT if mine else row.until
    at = next_occurrence(rule, row.after)
    if at is not None and at <= until:
        yield _Row(row.after, until, None)


def _told(rule: Recurrence, rows: Sequence[_Row]) -> Iterator[NotExecuted]:
    """One by one where they are few, else together where they share the reason."""
    counts = [count_between(rule, row.after, row.until) for row in rows]
    if sum(counts) <= MOST_ALONE:
        for row in rows:
            yield from (_alone(at, row.window) for at in between(rule, row.after, row.until))
        return
    groups: dict[ExceptionRule | None, list[tuple[_Row, int]]] = {}
    for row, count in zip(rows, counts, strict=True):
        key = row.window.exception if row.window else None
        groups.setdefault(key, []).append((row, count))
    yield from (_together(rule, group) for group in groups.values())


def together(count: int, first: datetime, last: datetime) -> str:
    """Many executions in a sentence."""
    return f"{count} executions, from {to_text(first)} to {to_text(last)}"


def _alone(at: datetime, window: Window | None) -> NotExecuted:
    if window is None:
        reason = f"it was due at {to_text(at)}, when nobody was there to execute it"
        return NotExecuted(at, 1, ReasonCode.MISSED, reason)
    return NotExecuted(at, 1, ReasonCode.EXCEPTION_WINDOW, window.reason)


def _together(rule: Recurrence, group: Sequence[tuple[_Row, int]]) -> NotExecuted:
    first = next_occurrence(rule, group[0][0].after) or group[0][0].after
    until = group[-1][0].until
    last = latest_occurrence(rule, until, group[-1][0].after) or until
    count = sum(each for _, each in group)
    window = group[0][0].window
    if count == 1:
        return _alone(first, window)
    which = together(count, first, last)
    if window is None:
        reason = f"{which}, were due when nobody was there to execute them"
        return NotExecuted(first, count, ReasonCode.MISSED, reason)
    where = "one window" if len(group) == 1 else f"{len(group)} windows"
    reason = f"{which}, fell into {where} of the {window.exception.shown}"
    return NotExecuted(first, count, ReasonCode.EXCEPTION_WINDOW, reason)
