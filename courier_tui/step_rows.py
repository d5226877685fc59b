"""The steps of a run as rows: each step, and under it its attempts when there were several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from courier_backend.model.wire import AttemptItem, StepItem
from courier_tui.signs import sign
from courier_tui.text import Span, plain
from courier_tui.tone import Tone
from courier_tui.widgets.column import Column, Ink
from courier_tui.wording import duration, span


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step (its last attempt is meant), or one attempt of it."""

    step: StepItem
    attempt: AttemptItem | None
    nested: bool
    last: bool = True

    @property
    def key(self) -> str:
        """Identity among the rows of a run."""
        number = self.attempt["attemptNumber"] if self.nested and self.attempt else 0
        return f"{self.step['stepNumber']}.{number}"

    @property
    def status(self) -> str:
        """Of the attempt or the step."""
        return self.attempt["status"] if self.nested and self.attempt else self.step["status"]


def step_rows(steps: Sequence[StepItem]) -> list[StepRow]:
    """Rows in order."""
    rows: list[StepRow] = []
    for step in steps:
        attempts = step["attempts"]
        rows.append(StepRow(step, attempts[-1] if attempts else None, nested=False))
        if len(attempts) > 1:
            rows += [
                StepRow(step, attempt, nested=True, last=attempt is attempts[-1])
                for attempt in attempts
            ]
    return rows


def busiest(rows: Sequence[StepRow]) -> int:
    """The row to look at: what runs, else what failed, else the last that did anything."""
    for wanted in (("running", "active"), ("failure", "timeout")):
        for index in range(len(rows) - 1, -1, -1):
            if rows[index].status in wanted and rows[index].attempt is not None:
                return index
    done = [index for index, row in enumerate(rows) if row.attempt is not None]
    return done[-1] if done else 0


def _name(row: StepRow, _ink: Ink) -> list[Span]:
    found = sign(row.status)
    if row.nested and row.attempt:
        number = row.attempt["attemptNumber"]
        return [
            ("  └ " if row.last else "  ├ ", Tone.FAINT),
            (f"{found.glyph} ", found.tone),
            (f"attempt {number}", Tone.MUTED),
        ]
    name = plain(row.step["name"]) or "step"
    return [(f"{found.glyph} ", found.tone), (f"{row.step['stepNumber']} {name}", Tone.PLAIN)]


def _took(row: StepRow, ink: Ink) -> list[Span]:
    if row.nested and row.attempt and row.attempt["status"] not in {"running", "active"}:
        return [(duration(row.attempt["durationSeconds"]), Tone.MUTED)]
    of = row.attempt if row.nested and row.attempt else row.step
    return [(span(of["startedAt"], of["finishedAt"], ink.now), Tone.MUTED)]


STEP_COLUMNS: Final[Sequence[Column[StepRow]]] = (
    Column("step", "Step", _name, 14, grow=1),
    Column("took", "Took", _took, 8, right=True, drop=1),
)
