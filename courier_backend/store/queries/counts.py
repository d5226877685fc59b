"""Totals, from the counters that are kept in the same transactions as what they count."""

from sqlalchemy import Connection, select

from courier_backend.store.tables import counters


def counts(connection: Connection, scope: str, owner: int = 0) -> dict[str, int]:
    """What is counted in a scope, by status; without those that are none."""
    statement = select(counters.c.status, counters.c.n).where(
        counters.c.scope == scope, counters.c.owner == owner, counters.c.n != 0
    )
    return {row.status: row.n for row in connection.execute(statement)}


def counts_of_many(
    connection: Connection, scope: str, owners: list[int]
) -> dict[int, dict[str, int]]:
    """The same for many owners."""
    statement = select(counters.c.owner, counters.c.status, counters.c.n).where(
        counters.c.scope == scope, counters.c.owner.in_(owners), counters.c.n != 0
    )
    found: dict[int, dict[str, int]] = {owner: {} for owner in owners}
    for row in connection.execute(statement):
        found[row.owner][row.status] = row.n
    return found


def total(connection: Connection, scope: str, owner: int = 0, status: str | None = None) -> int:
    """How many there are in a scope, of one status or of all."""
    found = counts(connection, scope, owner)
    return sum(found.values()) if status is None else found.get(status, 0)
