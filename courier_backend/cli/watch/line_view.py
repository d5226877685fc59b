"""A line for each change, for files, pipes and those who listen instead of look."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from courier_backend.cli.clean import clean
from courier_backend.cli.output import say
from courier_backend.model.status import FINAL_RUN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from courier_backend.cli.watch.progress import Change, Progress


class LineView:
    """Writes to stderr."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is kept open."""

    def show(self, changes: Iterable[Change]) -> None:
        """A line each."""
        for change in changes:
            self.note(self._sentence(change))

    def note(self, sentence: str) -> None:
        """A line with the time."""
        say(f"{datetime.now().astimezone():%H:%M:%S} {clean(sentence)}")

    def _sentence(self, change: Change) -> str:
        reason = f" ({change.reason.rstrip('.')})" if change.reason else ""
        if change.group is None:
            return f"instance {change.status}{reason}"
        if not change.node:
            return f"group {change.group} {change.status}{reason}"
        return f"{change.node} {change.status}{reason}{self._so_far(change)}"

    def _so_far(self, change: Change) -> str:
        if change.status not in FINAL_RUN or change.group is None:
            return ""
        total = self._progress.groups[change.group].total()
        return f"; group {change.group}: {self._progress.done(change.group)} of {total}"
