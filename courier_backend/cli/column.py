"""A column of a table, declared without anything that draws."""

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """Its title, what its cells are, and the key of the answer that says the same to a program."""

    title: str
    kind: Literal["text", "id", "status", "number", "quiet"] = "text"
    key: str = ""
