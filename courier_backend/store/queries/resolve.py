"""From the beginning of an id to the id."""

from typing import Final

from sqlalchemy import Connection, select

from courier_backend.model.errors import BadInput, Conflict
from courier_backend.store.queries.lookup import not_found
from courier_backend.store.tables import (
    exceptions,
    instances,
    jobs,
    nodes,
    runs,
    saved_filters,
    saved_lists,
)

_TABLES: Final = {
    "job": jobs,
    "instance": instances,
    "run": runs,
    "node": nodes,
    "exception": exceptions,
    "filter": saved_filters,
    "list": saved_lists,
}
SHORTEST: Final = 6


def resolve_prefix(connection: Connection, kind: str, prefix: str) -> str:
    """The id that begins so; a whole id needs no minimum of characters.

    Raises:
        BadInput: no such kind, or too short a prefix.
        NotFound: no id begins so.
        Conflict: more than one does.
    """
    table = _TABLES.get(kind)
    if table is None:
        raise BadInput(f'"{kind}" has no ids.', hint=f"What has: {', '.join(_TABLES)}.")
    if len(prefix) < SHORTEST:
        raise BadInput(
            f'"{prefix}" is too short for an id.', hint=f"Give at least {SHORTEST} characters."
        )
    begin = prefix.lower()
    query = select(table.c.id).where(table.c.id >= begin, table.c.id < f"{begin}\x7f")
    if kind == "job":
        query = query.where(table.c.deleted_at.is_(None))
    found = connection.execute(query.order_by(table.c.id).limit(2)).scalars().all()
    if not found:
        raise not_found(kind, prefix)
    if len(found) > 1:
        raise Conflict(
            f'More than one {kind} begins with "{prefix}": {found[0]}, {found[1]}.',
            hint="Give more characters.",
        )
    return str(found[0])
