"""Saved filters and lists: pages, one, and all of them for a backend that starts."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from courier_backend.model.wire import FilterItem, ListItem, Pagination
from courier_backend.store.queries.counts import total
from courier_backend.store.queries.lookup import not_found
from courier_backend.store.queries.moments import moment
from courier_backend.store.queries.paging import Listed, PageRequest, read_page
from courier_backend.store.tables import saved_filters, saved_lists


@dataclass(frozen=True, slots=True)
class StoredFilter:
    """A filter as targeting needs it."""

    id: str
    name: str
    constraints: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredList:
    """A list as targeting needs it."""

    id: str
    name: str
    node_ids: list[str]


def list_filters(
    connection: Connection, page: PageRequest, *, name: str | None = None
) -> tuple[list[FilterItem], Pagination]:
    """A page of the saved filters, oldest first."""
    listed = _listed(connection, saved_filters, "filters", name)
    return read_page(connection, listed, page, _filter_item)


def get_filter(connection: Connection, filter_id: str) -> FilterItem:
    """One saved filter.

    Raises:
        NotFound: there is none.
    """
    return _filter_item(_row(connection, saved_filters, "filter", filter_id))


def list_lists(
    connection: Connection, page: PageRequest, *, name: str | None = None
) -> tuple[list[ListItem], Pagination]:
    """A page of the saved lists, oldest first."""
    listed = _listed(connection, saved_lists, "lists", name)
    return read_page(connection, listed, page, _list_item)


def get_list(connection: Connection, list_id: str) -> ListItem:
    """One saved list.

    Raises:
        NotFound: there is none.
    """
    return _list_item(_row(connection, saved_lists, "list", list_id))


def all_filters(connection: Connection) -> list[StoredFilter]:
    """All saved filters, oldest first."""
    rows = connection.execute(select(saved_filters).order_by(saved_filters.c.no))
    return [StoredFilter(row.id, row.name, orjson.loads(row.constraints)) for row in rows]


def all_lists(connection: Connection) -> list[StoredList]:
    """All saved lists, oldest first."""
    rows = connection.execute(select(saved_lists).order_by(saved_lists.c.no))
    return [StoredList(row.id, row.name, orjson.loads(row.node_ids)) for row in rows]


def _listed(connection: Connection, table: Table, scope: str, name: str | None) -> Listed:
    conditions: list[ColumnElement[bool]] = []
    if name is not None:
        conditions.append(table.c.name == name)
        query = select(func.count()).select_from(table).where(*conditions)
        count = connection.execute(query).scalar_one()
    else:
        count = total(connection, scope)
    return Listed(select(table), conditions, (table.c.no,), count)


def _row(connection: Connection, table: Table, what: str, its_id: str) -> Row[Any]:
    row = connection.execute(select(table).where(table.c.id == its_id.lower())).one_or_none()
    if row is None:
        raise not_found(what, its_id)
    return row


def _filter_item(row: Row[Any]) -> FilterItem:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "constraints": orjson.loads(row.constraints),
        "createdAt": moment(row.created_at),
        "modifiedAt": moment(row.modified_at),
    }


def _list_item(row: Row[Any]) -> ListItem:
    node_ids = orjson.loads(row.node_ids)
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "nodeIds": node_ids,
        "nodeCount": len(node_ids),
        "createdAt": moment(row.created_at),
        "modifiedAt": moment(row.modified_at),
    }
