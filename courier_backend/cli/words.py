"""A status as people see it: a glyph and the word, and a colour that only repeats them."""

import re
from typing import Final, NamedTuple


class Sign(NamedTuple):
    """How a status looks; `plain` where only ASCII can be shown."""

    glyph: str
    plain: str
    style: str


_UNKNOWN: Final = Sign("?", "?", "")
_SIGNS: Final = {
    "pending": Sign("○", ".", "dim"),
    "dispatched": Sign("→", ">", "blue"),
    "received": Sign("◌", "o", "blue"),
    "running": Sign("●", "*", "cyan"),
    "active": Sign("●", "*", "cyan"),
    "inactive": Sign("○", "o", "dim"),
    "completed": Sign("✓", "+", "green"),
    "success": Sign("✓", "+", "green"),
    "failure": Sign("✗", "x", "red"),
    "timeout": Sign("!", "t", "red"),
    "canceled": Sign("⊘", "/", "yellow"),
    "skipped": Sign("↷", "-", "dim"),
    "executes": Sign("▸", ">", "cyan"),
    "reachable": Sign("●", "*", "green"),
    "offline": Sign("✗", "x", "red"),
    "unknown": Sign("?", "?", "yellow"),
    "stored": Sign("✓", "+", "green"),
    "lost": Sign("✗", "x", "red"),
    "expired": Sign("○", "o", "dim"),
    "none": Sign("–", "-", "dim"),
}
_ID: Final = re.compile(r"\b([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_LONG: Final = 60
BAD: Final = ("failure", "timeout")
ORDER: Final = (
    "success",
    "failure",
    "timeout",
    "canceled",
    "skipped",
    "running",
    "received",
    "dispatched",
    "pending",
)
"""In which counts by status are told: what ended first."""


def sign(status: str) -> Sign:
    """How a status looks."""
    return _SIGNS.get(status, _UNKNOWN)


def number_of(count: int, one: str, many: str = "") -> str:
    """``1 node``, ``2 nodes``."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def counted(counts: dict[str, int]) -> str:
    """``12 success, 1 failure``: what there is of each status, nothing where there is none."""
    known = [name for name in ORDER if counts.get(name)]
    other = [name for name in counts if name not in ORDER and counts[name]]
    return ", ".join(f"{counts[name]} {name}" for name in [*known, *other])


def abridged(reason: str) -> str:
    """A sentence in a row of a list: ids cut short, and its end where it is long."""
    short = _ID.sub(r"\1", reason)
    return short if len(short) <= _LONG else f"{short[: _LONG - 1]}…"
