"""A live picture: a bar for each group, counts by status, failures as they come."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from courier_backend.cli.clean import clean
from courier_backend.cli.output import speaks_unicode
from courier_backend.cli.words import BAD, ORDER, sign

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable
    from types import TracebackType

    from rich.progress import Task, TaskID

    from courier_backend.cli.watch.progress import Change, Progress

_BAR_WIDTH: Final = 24


class _Counts(TextColumn):
    """How many runs of a group are how."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        """As signs, numbers and words."""
        counts: Counter[str] = task.fields["counts"]
        parts = [_sign(status, f"{counts[status]} {status}") for status in ORDER if counts[status]]
        return Text("  ").join(parts)


class LiveView:
    """Draws on stderr, ten times a second at most."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._console = Console(stderr=True, highlight=False)
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(_BAR_WIDTH),
            MofNCompleteColumn(),
            _Counts(),
            TimeElapsedColumn(),
            console=self._console,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks: dict[int, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def show(self, changes: Iterable[Change]) -> None:
        """Move the bars, and say above them what failed."""
        touched: set[int] = set()
        for change in changes:
            if change.node and change.group is not None:
                touched.add(change.group)
                if change.status in BAD or change.reason:
                    self._tell(change)
        for group in sorted(self._progress.groups):
            if group in touched or group not in self._tasks:
                self._move(group)

    def note(self, sentence: str) -> None:
        """A line above the bars."""
        self._console.print(Text(clean(sentence), style="yellow"))

    def _tell(self, change: Change) -> None:
        line = _sign(change.status, f"{change.node}: {change.status}")
        if change.reason:
            line.append(f", {clean(change.reason)}", style="default")
        self._console.print(line)

    def _move(self, group: int) -> None:
        counts = self._progress.groups[group]
        total, done = counts.total(), self._progress.done(group)
        if group not in self._tasks:
            title = f"Group {group}"
            self._tasks[group] = self._bars.add_task(title, total=total, counts=counts.copy())
        # A copy: the bars are drawn from another thread.
        self._bars.update(self._tasks[group], total=total, completed=done, counts=counts.copy())


def _sign(status: str, words: str) -> Text:
    seen = sign(status)
    glyph = seen.glyph if speaks_unicode(sys.stderr) else seen.plain
    return Text(f"{glyph} {clean(words)}", style=seen.style)
