"""Columns of a table, and how they share its width. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from courier_tui.text import Span

T = TypeVar("T")

GAP: Final = 2
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Ink:
    """What a cell is drawn with."""

    now: datetime
    width: int


Cell = Callable[[T, Ink], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column. `grow` shares what is left; of those with `drop`, the highest leave first."""

    key: str
    title: str
    cell: Cell[T]
    width: int
    grow: int = 0
    right: bool = False
    drop: int = 0
    sort: Callable[[T], Any] | None = None


def layout(columns: Sequence[Column[T]], width: int) -> list[tuple[Column[T], int]]:
    """The columns that fit into `width`, with the cells that each gets."""
    kept = list(columns)
    while _needed(kept) > width and any(column.drop for column in kept):
        kept.remove(max(kept, key=lambda column: column.drop))
    left = max(width - _needed(kept), 0)
    shares = sum(column.grow for column in kept)
    placed = []
    for column in kept:
        extra = left * column.grow // shares if shares and column.grow else 0
        left, shares = left - extra, shares - column.grow
        placed.append((column, column.width + extra))
    return placed


def _needed(columns: Sequence[Column[T]]) -> int:
    return sum(column.width for column in columns) + GAP * max(len(columns) - 1, 0)
