"""Exception rules and their windows: the times in which nothing is executed.

A window is `[occurrence, occurrence + duration)`: an execution at the moment it closes happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from courier_backend.model.errors import BadInput
from courier_backend.model.schedule_words import in_words
from courier_backend.model.times import to_text
from courier_backend.recurrence.parse import parse_rule
from courier_backend.recurrence.recurrence import Recurrence, latest_occurrence, next_occurrence

if TYPE_CHECKING:
    from collections.abc import Sequence

Source = Literal["job", "global"]

MOST_WINDOWS: Final = 1_000
"""So many windows in a row are looked at; behind them there is, for us, no end."""

_LONGEST_MINUTES: Final = 366 * 24 * 60


@dataclass(frozen=True, slots=True)
class ExceptionRule:
    """A recurrence, each occurrence of which opens a window."""

    rule: Recurrence
    duration: timedelta
    source: Source
    id: str = ""
    """Of a global rule."""

    @property
    def shown(self) -> str:
        """Whose rule it is, its words, itself and how long its windows are, for sentences."""
        return _told(self.rule.shown, self.duration // timedelta(minutes=1), self.source)


@lru_cache(maxsize=1024)
def _told(rule: str, minutes: int, source: Source) -> str:
    whose = "the job" if source == "job" else "all jobs"
    words = in_words(rule)
    said = rule if words in rule else f"{words}, {rule}"
    return f"exception rule of {whose}: {said} ({minutes} min)"


@dataclass(frozen=True, slots=True)
class Window:
    """One window: `[starts_at, ends_at)`."""

    exception: ExceptionRule
    starts_at: datetime
    ends_at: datetime

    @property
    def reason(self) -> str:
        """The sentence that says why an execution in it does not happen: first, what did it."""
        times = f"{to_text(self.starts_at)} to {to_text(self.ends_at)}"
        return f"{self.exception.shown}, its window {times}"


def parse_exception(
    text: str, minutes: int, accepted_at: datetime, *, source: Source, rule_id: str = ""
) -> ExceptionRule:
    """Read an exception rule; one whose last window has been is fine.

    Raises:
        BadInput: the rule is none, or never occurs, or the duration is not between a minute and
            a year.
    """
    if not 1 <= minutes <= _LONGEST_MINUTES:
        raise BadInput(f"The duration {minutes} is not between 1 and {_LONGEST_MINUTES} minutes")
    rule = parse_rule(text, accepted_at, over_is_fine=True)
    return ExceptionRule(rule, timedelta(minutes=minutes), source, rule_id)


def blocked_by(moment: datetime, exceptions: Sequence[ExceptionRule]) -> Window | None:
    """The window that a moment is in (None: in none); of several, the one that closes last."""
    windows = [window for each in exceptions if (window := _window_at(moment, each))]
    return max(windows, key=lambda window: window.ends_at) if windows else None


def clear_from(moment: datetime, exceptions: Sequence[ExceptionRule]) -> datetime | None:
    """The first moment, from the given one on, that is in no window (None: none in sight).

    Many schedules ask for the end of the same window, so what lies behind it is remembered.
    """
    window = blocked_by(moment, exceptions)
    return moment if window is None else _clear_behind(window.ends_at, tuple(exceptions))


@lru_cache(maxsize=1024)
def _clear_behind(moment: datetime, exceptions: tuple[ExceptionRule, ...]) -> datetime | None:
    for _ in range(MOST_WINDOWS - 1):
        window = blocked_by(moment, exceptions)
        if window is None:
            return moment
        moment = window.ends_at
    return None


def _window_at(moment: datetime, exception: ExceptionRule) -> Window | None:
    opened_after = moment - exception.duration
    opened = next_occurrence(exception.rule, opened_after)
    if opened is None or opened > moment:
        return None
    latest = latest_occurrence(exception.rule, moment, opened) or opened
    return Window(exception, latest, latest + exception.duration)
