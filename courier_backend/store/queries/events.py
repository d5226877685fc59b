"""The log: what came after, and pages of it."""

from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from courier_backend.model.event import EventItem
from courier_backend.model.wire import Pagination
from courier_backend.store.queries.lookup import find_number, unindexed
from courier_backend.store.queries.moments import moment
from courier_backend.store.queries.paging import Listed, PageRequest, read_page
from courier_backend.store.tables import events, instances, jobs, runs

_NONE: Final = 0
_COLUMNS: Final = (
    ("run_no", runs),
    ("instance_no", instances),
    ("job_no", jobs),
)


def list_events(
    connection: Connection,
    *,
    after: int = 0,
    limit: int = 1000,
    job_id: str | None = None,
    instance_id: str | None = None,
    run_id: str | None = None,
) -> list[EventItem]:
    """What came after an event, in order, at most so many."""
    conditions = _concerning(connection, job_id, instance_id, run_id)
    query = _whole().where(events.c.seq > after, *conditions).order_by(events.c.seq).limit(limit)
    return [_item(row) for row in connection.execute(query)]


def page_events(
    connection: Connection,
    page: PageRequest,
    *,
    job_id: str | None = None,
    instance_id: str | None = None,
    run_id: str | None = None,
) -> tuple[list[EventItem], Pagination]:
    """A page of the log. `after` of the page is the number of an event."""
    conditions = _concerning(connection, job_id, instance_id, run_id)
    count, first = _extent(connection, conditions)
    found = Listed(_whole(), conditions, (events.c.seq,), count, first=first)
    return read_page(connection, found, page, _item)


def _extent(
    connection: Connection, conditions: list[ColumnElement[bool]]
) -> tuple[int, int | None]:
    """How many events there are; of all of them, where they begin. The log has no gap."""
    if conditions:
        query = select(func.count()).select_from(events).where(*conditions)
        return connection.execute(query).scalar_one(), None
    last = connection.execute(select(func.max(events.c.seq))).scalar()
    first = connection.execute(select(func.min(events.c.seq))).scalar()
    return (last - first + 1 if last is not None and first is not None else 0), first


def _concerning(
    connection: Connection, job_id: str | None, instance_id: str | None, run_id: str | None
) -> list[ColumnElement[bool]]:
    """The narrowest of what is asked for finds the events; all of it must hold."""
    conditions: list[ColumnElement[bool]] = []
    for (column, table), its_id in zip(_COLUMNS, (run_id, instance_id, job_id), strict=True):
        if its_id is None:
            continue
        number = find_number(connection, table, its_id) or _NONE
        found_by = unindexed(events.c[column]) if conditions else events.c[column]
        conditions.append(found_by == number)
    return conditions


def _whole() -> Select[Any]:
    return (
        select(
            events.c.seq,
            events.c.time,
            events.c.kind,
            events.c.data,
            jobs.c.id.label("job_id"),
            instances.c.id.label("instance_id"),
            instances.c.total_runs,
            runs.c.id.label("run_id"),
            func.coalesce(events.c.node_id, runs.c.node_id).label("node_id"),
        )
        .outerjoin(jobs, jobs.c.no == events.c.job_no)
        .outerjoin(instances, instances.c.no == events.c.instance_no)
        .outerjoin(runs, runs.c.no == events.c.run_no)
    )


def _item(row: Row[Any]) -> EventItem:
    item: EventItem = {
        "seq": row.seq,
        "time": moment(row.time),
        "type": row.kind,
        "jobId": row.job_id,
        "instanceId": row.instance_id,
        "runId": row.run_id,
        "nodeId": row.node_id,
        "data": orjson.loads(row.data),
    }
    if row.kind in {"instance-created", "instance-started"}:
        item["count"] = row.total_runs if item["data"]["status"] == "running" else 0
    return item
