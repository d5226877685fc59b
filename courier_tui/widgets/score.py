"""The box score of everything, and how the fleet is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from courier_backend.model.wire import Overview
from courier_tui.signs import health_sign, sign
from courier_tui.text import Span
from courier_tui.tone import Tone
from courier_tui.wording import counted, number

_SCORED: Final = ("running", "pending", "success", "failure", "canceled", "skipped")
_FLEET_WIDTH: Final = 30


def score_line(counters: Overview, width: int) -> list[Span]:
    """Instances by status, then jobs and runs; where that is too wide, the least of it goes."""
    jobs, runs = _total(counters["jobs"]), _total(counters["runs"])
    total: list[Span] = [(f"{counted(jobs, 'job')} · {counted(runs, 'run')}", Tone.MUTED)]
    instances = counters["instances"]
    every = [_scored(status, instances.get(status, 0)) for status in _SCORED]
    some = [_scored(status, instances[status]) for status in _SCORED if instances.get(status)]
    for scored in ([*every, total], [*some, total], some):
        spans = [span for each in scored for span in each]
        if _width(spans) <= width:
            break
    return spans


def _scored(status: str, count: int) -> list[Span]:
    found = sign(status)
    return [
        (f"{found.glyph} ", found.tone if count else Tone.FAINT),
        (number(count), Tone.STRONG if count else Tone.FAINT),
        (f" {found.word}   ", Tone.MUTED if count else Tone.FAINT),
    ]


def _width(spans: Sequence[Span]) -> int:
    return len("".join(text for text, _tone in spans).rstrip())


def fleet_lines(nodes: Mapping[str, int]) -> list[Span]:
    """A bar of the fleet, and what it is made of."""
    counts = {name: nodes.get(name, 0) for name in ("reachable", "offline", "unknown")}
    total = sum(counts.values())
    if not total:
        return [("No nodes yet.", Tone.MUTED)]
    spans: list[Span] = []
    used = seen = 0
    for name, count in counts.items():
        seen += count
        cells = _FLEET_WIDTH * seen // total - used
        spans.append(("━" * cells, health_sign(name).tone))
        used += cells
    spans.append(("\n", Tone.PLAIN))
    for name, count in counts.items():
        if count or name == "reachable":
            found = health_sign(name)
            spans += [
                (f"{found.glyph} ", found.tone),
                (f"{number(count)} ", Tone.STRONG),
                (f"{found.word}   ", Tone.MUTED),
            ]
    return spans


def _total(counts: Mapping[str, int]) -> int:
    return counts["all"] if "all" in counts else sum(counts.values())
