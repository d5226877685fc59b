"""Tables for people. Rich is imported when one is drawn, and never before."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from courier_backend.cli.clean import clean
from courier_backend.cli.column import Column
from courier_backend.cli.fitting import GAP, fit
from courier_backend.cli.folding import folded_widths, wrapped
from courier_backend.cli.output import is_terminal, speaks_unicode, write
from courier_backend.cli.words import sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WIDE: Final = 10_000
_SHORTEST_ID: Final = 8
_WHOLE_ID: Final = 36
_LONGEST: Final = 120
_FIXED: Final = frozenset({"id", "status", "number"})


def draw(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """A table to stdout."""
    console = _console()
    lengths = {i: _id_length(rows, i) for i, column in enumerate(columns) if column.kind == "id"}
    cells = [
        [
            _cell(column, _cut(text), lengths.get(i, 0))
            for i, (column, text) in enumerate(zip(columns, row, strict=True))
        ]
        for row in rows
    ]
    console.print(_table(columns, cells, console.width))
    _out(console)


def _table(columns: Sequence[Column], cells: Sequence[Sequence[Text]], room: int) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    on_one_line = any(column.spare for column in columns)
    widths = fit(columns, _widths(columns, cells), room) if on_one_line else []
    widths = widths or _folded(columns, cells, room - GAP * (len(columns) - 1))
    shown = [i for i, width in enumerate(widths) if width or not on_one_line]
    for i in shown:
        table.add_column(
            Text(columns[i].title), justify="right" if columns[i].kind == "number" else "left",
            no_wrap=True, overflow="ellipsis" if on_one_line else "crop", width=widths[i],
        )  # fmt: skip
    for row in cells:
        table.add_row(*(row[i] for i in shown))
    return table


def _folded(columns: Sequence[Column], cells: Sequence[Sequence[Text]], room: int) -> list[int]:
    """The widths of columns whose long cells are broken into lines; breaks them."""
    told = [[column.title, *(row[i].plain for row in cells)] for i, column in enumerate(columns)]
    fixed = [column.kind in _FIXED for column in columns]
    widths = folded_widths(told, fixed, room)
    for row in cells:
        for cell, width, stays in zip(row, widths, fixed, strict=True):
            if cell.cell_len > width and not stays:
                cell.plain = wrapped(cell.plain, width)
    return widths


def _widths(columns: Sequence[Column], cells: Sequence[Sequence[Text]]) -> list[int]:
    """As wide as its widest cell is each."""
    return [
        max([cell_len(column.title), *(row[i].cell_len for row in cells)])
        for i, column in enumerate(columns)
    ]


def facts(pairs: Iterable[tuple[str, str]], statuses: Iterable[str] = ("Status",)) -> None:
    """Names and values, one a line, to stdout."""
    console = _console()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    shown = set(statuses)
    for name, value in pairs:
        kind = Column("", "status" if name in shown else "text")
        table.add_row(Text(name, style="bold"), _cell(kind, value, 0))
    console.print(table)
    _out(console)


def heading(title: str) -> None:
    """A line above a table."""
    console = _console()
    console.print()
    console.print(Text(clean(title), style="bold underline"))
    _out(console)


def _cut(text: str) -> str:
    """One endless name must not widen every row."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _cell(column: Column, text: str, id_length: int) -> Text:
    if column.kind == "status":
        return _status(text)
    if column.kind == "id":
        return Text(clean(text[:id_length]))
    return Text(clean(text), style="dim" if column.kind == "quiet" else "")


def _status(text: str) -> Text:
    if not text:
        return Text()
    status, _, more = text.partition(" ")
    seen = sign(status)
    glyph = seen.glyph if speaks_unicode(sys.stdout) else seen.plain
    return Text.assemble(
        (f"{glyph} {clean(status)}", seen.style), f" {clean(more)}" if more else ""
    )


def _id_length(rows: Sequence[Sequence[str]], index: int) -> int:
    """As many characters as tell the ids of a column apart, at least 8."""
    whole = {row[index] for row in rows}
    for length in range(_SHORTEST_ID, _WHOLE_ID):
        if len({text[:length] for text in whole}) == len(whole):
            return length
    return _WHOLE_ID


def _console() -> Console:
    """Draws into memory, as stdout would look: colours and width are those of its terminal."""
    outside = Console(file=sys.stdout)
    seen = is_terminal(sys.stdout)
    return Console(
        file=io.StringIO(),
        force_terminal=outside.is_terminal,
        color_system=_colours(outside),
        width=outside.width if seen else _WIDE,
        legacy_windows=False,
    )


def _colours(outside: Console) -> Literal["standard", "256", "truecolor"] | None:
    known: dict[str | None, Literal["standard", "256", "truecolor"]] = {
        "standard": "standard",
        "256": "256",
        "truecolor": "truecolor",
    }
    return known.get(outside.color_system)


def _out(console: Console) -> None:
    drawn = console.file
    assert isinstance(drawn, io.StringIO)  # noqa: S101  `_console` made it
    write("".join(f"{line.rstrip()}\n" for line in drawn.getvalue().splitlines()))
