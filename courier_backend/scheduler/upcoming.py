"""What comes next of a schedule: the execution to be shown, and when to look. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from courier_backend.model.times import to_text
from courier_backend.recurrence.execution import first_open, next_execution
from courier_backend.recurrence.recurrence import Recurrence
from courier_backend.recurrence.windows import ExceptionRule

MOST_ALONE: Final = 100
"""So many executions in a row that do not happen are recorded one by one."""

MOST_LEAPS: Final = 32
"""So many windows in a row are looked behind, those that adjoin being one; what is blocked for
longer has no next time now, and gets one when it is nearer."""

_MOST_REASONS: Final = 2
"""So many windows before the next execution are told; ten thousand jobs may be in one."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """`next_at` is executed next; at `wake_at` something is to be recorded, if only a skip.

    Without `wake_at` the rule is over. `reasons`: the windows before the next execution.
    """

    next_at: datetime | None
    wake_at: datetime | None
    reasons: tuple[str, ...] = ()

    def data(self, settled_at: datetime | None) -> dict[str, Any]:
        """As an event of the job tells it."""
        return {
            "nextExecutionTime": _text(self.next_at),
            "wakeAt": _text(self.wake_at),
            "settledAt": _text(settled_at),
            "exceptionReasons": list(self.reasons),
        }


NOTHING: Final = Upcoming(None, None)


def upcoming(rule: Recurrence, exceptions: Sequence[ExceptionRule], after: datetime) -> Upcoming:
    """What comes after a moment up to which all is accounted for."""
    coming = next_execution(
        rule, exceptions, after, most_skipped=MOST_ALONE + 1, most_windows=_MOST_REASONS
    )
    if not coming.skipped:
        return Upcoming(coming.at, coming.at)
    next_at = coming.at
    if coming.given_up_at is not None:
        next_at = first_open(rule, exceptions, coming.given_up_at, MOST_LEAPS)
    first = coming.skipped[0]
    together = sum(each.window is first.window for each in coming.skipped) > MOST_ALONE
    wake_at = first.window.ends_at if together else first.at
    reasons = dict.fromkeys(each.window.reason for each in coming.skipped)
    return Upcoming(next_at, wake_at, tuple(reasons))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)
