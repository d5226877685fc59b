"""A column of a table, declared without anything that draws."""

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """Its title, what its cells are, and the key of the answer that says the same to a program.

    `spare`: the columns of a terminal that is too narrow are left out in this order, 1 first, and
    its rows stay on one line each; 0 is never left out. Without any, long cells are folded.
    """

    title: str
    kind: Literal["text", "id", "status", "number", "quiet"] = "text"
    key: str = ""
    spare: int = 0
