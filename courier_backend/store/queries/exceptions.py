"""The exception rules that hold for all jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from courier_backend.model.times import from_micros
from courier_backend.model.wire import ExceptionItem, Pagination
from courier_backend.store.queries.counts import total
from courier_backend.store.queries.lookup import not_found
from courier_backend.store.queries.moments import moment
from courier_backend.store.queries.paging import Listed, PageRequest, read_page
from courier_backend.store.tables import exceptions

_ORDER: Final = (exceptions.c.no,)


@dataclass(frozen=True, slots=True)
class StoredException:
    """A rule as recurrence reads it; without DTSTART it starts at `anchored_at`."""

    id: str
    rrule: str
    duration: int
    anchored_at: datetime


def list_exceptions(
    connection: Connection, page: PageRequest
) -> tuple[list[ExceptionItem], Pagination]:
    """A page of the rules, oldest first. What their windows are the store does not know."""
    listed = Listed(select(exceptions), [], _ORDER, total(connection, "exceptions"))
    return read_page(connection, listed, page, _item)


def get_exception(connection: Connection, exception_id: str) -> ExceptionItem:
    """One rule.

    Raises:
        NotFound: there is none.
    """
    query = select(exceptions).where(exceptions.c.id == exception_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise not_found("exception", exception_id)
    return _item(row)


def all_exceptions(connection: Connection) -> list[StoredException]:
    """All rules, oldest first."""
    rows = connection.execute(select(exceptions).order_by(*_ORDER))
    return [
        StoredException(row.id, row.rrule, row.duration, from_micros(row.anchored_at))
        for row in rows
    ]


def _item(row: Row[Any]) -> ExceptionItem:
    return {
        "exceptionId": row.id,
        "rrule": row.rrule,
        "duration": row.duration,
        "createdAt": moment(row.created_at),
        "modifiedAt": moment(row.modified_at),
        "nextWindow": None,
    }
