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
    lines = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=_delimiter(text),
        strict=True,
        skipinitialspace=True,
    )
    begin = 1
    try:
        header = [_column(name.strip()) for name in next(lines, [])]
        _check_header(found, header)
        begin = lines.line_num + 1
        for cells in lines if "url" in header else ():
            if any(cell.strip() for cell in cells):
                _take(found, header, cells, begin)
            # A cell may hold line breaks: what counts is where its row begins.
            begin = lines.line_num + 1
    except csv.Error as error:
        _tell_fault(found, str(error), begin)
    return found


def _delimiter(text: str) -> str:
    """A comma; spreadsheets of some countries write semicolons or tabs."""
    first = text.split("\n", 1)[0]
    return next((mark for mark in ",;\t" if mark in first), ",")


def _column(name: str) -> str:
    """As it is spelled here; capitals do not count, but in the names of tags."""
    if name.lower().startswith(_TAG):
        return _TAG + name[len(_TAG) :]
    return {column.lower(): column for column in _COLUMNS}.get(name.lower(), name)


def _tell_fault(found: Inventory, fault: str, line: int) -> None:
    if fault == "unexpected end of data":
        fault = "a quote that opens here is never closed"
    found.error(f"this is not CSV: {fault}", "", (line, 1))


def _check_header(found: Inventory, header: list[str]) -> None:
    for name in header:
        if name not in _COLUMNS and not name.startswith(_TAG):
            message = f"{shown(name)} is no column ({', '.join(_COLUMNS)}, {_TAG}NAME)"
            found.error(message, "", (1, 1), nearest(name, _COLUMNS))
    if header and "url" not in header:
        found.error("there is no column url", "", (1, 1))
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
        found.error(str(fault), "tags", (line, 1))
    told = Told(
        row.get("url", ""),
        row.get("token", ""),
        row.get("tokenFile", ""),
        row.get("name", ""),
        {name: value for name, value in tags.items() if value},
        place=(line, 1),
    )
    found.add(told)
