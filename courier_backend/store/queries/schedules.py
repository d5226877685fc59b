"""What the scheduler needs: jobs with what they have accounted for, and instances that are open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, Select, select

from courier_backend.model.status import FINAL_INSTANCE, InstanceStatus, JobStatus
from courier_backend.model.times import from_micros, to_micros
from courier_backend.model.wire import JobItem
from courier_backend.store.queries.jobs import jobs_where
from courier_backend.store.queries.lookup import unindexed
from courier_backend.store.tables import instance_specs, instances, job_definitions, jobs

MOST_PAST_DUE: Final = 10_000
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class StoredSchedule:
    """A job as the scheduler sees it. `next_at` is what clients are shown, `wake_at` when to look.

    `anchors`: the moments at which its rules were accepted (see the package `scheduler`).
    """

    job_id: str
    status: str
    is_deleted: bool
    definition: dict[str, Any]
    anchors: dict[str, Any]
    settled_at: datetime | None
    wake_at: datetime | None
    next_at: datetime | None
    reasons: list[str]
    executions: int
    missed: int
    skipped: int


@dataclass(frozen=True, slots=True)
class OpenInstance:
    """An instance that is not final."""

    id: str
    job_id: str
    status: str


@dataclass(frozen=True, slots=True)
class PendingInstance:
    """An instance that waits to begin, with what it will begin with."""

    id: str
    job_id: str
    job_name: str
    instance_type: str
    reason_code: str
    reason: str
    created_at: datetime
    action_spec: dict[str, Any]
    target_spec: dict[str, Any]


def wakes(connection: Connection) -> list[tuple[str, datetime]]:
    """The jobs that the scheduler must look at one day, and when, the nearest first."""
    query = (
        select(jobs.c.id, jobs.c.wake_at)
        .where(jobs.c.wake_at.is_not(None))
        .order_by(jobs.c.wake_at, jobs.c.no)
    )
    return [(row.id, from_micros(row.wake_at)) for row in connection.execute(query)]


def settled_after(connection: Connection, moment: datetime) -> list[str]:
    """The jobs with something to come that are accounted for beyond a moment."""
    query = select(jobs.c.id).where(
        jobs.c.wake_at.is_not(None), unindexed(jobs.c.settled_at) > to_micros(moment)
    )
    return list(connection.execute(query).scalars())


def schedules(connection: Connection, job_ids: Iterable[str]) -> list[StoredSchedule]:
    """These jobs, deleted ones too; what there is none of is left out."""
    wanted = list(job_ids)
    found: list[StoredSchedule] = []
    for begin in range(0, len(wanted), _AT_ONCE):
        part = wanted[begin : begin + _AT_ONCE]
        rows = connection.execute(_whole().where(jobs.c.id.in_(part)))
        found += [_schedule(row) for row in rows]
    return found


def past_due(connection: Connection, deadline: datetime) -> list[JobItem]:
    """Active jobs whose next execution is at or before a moment, the nearest first."""
    return jobs_where(
        connection,
        jobs.c.next_execution_at <= to_micros(deadline),
        unindexed(jobs.c.status) == str(JobStatus.ACTIVE),
        unindexed(jobs.c.deleted_at).is_(None),
        order=(jobs.c.next_execution_at, jobs.c.no),
        limit=MOST_PAST_DUE,
    )


def open_instances(connection: Connection) -> list[OpenInstance]:
    """All instances that are executed here and not final, oldest first."""
    query = (
        select(instances.c.id, jobs.c.id.label("job_id"), instances.c.status)
        .join(jobs, jobs.c.no == instances.c.job_no)
        .where(instances.c.status.in_(_OPEN), ~instances.c.outside)
    )
    rows = connection.execute(query).all()
    return [OpenInstance(row.id, row.job_id, row.status) for row in rows]


def pending_instances(connection: Connection) -> list[PendingInstance]:
    """All instances that wait to begin, in the order in which they were made."""
    query = (
        select(instances, jobs.c.id.label("job_id"), instance_specs)
        .join(jobs, jobs.c.no == instances.c.job_no)
        .join(instance_specs, instance_specs.c.instance_no == instances.c.no)
        .where(instances.c.status == str(InstanceStatus.PENDING))
        .order_by(instances.c.created_at, instances.c.no)
    )
    return [_pending(row) for row in connection.execute(query)]


_OPEN: Final = sorted(str(status) for status in set(InstanceStatus) - FINAL_INSTANCE)


def _whole() -> Select[Any]:
    return select(jobs, job_definitions.c.definition).join(
        job_definitions, job_definitions.c.job_no == jobs.c.no
    )


def _schedule(row: Row[Any]) -> StoredSchedule:
    return StoredSchedule(
        job_id=row.id,
        status=row.status,
        is_deleted=row.deleted_at is not None,
        definition=orjson.loads(row.definition),
        anchors=orjson.loads(row.anchors),
        settled_at=_moment(row.settled_at),
        wake_at=_moment(row.wake_at),
        next_at=_moment(row.next_execution_at),
        reasons=orjson.loads(row.exception_reasons),
        executions=row.execution_count,
        missed=row.missed_executions,
        skipped=row.skipped_executions,
    )


def _pending(row: Row[Any]) -> PendingInstance:
    return PendingInstance(
        id=row.id,
        job_id=row.job_id,
        job_name=row.job_name,
        instance_type=row.instance_type,
        reason_code=row.reason_code,
        reason=row.reason,
        created_at=from_micros(row.created_at),
        action_spec=orjson.loads(row.action_spec),
        target_spec=orjson.loads(row.target_spec),
    )


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
