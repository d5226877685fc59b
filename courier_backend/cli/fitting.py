"""How wide the columns of a table are where each row is to stay on one line (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courier_backend.cli.column import Column

GAP: Final = 2
_SHORT: Final = 20
"""To so many characters texts are shortened before a column is left out."""


def fit(columns: Sequence[Column], widths: Sequence[int], room: int) -> list[int]:
    """The width of each column, 0 where it is left out.

    Texts are shortened first, then columns are left out, and at last what stays is shortened more.
    What room is left goes to the first of the columns that could use it.
    """
    fitted = [
        min(width, _SHORT) if column.kind in {"text", "quiet"} else width
        for column, width in zip(columns, widths, strict=True)
    ]
    spare = [i for i, column in enumerate(columns) if column.spare]
    for i in sorted(spare, key=lambda i: columns[i].spare):
        if _total(fitted) > room:
            fitted[i] = 0
    while _total(fitted) > room and max(fitted) > 1:
        widest = max(range(len(fitted)), key=lambda i: (columns[i].kind == "text", fitted[i]))
        fitted[widest if fitted[widest] > 1 else fitted.index(max(fitted))] -= 1
    for i, width in enumerate(widths):
        if fitted[i]:
            fitted[i] += max(0, min(width - fitted[i], room - _total(fitted)))
    return fitted


def _total(widths: Sequence[int]) -> int:
    """Of the columns that are there, with the gaps between them."""
    there = [width for width in widths if width]
    return sum(there) + GAP * (len(there) - 1)
