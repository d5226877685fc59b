"""Output of any length: only the lines that are seen are drawn; the end is followed on wish."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from courier_tui import tone
from courier_tui.keymap import FOLLOW, LOG_KEYS, bindings
from courier_tui.text import output_line
from courier_tui.tone import Tone
from courier_tui.wording import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

MOST_LINES: Final = 20_000
"""Older lines leave; the whole is in the evidence."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line as it is shown: `stream` is stdout, stderr, or note for a word of ours."""

    stream: str
    text: str


_TONES: Final = {"stdout": Tone.PLAIN, "stderr": Tone.WARN, "note": Tone.FAINT}
_MARKS: Final = {"stdout": "  ", "stderr": "│ ", "note": "  "}


class Lines:
    """Lines made of parts as they come; bounded."""

    def __init__(self, most: int = MOST_LINES) -> None:
        self.items: deque[LogLine] = deque(maxlen=most)
        self.lost = 0
        self._open: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.items) + sum(1 for rest in self._open.values() if rest)

    def feed(self, stream: str, text: str) -> None:
        """The next part of a stream; its last line may go on later."""
        *whole, rest = (self._open.get(stream, "") + text).split("\n")
        for line in whole:
            self._add(LogLine(stream, output_line(line)))
        self._open[stream] = rest

    def note(self, text: str) -> None:
        """A word of ours between the lines."""
        self.finish()
        self._add(LogLine("note", text))

    def finish(self) -> None:
        """Lines that have not ended will not go on."""
        for stream, rest in self._open.items():
            if rest:
                self._add(LogLine(stream, output_line(rest)))
        self._open.clear()

    def _add(self, line: LogLine) -> None:
        self.lost += len(self.items) == self.items.maxlen
        self.items.append(line)

    def seen(self, streams: Sequence[str]) -> list[LogLine]:
        """The lines of these streams, those that have not ended last."""
        wanted = {*streams, "note"}
        lines = [line for line in self.items if line.stream in wanted]
        lines += [
            LogLine(stream, output_line(rest))
            for stream, rest in self._open.items()
            if rest and stream in wanted
        ]
        return lines


class LogView(ScrollView, can_focus=True):
    """Draws `Lines`. Scrolling up pauses the following; the end, or `f`, takes it up again."""

    DEFAULT_CSS = (
        """
    LogView {
        height: 1fr;
        scrollbar-gutter: stable;
        scrollbar-size: 0 1;
        background: $background;
"""
        + tone.CSS
        + "    }\n"
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = set(tone.CLASSES)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*LOG_KEYS, FOLLOW)
    ALLOW_SELECT = False

    class Followed(Message):
        """The following was paused or taken up, or lines came that are not seen yet."""

        def can_replace(self, message: Message) -> bool:
            """A burst of them is one."""
            return isinstance(message, LogView.Followed)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  as Textual names it
        super().__init__(id=id)
        self.lines = Lines()
        self.streams: tuple[str, ...] = ("stdout", "stderr")
        self.following = True
        self.unseen = 0
        self._shown: list[LogLine] = []

    def begin(self) -> None:
        """Another output."""
        self.lines = Lines()
        self.following, self.unseen = True, 0
        self.lines_changed()

    def lines_changed(self) -> None:
        """Draw what is there now, at the end if that is followed."""
        before = len(self._shown)
        self._shown = self.lines.seen(self.streams)
        if not self.following:
            self.unseen += max(len(self._shown) - before, 0)
        tail = self._shown[-1000:] if self.following else self._shown
        widest = max((cell_len(line.text) for line in tail), default=0) + 3
        self.virtual_size = Size(max(widest, self.virtual_size.width), len(self._shown))
        if self.following:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True, immediate=True)
        self.refresh()
        self.post_message(self.Followed())

    @property
    def badge(self) -> str:
        """What waits below, while the following is paused."""
        if self.following:
            return ""
        return f"▼ {number(self.unseen)} new lines" if self.unseen else "paused"

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Up pauses the following; the very end takes it up."""
        super().watch_scroll_y(old_value, new_value)
        at_end = round(new_value) >= self.max_scroll_y
        if at_end != self.following and (at_end or new_value < old_value):
            self.following = at_end
            self.unseen = 0
            self.post_message(self.Followed())

    def action_follow(self) -> None:
        """To the end, and stay there."""
        self.following, self.unseen = True, 0
        self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        self.post_message(self.Followed())

    def action_move(self, lines: int) -> None:
        """Scroll by so many lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, force=True)

    def action_page(self, direction: int) -> None:
        """Scroll by a screenful."""
        self.action_move(direction * max(self.size.height - 1, 1))

    def action_side(self, cells: int) -> None:
        """Scroll to the side."""
        self.scroll_to(x=self.scroll_offset.x + cells, animate=False, force=True)

    def action_first(self) -> None:
        """To the first line."""
        self.scroll_to(y=0, animate=False, force=True)

    def action_last(self) -> None:
        """To the last line."""
        self.action_follow()

    def render_line(self, y: int) -> Strip:
        """One line of what is seen."""
        x, top = self.scroll_offset
        width, base = self.size.width, self.rich_style
        if top + y >= len(self._shown):
            return Strip.blank(width, base)
        line = self._shown[top + y]
        meaning = _TONES.get(line.stream, Tone.PLAIN)
        style = base + self.get_component_rich_style(f"tone--{meaning}", partial=True)
        strip = Strip([Segment(_MARKS.get(line.stream, "  ") + line.text, style)])
        return strip.crop_extend(x, x + width, base)
