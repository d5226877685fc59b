"""Pages of lists. A page is found by its number, or (deep ones cheaply) by the row before it."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from courier_backend.model.errors import BadInput
from courier_backend.model.wire import Pagination

T = TypeVar("T")

_MOST_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page. `after`: the key of the row before it, as `nextLink` gave it; else by number."""

    page: int = 1
    size: int = 10
    after: str = ""
    sort_order: str = "asc"

    @property
    def is_descending(self) -> bool:
        """Whether the newest come first."""
        return self.sort_order == "desc"


Order = Sequence[ColumnElement[Any]]
"""The columns that a list is ordered by, all in one direction; the last is the row's number."""

Anchor = Callable[[list[int]], Sequence[Any]]
"""From the numbers of a key to the values of the order's columns."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What is paged: a statement, what its rows must be, their order, and how many there are.

    The rows must carry the columns of the order, under their names. `anchor`: keys are row numbers,
    and this finds the rest. `first`: the number of the first row, if none is missing after it.
    """

    statement: Select[Any]
    conditions: Sequence[ColumnElement[bool]]
    order: Order
    total: int
    anchor: Anchor | None = None
    first: int | None = None


def read_page(
    connection: Connection, listed: Listed, page: PageRequest, shape: Callable[[Row[Any]], T]
) -> tuple[list[T], Pagination]:
    """One page.

    Raises:
        BadInput: `after` is not a key of this list.
    """
    rows, pagination = read_rows(connection, listed, page)
    return [shape(row) for row in rows], pagination


def read_rows(
    connection: Connection, listed: Listed, page: PageRequest
) -> tuple[Sequence[Row[Any]], Pagination]:
    """The rows of one page.

    Raises:
        BadInput: `after` is not a key of this list.
    """
    where, left = _begin(connection, listed, page)
    if left <= 0:
        return [], _pagination(page, 0, listed.total, "")
    statement = listed.statement.where(*listed.conditions, *where)
    statement = _ordered(statement, listed, page).limit(min(page.size + 1, left))
    rows = connection.execute(statement).all()
    shown = rows[: page.size]
    key = ""
    if len(rows) > page.size:
        key = _key(shown[-1], listed.order[-1:] if listed.anchor else listed.order)
    return shown, _pagination(page, len(shown), listed.total, key)


def _begin(
    connection: Connection, listed: Listed, page: PageRequest
) -> tuple[list[ColumnElement[bool]], int]:
    """Where the page begins, and at most how many rows are left from there on."""
    order, descending = listed.order, page.is_descending
    if page.after:
        numbers = _numbers(page.after, 1 if listed.anchor else len(order))
        values = listed.anchor(numbers) if listed.anchor else numbers
        return [_beyond(order, values, descending)], listed.total
    offset = (page.page - 1) * page.size
    left = listed.total - offset
    if offset == 0 or left <= 0:
        return [], left
    return [_from(order, _at(connection, listed, page, offset), descending)], left


def _at(connection: Connection, listed: Listed, page: PageRequest, offset: int) -> Sequence[Any]:
    """The place of the row that so many come before: reckoned, or found in an index alone."""
    if listed.first is not None:
        return [listed.first + (listed.total - 1 - offset if page.is_descending else offset)]
    places = _ordered(select(*listed.order).where(*listed.conditions), listed, page)
    return connection.execute(places.offset(offset).limit(1)).one()


def _ordered(statement: Select[Any], listed: Listed, page: PageRequest) -> Select[Any]:
    if page.is_descending:
        return statement.order_by(*(column.desc() for column in listed.order))
    return statement.order_by(*listed.order)


def _from(order: Order, values: Sequence[Any], descending: bool) -> ColumnElement[bool]:
    """The row with these values, and what comes after it."""
    return _after(order, values, descending, operator.le if descending else operator.ge)


def _beyond(order: Order, values: Sequence[Any], descending: bool) -> ColumnElement[bool]:
    """What comes after the row with these values."""
    return _after(order, values, descending, operator.lt if descending else operator.gt)


def _after(
    order: Order,
    values: Sequence[Any],
    descending: bool,
    compare: Callable[[Any, Any], ColumnElement[bool]],
) -> ColumnElement[bool]:
    """Said such that an index on the first column finds where to begin."""
    if len(order) == 1:
        return compare(order[0], values[0])
    first, last = order
    if descending:
        return and_(first <= values[0], or_(first < values[0], compare(last, values[1])))
    return and_(first >= values[0], or_(first > values[0], compare(last, values[1])))


def _key(row: Row[Any], columns: Order) -> str:
    return "-".join(str(getattr(row, str(column.key))) for column in columns)


def _numbers(key: str, count: int) -> list[int]:
    parts = key.split("-")
    if len(parts) != count or not all(_is_number(part) for part in parts):
        raise no_place(key)
    return [int(part) for part in parts]


def no_place(key: str) -> BadInput:
    """The refusal of a key that no row has."""
    return BadInput(
        f'"{key}" is not a place in this list.', hint="`nextLink` of a page carries it."
    )


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) <= _MOST_DIGITS


def _pagination(page: PageRequest, count: int, total: int, key: str) -> Pagination:
    return {
        "itemsPerPage": page.size,
        "nextLink": key,
        "page": page.page,
        "pageItemCount": count,
        "previousLink": "",
        "startIndex": (page.page - 1) * page.size + 1 if count else 0,
        "totalItems": total,
        "totalPages": -(-total // page.size),
    }
