"""Which of some ids there are already."""

from collections.abc import Sequence
from typing import Final, Literal

from sqlalchemy import Connection, select

from courier_backend.store.tables import instances, jobs, runs

_TABLES: Final = {"job": jobs, "instance": instances, "run": runs}
_AT_ONCE: Final = 500


def taken_ids(
    connection: Connection, kind: Literal["job", "instance", "run"], ids: Sequence[str]
) -> set[str]:
    """Those that something has; a job that was deleted keeps its own."""
    table = _TABLES[kind]
    found: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        found.update(connection.execute(select(table.c.id).where(table.c.id.in_(some))).scalars())
    return found
