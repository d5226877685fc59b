"""Counters of everything."""

from sqlalchemy import Connection, func, select

from courier_backend.model.times import system_clock, to_text
from courier_backend.model.wire import Overview
from courier_backend.store.queries.counts import counts
from courier_backend.store.tables import events


def overview(connection: Connection) -> Overview:
    """How many of everything, by status; nodes by health, archived ones apart."""
    return {
        "jobs": counts(connection, "jobs"),
        "instances": counts(connection, "instances"),
        "runs": counts(connection, "runs"),
        "nodes": counts(connection, "nodes"),
        "lastSeq": connection.execute(select(func.max(events.c.seq))).scalar() or 0,
        "now": to_text(system_clock()),
    }
