"""Judging a group by its success criteria (pure).

`success`: at least so many runs succeed (a percentage is rounded up, at least 1). `failure`: at
most so many end otherwise (rounded down, 0 allowed). All must hold; none given means that every
run must succeed. A group without nodes fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bar:
    """What the criteria of a group come to, once it is known how many runs it has."""

    total: int
    needed: int
    allowed: int

    def judge(self, succeeded: int, failed: int) -> bool | None:
        """True: the criteria will hold whatever comes; False: they cannot hold; None: still open.

        `failed` counts the runs that ended otherwise than in success.
        """
        if self.total == 0 or failed > self.allowed or self.total - failed < self.needed:
            return False
        if succeeded >= self.needed and self.total - succeeded <= self.allowed:
            return True
        return None

    def sentence(self, failed: int) -> str:
        """Why the criteria cannot hold any more, for people."""
        if self.total == 0:
            return "the group has no node"
        ended = f"{failed} of {self.total} runs did not succeed"
        if failed > self.allowed:
            return f"{ended}, at most {self.allowed} may"
        return f"{ended}, at least {self.needed} must succeed"


def bar_of(criteria: Sequence[Mapping[str, Any]], total: int) -> Bar:
    """All criteria of a group of `total` runs as one bar."""
    amounts = [(each["status"], each["numRuns"]) for each in criteria]
    needed = [_needed(amount, total) for status, amount in amounts if status == "success"]
    allowed = [_allowed(amount, total) for status, amount in amounts if status == "failure"]
    return Bar(
        total,
        needed=max(needed, default=0) if criteria else total,
        allowed=min(allowed, default=total),
    )


def _needed(amount: Mapping[str, Any], total: int) -> int:
    value = int(amount["value"])
    return value if amount["type"] == "number" else max(1, -(-total * value // 100))


def _allowed(amount: Mapping[str, Any], total: int) -> int:
    value = int(amount["value"])
    return value if amount["type"] == "number" else total * value // 100
