"""Jobs: pages, one, by name, by idempotency key."""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Column, ColumnElement, Connection, Row, Select, func, select

from courier_backend.model.status import InstanceStatus, JobStatus
from courier_backend.model.wire import JobItem, LastInstance, Pagination
from courier_backend.store.queries.counts import total
from courier_backend.store.queries.lookup import not_found, unindexed
from courier_backend.store.queries.moments import moment
from courier_backend.store.queries.paging import Listed, PageRequest, no_place, read_page
from courier_backend.store.tables import instances, job_definitions, jobs

COMPLETED: Final = "completed"
"""Shown for an active job that has no execution left."""


@dataclass(frozen=True, slots=True)
class KeyedJob:
    """The job that an idempotency key made. `instance_id`: its first instance, or ""."""

    job_id: str
    body_digest: str
    instance_id: str


def list_jobs(
    connection: Connection,
    page: PageRequest,
    *,
    active: bool | None = None,
    status: str | None = None,
    name: str | None = None,
    sort_key: str = "",
) -> tuple[list[JobItem], Pagination]:
    """A page of the jobs that were not deleted, oldest first, or by name.

    `active`: status active and an execution to come (True), or not so (False). Sorted by
    "nextExecutionTime": those with an execution to come, whatever else is asked of them.
    """
    by_name = sort_key == "name"
    if sort_key == "nextExecutionTime":
        return _coming(connection, page, _conditions(True, status, name, by_name=True))
    conditions = _conditions(active, status, name, by_name=by_name)
    if active is None and name is None:
        count = total(connection, "jobs", 0, status)
    else:
        query = select(func.count()).select_from(jobs).where(*conditions)
        count = connection.execute(query).scalar_one()
    if not by_name:
        return read_page(connection, Listed(_whole(), conditions, (jobs.c.no,), count), page, _item)

    def anchor(numbers: list[int]) -> tuple[Any, int]:
        name = connection.execute(select(jobs.c.name).where(jobs.c.no == numbers[0])).scalar()
        if name is None:
            raise no_place(str(numbers[0]))
        return name, numbers[0]

    found = Listed(_whole(), conditions, (jobs.c.name, jobs.c.no), count, anchor=anchor)
    return read_page(connection, found, page, _item)


def _coming(
    connection: Connection, page: PageRequest, conditions: list[ColumnElement[bool]]
) -> tuple[list[JobItem], Pagination]:
    """Jobs by the time of their next execution."""
    conditions = [jobs.c.next_execution_at.is_not(None), unindexed(jobs.c.deleted_at).is_(None),
                  *conditions[1:]]  # fmt: skip
    query = select(func.count()).select_from(jobs).where(*conditions)
    count = connection.execute(query).scalar_one()
    order = (jobs.c.next_execution_at, jobs.c.no)
    return read_page(connection, Listed(_whole(), conditions, order, count), page, _item)


def _conditions(
    active: bool | None, status: str | None, name: str | None, *, by_name: bool
) -> list[ColumnElement[bool]]:
    """What the jobs must be. Those that come by name are found by the index that orders them."""
    conditions: list[ColumnElement[bool]] = [jobs.c.deleted_at.is_(None)]
    its_status: ColumnElement[Any] = unindexed(jobs.c.status) if by_name else jobs.c.status
    its_next = unindexed(jobs.c.next_execution_at) if by_name else jobs.c.next_execution_at
    if active is not None:
        is_active = its_next.is_not(None) & (unindexed(jobs.c.status) == str(JobStatus.ACTIVE))
        conditions.append(is_active if active else ~is_active)
    if status is not None:
        conditions.append(its_status == str(status))
    if name is not None:
        conditions.append(jobs.c.name == name)
    return conditions


def get_job(connection: Connection, job_id: str) -> JobItem:
    """One job.

    Raises:
        NotFound: there is none, or it was deleted.
    """
    query = _whole().where(jobs.c.id == job_id, jobs.c.deleted_at.is_(None))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise not_found("job", job_id)
    return _item(row)


def jobs_where(
    connection: Connection,
    *conditions: ColumnElement[bool],
    order: tuple[Column[Any], ...],
    limit: int,
) -> list[JobItem]:
    """Jobs of some kind, at most so many."""
    query = _whole().where(*conditions).order_by(*order).limit(limit)
    return [_item(row) for row in connection.execute(query)]


def jobs_named(connection: Connection, name: str) -> int:
    """How many jobs have this name."""
    query = select(func.count()).select_from(jobs)
    query = query.where(jobs.c.name == name, jobs.c.deleted_at.is_(None))
    return connection.execute(query).scalar_one()


def job_by_key(connection: Connection, idempotency_key: str) -> KeyedJob | None:
    """The job that was made with this key, if there is one and it was not deleted."""
    first = (
        select(instances.c.id)
        .where(instances.c.job_no == jobs.c.no)
        .order_by(instances.c.created_at, instances.c.no)
        .limit(1)
        .scalar_subquery()
    )
    query = select(jobs.c.id, jobs.c.body_digest, first).where(
        jobs.c.idempotency_key == idempotency_key
    )
    row = connection.execute(query).one_or_none()
    return KeyedJob(row[0], row[1], row[2] or "") if row else None


def _whole() -> Select[Any]:
    """Jobs with their definitions and newest instances."""
    all_of_it = instances.alias("all_of_it")
    newest = (
        select(all_of_it.c.no)
        .where(all_of_it.c.job_no == jobs.c.no)
        .order_by(all_of_it.c.created_at.desc(), all_of_it.c.no.desc())
        .limit(1)
        .correlate(jobs)
        .scalar_subquery()
    )
    return (
        select(
            jobs,
            job_definitions.c.definition,
            instances.c.id.label("last_id"),
            instances.c.status.label("last_status"),
            instances.c.created_at.label("last_created_at"),
        )
        .join(job_definitions, job_definitions.c.job_no == jobs.c.no)
        .outerjoin(instances, instances.c.no == newest)
    )


def _item(row: Row[Any]) -> JobItem:
    definition = orjson.loads(row.definition)
    return {
        "id": row.id,
        "name": row.name,
        "description": definition["description"],
        "scheduleRule": definition["scheduleRule"],
        "exceptionRules": definition["exceptionRules"],
        "allowManualExecution": definition["allowManualExecution"],
        "overlap": definition["overlap"],
        "missed": definition["missed"],
        "target": definition["target"],
        "actions": definition["actions"],
        "status": row.status,
        "displayStatus": _display(row),
        "createdAt": moment(row.created_at),
        "modifiedAt": moment(row.modified_at),
        "executionCount": row.execution_count,
        "nextExecutionTime": moment(row.next_execution_at),
        "exceptionReasons": orjson.loads(row.exception_reasons),
        "missedExecutions": row.missed_executions,
        "skippedExecutions": row.skipped_executions,
        "lastInstance": _last(row),
    }


def _display(row: Row[Any]) -> str:
    over = row.next_execution_at is None and row.wake_at is None
    done = row.status == JobStatus.ACTIVE and over and row.last_status != InstanceStatus.PENDING
    return COMPLETED if done else str(row.status)


def _last(row: Row[Any]) -> LastInstance | None:
    if row.last_id is None:
        return None
    return {
        "id": row.last_id,
        "status": row.last_status,
        "createdAt": moment(row.last_created_at),
    }
