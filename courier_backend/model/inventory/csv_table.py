"""A table of nodes: the first line names the columns."""

from __future__ import annotations

import csv
import io
from typing import Final

from courier_backend.model.inventory.gathering import Inventory, Told
from courier_backend.model.inventory.pairs import BadPairs, pairs_of
from courier_backend.model.problems import shown
from courier_backend.model.suggest import nearest

_COLUMNS: Final = ("url", "token", "tokenFile", "name", "tags")
_TAG: Final = "tag:"


def read_csv(text: str) -> Inventory:
    """The nodes in the lines of a table.

    Columns: url, token, tokenFile, name, tags (``role=web;stage=test``), and ``tag:NAME``.
    """
    found = Inventory()
    lines = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        _check_header(found, header)
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _take(found, header, cells, lines.line_num)
    except csv.Error as error:
        found.error(f"this is not CSV: {error}", "", (lines.line_num, 1))
    return found


def _check_header(found: Inventory, header: list[str]) -> None:
    for name in header:
        if name not in _COLUMNS and not name.startswith(_TAG):
            message = f"{shown(name)} is no column ({', '.join(_COLUMNS)}, {_TAG}NAME)"
            found.error(message, "", (1, 1), nearest(name, _COLUMNS))
    for name in sorted({name for name in header if header.count(name) > 1}):
        found.error(f"the column {shown(name)} is there twice", "", (1, 1))


def _take(found: Inventory, header: list[str], cells: list[str], line: int) -> None:
    if len(cells) > len(header):
        message = f"has {len(cells)} cells, but there are {len(header)} columns"
        found.error(message, "", (line, 1))
        return
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    tags = {name[len(_TAG) :]: value for name, value in row.items() if name.startswith(_TAG)}
    try:
        tags |= pairs_of(row.get("tags", ""), ";")
    except BadPairs as fault:
        found.error(f"tags: {fault}", "", (line, 1))
    told = Told(
        row.get("url", ""),
        row.get("token", ""),
        row.get("tokenFile", ""),
        row.get("name", ""),
        {name: value for name, value in tags.items() if value},
        place=(line, 1),
    )
    found.add(told)
