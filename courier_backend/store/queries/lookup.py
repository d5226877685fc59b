"""From an id to a row's number; and columns that must not choose the index."""

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, literal_column, select

from courier_backend.model.errors import NotFound


def find_number(connection: Connection, table: Table, its_id: str) -> int | None:
    """The number of the row with this id; None when there is none."""
    found: int | None = connection.execute(
        select(table.c.no).where(table.c.id == its_id)
    ).scalar_one_or_none()
    return found


def not_found(what: str, its_id: str) -> NotFound:
    """The sentence for an id that nothing has."""
    return NotFound(
        f"There is no {what} {its_id}.", hint=f"`courier {what} list` shows what there is."
    )


def unindexed(column: Column[Any]) -> ColumnElement[Any]:
    """The column, such that SQLite's planner takes no index for what is asked of it."""
    return literal_column(f"+{column}", column.type)
