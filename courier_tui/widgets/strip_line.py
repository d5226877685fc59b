"""One line of pieces, each of which may do something when it is clicked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from courier_tui.text import Span, content
from courier_tui.tone import Tone

if TYPE_CHECKING:
    from textual import events


@dataclass(frozen=True, slots=True)
class Piece:
    """Spans that belong together. `rank`: of those that do not fit, the highest leave first."""

    spans: tuple[Span, ...]
    do: Callable[[], object] | None = None
    rank: int = 0

    @property
    def width(self) -> int:
        """In cells."""
        return sum(cell_len(text) for text, _tone in self.spans)


def fitting(pieces: list[Piece], width: int) -> list[Piece]:
    """The pieces that fit side by side."""
    kept = list(pieces)
    while kept and sum(piece.width for piece in kept) > width:
        worst = max(range(len(kept)), key=lambda index: (kept[index].rank, index))
        del kept[worst]
    return kept


class StripLine(Widget):
    """A line with pieces on the left and on the right."""

    DEFAULT_CSS = """
    StripLine {
        height: 1;
        width: 1fr;
        background: $background;
        color: $foreground;
    }
    """

    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        """What stands left and right; made anew each time that the line is drawn."""
        return [], []

    def render(self) -> Content:
        """The line."""
        left, right = self._placed()
        gap = max(self.size.width - sum(piece.width for piece in (*left, *right)), 0)
        middle: Span = (" " * gap, Tone.PLAIN)
        return content(
            [
                *(span for piece in left for span in piece.spans),
                middle,
                *(span for piece in right for span in piece.spans),
            ]
        )

    def _placed(self) -> tuple[list[Piece], list[Piece]]:
        left, right = self.pieces()
        kept = fitting([*left, *right], self.size.width)
        return [piece for piece in left if piece in kept], [p for p in right if p in kept]

    def on_click(self, event: events.Click) -> None:
        """Do what the piece under the pointer does."""
        left, right = self._placed()
        begin = 0
        for piece in left:
            if begin <= event.x < begin + piece.width and piece.do is not None:
                piece.do()
            begin += piece.width
        begin = self.size.width - sum(piece.width for piece in right)
        for piece in right:
            if begin <= event.x < begin + piece.width and piece.do is not None:
                piece.do()
            begin += piece.width
