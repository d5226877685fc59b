"""Facts as aligned lines: a quiet name, then what it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from courier_tui.text import Span
from courier_tui.tone import Tone


def fact_lines(facts: Sequence[tuple[str, Sequence[Span]]]) -> list[Span]:
    """One line a fact."""
    width = max((len(name) for name, _spans in facts), default=0) + 2
    spans: list[Span] = []
    for number, (name, value) in enumerate(facts):
        spans.append((("\n" if number else "") + name.ljust(width), Tone.MUTED))
        spans += value
    return spans


def fact_line(facts: Sequence[tuple[str, Sequence[Span]]]) -> list[Span]:
    """All facts on one line."""
    spans: list[Span] = []
    for number, (name, value) in enumerate(facts):
        spans.append((("   " if number else "") + (f"{name} " if name else ""), Tone.MUTED))
        spans += value
    return spans
