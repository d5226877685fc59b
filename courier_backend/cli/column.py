"""A column of a table, declared without anything that draws."""

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """Its title, and what its cells are."""

    title: str
    kind: Literal["text", "id", "status", "number", "quiet"] = "text"
