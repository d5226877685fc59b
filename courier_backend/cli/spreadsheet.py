"""CSV that is safe to open: quoted where needed, and no cell that a spreadsheet would execute."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, Final

from courier_backend.cli.cells import text_of, value_at
from courier_backend.cli.clean import clean_block
from courier_backend.cli.output import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FORMULA: Final = re.compile(r"[=+\-@\t\r]")


def write_csv(keys: Sequence[str], items: Sequence[Mapping[str, Any]]) -> None:
    """The items to stdout: a line of keys, then a line for each."""
    drawn = io.StringIO()
    writer = csv.writer(drawn, lineterminator="\n")
    if keys:
        writer.writerow(keys)
    writer.writerows([_cell(value_at(item, key)) for key in keys] for item in items)
    write(drawn.getvalue())


def _cell(value: object) -> str:
    """The text of a cell. One that begins like a formula gets an apostrophe: it is text then."""
    text = text_of(value)
    if not isinstance(value, str):
        return text
    return f"'{clean_block(text)}" if _FORMULA.match(text) else clean_block(text)
