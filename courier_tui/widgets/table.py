"""A table of any size: only the rows that are seen are drawn, and only they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from courier_tui import tone
from courier_tui.keymap import CURSOR_KEYS, MARK, OPEN, bindings
from courier_tui.rows import FixedRows, Rows
from courier_tui.text import Span, fitted
from courier_tui.tone import Tone
from courier_tui.widgets.column import GAP, Column, Ink, layout
from courier_tui.wording import utc_now

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events
    from textual.binding import BindingType

    from courier_backend.model.times import Clock

T = TypeVar("T")
HEADER_LINES: Final = 1
_MARK_WIDTH: Final = 2


@dataclass(frozen=True, slots=True)
class Look:
    """What decides how a row is drawn besides its content."""

    cursor: bool
    hover: bool
    marked: bool
    focus: bool


class Table(ScrollView, Generic[T], can_focus=True):
    """Rows with a cursor and marks. What is shown comes from `rows`; identity from `key`."""

    DEFAULT_CSS = (
        """
    Table {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $background;
        & > .table--header { color: $muted; }
        & > .table--sorted { color: $foreground; text-style: bold; }
        & > .table--cursor { background: $cursor; }
        & > .table--cursor-idle { background: $background; }
        & > .table--hover { background: $cursor-idle; }
        & > .table--mark { color: $primary; text-style: bold; }
"""
        + tone.CSS
        + "    }\n"
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--sorted",
        "table--cursor",
        "table--cursor-idle",
        "table--hover",
        "table--mark",
        *tone.CLASSES,
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings(*CURSOR_KEYS, OPEN, MARK)

    cursor: reactive[int] = reactive(0, repaint=False)
    hover: reactive[int] = reactive(-1, repaint=False)

    class Opened(Message):
        """A row was chosen, by Enter or by a click on the row under the cursor."""

        def __init__(self, table: Table[Any]) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> Table[Any]:
            """The table, for `on` with a selector."""
            return self.table

    class Looked(Message):
        """Other rows came into sight, or the cursor moved."""

        def __init__(self, table: Table[Any]) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> Table[Any]:
            """The table."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            """A burst of them is one."""
            return isinstance(message, Table.Looked)

    class SortAsked(Message):
        """The title of a column was clicked."""

        def __init__(self, table: Table[Any], column: str) -> None:
            super().__init__()
            self.table = table
            self.column = column

        @property
        def control(self) -> Table[Any]:
            """The table."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column[T]],
        *,
        key: Callable[[T], str],
        marks: bool = True,
        header: bool = True,
        id: str | None = None,  # noqa: A002  as Textual names it
        clock: Clock = utc_now,
    ) -> None:
        super().__init__(id=id)
        self.columns = list(columns)
        self.rows: Rows[T] = FixedRows()
        self.marked: dict[str, T] = {}
        self.sorted_by: tuple[str, bool] = ("", False)
        self._key = key
        self._marks = marks
        self._header = HEADER_LINES if header else 0
        self._clock = clock
        self._cursor_key = ""
        self._placed: list[tuple[Column[T], int]] = []
        self._styles: dict[str, Style] = {}

    # What others ask

    @property
    def current(self) -> T | None:
        """The row under the cursor."""
        return self.rows.at(self.cursor)

    @property
    def window(self) -> tuple[int, int]:
        """The first and the last row in sight."""
        top = int(self.scroll_offset.y)
        return top, top + max(self.size.height - self._header, 1)

    def show(self, rows: Rows[T]) -> None:
        """Draw these rows; the cursor stays with the row it was on."""
        self.rows = rows
        self.rows_changed()

    def rows_changed(self) -> None:
        """The rows may be others now."""
        self._follow_cursor_key()
        self.virtual_size = Size(self.size.width, len(self.rows) + self._header)
        self.refresh()

    def _follow_cursor_key(self) -> None:
        row = self.current
        if self._cursor_key and (row is None or self._key(row) != self._cursor_key):
            near = self._find(self._cursor_key)
            if near is not None:
                self.set_reactive(Table.cursor, near)
                return
        self.set_reactive(Table.cursor, max(min(self.cursor, len(self.rows) - 1), 0))
        row = self.current
        self._cursor_key = self._key(row) if row is not None else ""

    def _find(self, key: str) -> int | None:
        """Where a row is now, looked for around where it was."""
        reach = 500
        for distance in range(1, reach):
            for index in (self.cursor + distance, self.cursor - distance):
                row = self.rows.at(index) if index >= 0 else None
                if row is not None and self._key(row) == key:
                    return index
        return None

    # Drawing

    def notify_style_update(self) -> None:
        """Colours may be others now."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        found = self._styles.get(name)
        if found is None:
            found = self._styles[name] = self.get_component_rich_style(name, partial=True)
        return found

    def render_line(self, y: int) -> Strip:
        """One line of what is seen."""
        width = self.size.width
        if y < self._header:
            return self._header_strip(width)
        index = int(self.scroll_offset.y) + y - self._header
        if index >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        return self._row_strip(index, width)

    def _header_strip(self, width: int) -> Strip:
        style = self.rich_style
        segments = [Segment(" " * self._margin, style)]
        for column, cells in self._placed:
            title, name = column.title, "table--header"
            if column.key == self.sorted_by[0]:
                title, name = f"{title} {'▼' if self.sorted_by[1] else '▲'}", "table--sorted"
            segments.append(
                Segment(fitted(title, cells, right=column.right), style + self._style(name))
            )
            segments.append(Segment(" " * GAP, style))
        return Strip(segments).adjust_cell_length(width, style)

    def _row_strip(self, index: int, width: int) -> Strip:
        row = self.rows.at(index)
        marked = row is not None and self._key(row) in self.marked
        look = Look(index == self.cursor, index == self.hover, marked, self.has_focus)
        style = self.rich_style + self._background(look)
        segments = [Segment(*self._edge(look, style))]
        if row is None:
            segments.append(Segment("…", style + self._style("tone--faint")))
            return Strip(segments).adjust_cell_length(width, style)
        now = self._clock()
        for column, cells in self._placed:
            segments += self._cell(column.cell(row, Ink(now, cells)), cells, column.right, style)
            segments.append(Segment(" " * GAP, style))
        return Strip(segments).adjust_cell_length(width, style)

    def _background(self, look: Look) -> Style:
        if look.cursor and look.focus:
            return self._style("table--cursor")
        if look.hover:
            return self._style("table--hover")
        return self._style("table--cursor-idle")

    def _edge(self, look: Look, style: Style) -> tuple[str, Style]:
        """The margin: a bar at the cursor, a dot at a mark."""
        bar = "▌" if look.cursor and look.focus else " "
        mark = ("◆" if look.marked else " ") if self._marks else ""
        text = f"{bar}{mark}".ljust(self._margin)
        return text, style + self._style("table--mark")

    def _cell(self, spans: Sequence[Span], width: int, right: bool, style: Style) -> list[Segment]:
        if len(spans) == 1:
            text, meaning = spans[0]
            return [Segment(fitted(text, width, right=right), style + self._tone(meaning))]
        segments = [Segment(text, style + self._tone(meaning)) for text, meaning in spans]
        strip = Strip(segments)
        if strip.cell_length > width:
            cut = list(strip.crop(0, max(width - 1, 0)))
            return [*cut, Segment("…", style + self._style("tone--muted"))]
        blank = Segment(" " * (width - strip.cell_length), style)
        return [blank, *segments] if right else [*segments, blank]

    def _tone(self, meaning: Tone) -> Style:
        return self._style(f"tone--{meaning}")

    @property
    def _margin(self) -> int:
        return _MARK_WIDTH + (1 if self._marks else 0)

    # Moving

    def on_resize(self, event: events.Resize) -> None:
        """Columns share the new width."""
        self._place(event.size.width)
        self.virtual_size = Size(event.size.width, len(self.rows) + self._header)
        self.post_message(self.Looked(self))

    def _place(self, width: int) -> None:
        self._placed = layout(self.columns, width - self._margin - 1)

    def validate_cursor(self, index: int) -> int:
        """Within the rows."""
        return max(min(index, len(self.rows) - 1), 0)

    def watch_cursor(self, old: int, new: int) -> None:
        """Keep the cursor in sight."""
        row = self.current
        self._cursor_key = self._key(row) if row is not None else ""
        self._refresh_rows(old, new)
        self._show_cursor()
        self.post_message(self.Looked(self))

    def _show_cursor(self) -> None:
        height = self.size.height - self._header
        if height <= 0:
            return
        top = int(self.scroll_offset.y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    def watch_hover(self, old: int, new: int) -> None:
        """Show which row a click would take."""
        self._refresh_rows(old, new)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows are in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Looked(self))

    def _refresh_rows(self, *indexes: int) -> None:
        top = int(self.scroll_offset.y)
        width = self.size.width
        lines = [index - top + self._header for index in indexes if index >= top]
        self.refresh(*(Region(0, line, width, 1) for line in lines))

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self.cursor += rows

    def action_page(self, direction: int) -> None:
        """Move the cursor by a screenful."""
        self.cursor += direction * max(self.size.height - self._header - 1, 1)

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.cursor = len(self.rows) - 1

    def action_open(self) -> None:
        """Go deeper."""
        if self.current is not None:
            self.post_message(self.Opened(self))

    def action_mark(self) -> None:
        """Mark the row, or take its mark away, and go on to the next."""
        row = self.current
        if row is None:
            return
        key = self._key(row)
        if self.marked.pop(key, None) is None:
            self.marked[key] = row
        self._refresh_rows(self.cursor)
        self.cursor += 1
        self.post_message(self.Looked(self))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Marks only where there are any."""
        del parameters
        return self._marks if action == "mark" else True

    # Mouse

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The row under the pointer."""
        self.hover = self._index_at(event.y)

    def on_leave(self) -> None:
        """No row is under the pointer."""
        self.hover = -1

    def on_click(self, event: events.Click) -> None:
        """First to the row, then deeper; a title sorts."""
        if event.y < self._header:
            self._click_header(event.x)
            return
        index = self._index_at(event.y)
        if index < 0:
            return
        if index == self.cursor:
            self.action_open()
        else:
            self.cursor = index

    def _click_header(self, x: int) -> None:
        begin = self._margin
        for column, cells in self._placed:
            if begin <= x < begin + cells and column.sort is not None:
                self.post_message(self.SortAsked(self, column.key))
            begin += cells + GAP

    def _index_at(self, y: int) -> int:
        index = int(self.scroll_offset.y) + y - self._header
        return index if y >= self._header and index < len(self.rows) else -1
