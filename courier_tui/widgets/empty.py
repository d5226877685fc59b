"""What stands where there is nothing to show: why, and what one may do about it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Static

from courier_tui.text import Span, content


class Empty(Static):
    """A few quiet lines in the middle of the place."""

    DEFAULT_CSS = """
    Empty {
        height: 1fr;
        width: 1fr;
        content-align: center middle;
        text-align: center;
        color: $muted;
        padding: 0 2;
    }
    """

    def say(self, lines: Sequence[Sequence[Span]]) -> None:
        """Other lines."""
        spans: list[Span] = []
        for number, line in enumerate(lines):
            if number:
                spans.append(("\n", line[0][1]))
            spans += line
        self.update(content(spans))
