"""Pages of lists. A page is found by its number, or (deep ones cheaply) by the row before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_

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


def read_page(
    connection: Connection,
    statement: Select[Any],
    order: Order,
    page: PageRequest,
    *,
    total: int,
    shape: Callable[[Row[Any]], T],
) -> tuple[list[T], Pagination]:
    """One page of a statement. Its rows must carry the columns of the order, under their names.

    Raises:
        BadInput: `after` is not a key of this list.
    """
    rows, pagination = read_rows(connection, statement, order, page, total=total)
    return [shape(row) for row in rows], pagination


def read_rows(
    connection: Connection,
    statement: Select[Any],
    order: Order,
    page: PageRequest,
    *,
    total: int,
    anchor: Anchor | None = None,
) -> tuple[Sequence[Row[Any]], Pagination]:
    """The rows of one page. `anchor`: keys are row numbers, and this finds the rest.

    Raises:
        BadInput: `after` is not a key of this list.
    """
    ordered = [column.desc() if page.is_descending else column.asc() for column in order]
    statement = statement.order_by(*ordered)
    left = total
    if page.after:
        numbers = _numbers(page.after, 1 if anchor else len(order))
        values = anchor(numbers) if anchor else numbers
        statement = statement.where(_beyond(order, values, page.is_descending))
    else:
        offset = (page.page - 1) * page.size
        left -= offset
        statement = statement.offset(offset)
    if left <= 0:
        return [], _pagination(page, 0, total, "")
    rows = connection.execute(statement.limit(min(page.size + 1, left))).all()
    shown = rows[: page.size]
    key = _key(shown[-1], order[-1:] if anchor else order) if len(rows) > page.size else ""
    return shown, _pagination(page, len(shown), total, key)


def _beyond(order: Order, values: Sequence[Any], descending: bool) -> ColumnElement[bool]:
    """What comes after the row with these values."""
    if len(order) == 1:
        (column,), (value,) = order, values
        beyond: ColumnElement[bool] = column < value if descending else column > value
        return beyond
    first, last = order
    one, other = values
    if descending:
        return and_(first <= one, or_(first < one, last < other))
    return and_(first >= one, or_(first > one, last > other))


def _key(row: Row[Any], columns: Order) -> str:
    return "-".join(str(getattr(row, str(column.key))) for column in columns)


def _numbers(key: str, count: int) -> list[int]:
    parts = key.split("-")
    if len(parts) != count or not all(_is_number(part) for part in parts):
        raise BadInput(
            f'"{key}" is not a place in this list.', hint="`nextLink` of a page carries it."
        )
    return [int(part) for part in parts]


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
