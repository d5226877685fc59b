"""Progress of many runs in one line: what succeeded, what did not, what is on its way. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from courier_tui.text import Span
from courier_tui.tone import Tone
from courier_tui.wording import number

_GOOD: Final = ("success",)
_BAD: Final = ("failure", "timeout")
_OTHER: Final = ("canceled", "skipped")
_LIVE: Final = ("running", "received", "dispatched")
_PARTS: Final = (
    (_GOOD, "━", Tone.GOOD),
    (_BAD, "━", Tone.BAD),
    (_OTHER, "━", Tone.WARN),
    (_LIVE, "╍", Tone.LIVE),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How the runs of something stand."""

    good: int
    bad: int
    other: int
    live: int
    total: int

    @property
    def done(self) -> int:
        """Those that are final."""
        return self.good + self.bad + self.other

    @property
    def percent(self) -> int:
        """Whole percent that are final, rounded down: 100 only when all are."""
        return self.done * 100 // self.total if self.total else 0


def tally(counts: Mapping[str, int], total: int = 0) -> Tally:
    """From counts by status."""
    good, bad, other, live = (
        sum(counts.get(status, 0) for status in statuses)
        for statuses in (_GOOD, _BAD, _OTHER, _LIVE)
    )
    return Tally(good, bad, other, live, total or sum(counts.values()))


def bar(counts: Mapping[str, int], width: int, total: int = 0) -> list[Span]:
    """A bar of exactly `width` cells; whatever there is at all gets a cell if there is room."""
    everything = total or sum(counts.values())
    spans: list[Span] = []
    used, seen = 0, 0
    for statuses, mark, tone in _PARTS:
        count = sum(counts.get(status, 0) for status in statuses)
        if not count:
            continue
        seen += count
        end = max(width * seen // everything, used + 1)
        cells = min(end, width) - used
        if cells > 0:
            spans.append((mark * cells, tone))
            used += cells
    if used < width:
        spans.append(("─" * (width - used), Tone.FAINT))
    return spans


def score(counts: Mapping[str, int], total: int = 0) -> list[Span]:
    """``118/128  ✗ 2``: how many are final, and how many of them not well."""
    found = tally(counts, total)
    spans: list[Span] = [
        (number(found.done), Tone.PLAIN),
        (f"/{number(found.total)}", Tone.MUTED),
    ]
    if found.bad:
        spans.append((f"  ✗ {number(found.bad)}", Tone.BAD))
    if found.other:
        spans.append((f"  ⊘ {number(found.other)}", Tone.WARN))
    return spans
