"""The writer's statements: text, compiled once from the tables for each set of columns."""

from functools import cache
from typing import Any, Final

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.sqlite import dialect, insert
from sqlalchemy.sql.expression import ClauseElement

from courier_backend.store.tables import counters

_DIALECT: Final = dialect(paramstyle="qmark")


@cache
def insert_row(table: Table, columns: tuple[str, ...]) -> str:
    """A new row; parameters in the order of the columns."""
    return _text(table.insert().values(_bound(columns)), columns)


@cache
def update_row(table: Table, columns: tuple[str, ...]) -> str:
    """New values of one row; parameters: the columns, then the key."""
    keys = _keys(table)
    statement = table.update().values(_bound(columns))
    for key in keys:
        statement = statement.where(table.c[key] == bindparam(f"key_{key}"))
    return _text(statement, (*columns, *(f"key_{key}" for key in keys)))


@cache
def put_row(table: Table, columns: tuple[str, ...]) -> str:
    """A row that may be there already; parameters: the key, then the columns."""
    names = (*_keys(table), *columns)
    statement = insert(table).values(_bound(names))
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: statement.excluded[name] for name in columns},
    )
    return _text(statement, names)


@cache
def delete_row(table: Table) -> str:
    """Take one row away; parameters: the key."""
    (key,) = _keys(table)
    return _text(table.delete().where(table.c[key] == bindparam("key")), ("key",))


@cache
def add_to_counter() -> str:
    """Count up or down; parameters: scope, owner, status, by how much."""
    names = ("scope", "owner", "status", "n")
    statement = insert(counters).values(_bound(names))
    statement = statement.on_conflict_do_update(
        index_elements=list(counters.primary_key),
        set_={"n": counters.c.n + statement.excluded.n},
    )
    return _text(statement, names)


def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _bound(columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: bindparam(name) for name in columns}


def _text(statement: ClauseElement, order: tuple[str, ...]) -> str:
    """The statement with its parameters in this order.

    Columns come out in the order of the table; parameters are numbered so that callers need not
    know it.
    """
    compiled = statement.compile(dialect=_DIALECT)
    places = [f"?{order.index(name) + 1}" for name in getattr(compiled, "positiontup", ())]
    parts = str(compiled).split("?")
    return "".join(part + place for part, place in zip(parts, [*places, ""], strict=True))
