"""What stands where there is nothing to show: why, and what one may do about it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.widgets import Static

from courier_tui.text import Span, content
from courier_tui.tone import Tone


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
        """Other lines, in the middle each."""
        self.update(content(_joined(lines)))

    def say_aligned(self, lines: Sequence[Sequence[Span]]) -> None:
        """Other lines, one below the other, in the middle as a whole."""
        widths = [sum(cell_len(text) for text, _tone in line) for line in lines]
        widest = max(widths, default=0)
        # No-break spaces: those at the end of a line would be cut off otherwise.
        blanks: list[Span] = [("\xa0" * (widest - width), Tone.PLAIN) for width in widths]
        self.update(
            content(_joined([[*line, blank] for line, blank in zip(lines, blanks, strict=True)]))
        )


def _joined(lines: Sequence[Sequence[Span]]) -> list[Span]:
    spans: list[Span] = []
    for number, line in enumerate(lines):
        spans += [("\n", Tone.PLAIN), *line] if number else line
    return spans
