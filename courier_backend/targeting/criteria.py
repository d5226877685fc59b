"""Judging a group by its success criteria (pure).

`success`: at least so many runs succeed (a percentage is rounded up, at least 1). `failure`: at
most so many end otherwise (rounded down, 0 allowed). All must hold; none given means that every
run must succeed. A group without nodes fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tally:
    """Runs of a group: all of them, those that succeeded, those that ended otherwise."""

    total: int
    succeeded: int
    failed: int

    @property
    def open(self) -> int:
        """Runs whose end is not known yet."""
        return self.total - self.succeeded - self.failed


def judge(criteria: Sequence[Mapping[str, Any]], tally: Tally) -> bool | None:
    """True: the criteria will hold whatever comes; False: they cannot hold; None: still open."""
    if tally.total == 0:
        return False
    verdicts = [_judge_one(criterion, tally) for criterion in criteria or [_EVERY]]
    if False in verdicts:
        return False
    return None if None in verdicts else True


_EVERY: Mapping[str, Any] = {"status": "success", "numRuns": {"type": "percent", "value": 100}}


def _judge_one(criterion: Mapping[str, Any], tally: Tally) -> bool | None:
    amount = criterion["numRuns"]
    if criterion["status"] == "success":
        needed = needed_successes(amount, tally.total)
        sure, possible = tally.succeeded, tally.succeeded + tally.open
        return True if sure >= needed else (None if possible >= needed else False)
    allowed = allowed_failures(amount, tally.total)
    sure, possible = tally.failed, tally.failed + tally.open
    return False if sure > allowed else (True if possible <= allowed else None)


def needed_successes(amount: Mapping[str, Any], total: int) -> int:
    """How many runs must succeed."""
    if amount["type"] == "percent":
        return max(1, -(-total * int(amount["value"]) // 100))
    return int(amount["value"])


def allowed_failures(amount: Mapping[str, Any], total: int) -> int:
    """How many runs may end otherwise than in success."""
    if amount["type"] == "percent":
        return total * int(amount["value"]) // 100
    return int(amount["value"])
