"""Runs: pages and one; the nodes of an instance's runs; the evidence of an attempt."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from courier_backend.model.times import to_micros
from courier_backend.model.wire import EvidenceItem, Pagination, RunItem
from courier_backend.store.queries.counts import total
from courier_backend.store.queries.evidence import stored_evidence
from courier_backend.store.queries.lookup import find_number, not_found, unindexed
from courier_backend.store.queries.moments import moment
from courier_backend.store.queries.paging import Listed, PageRequest, read_page
from courier_backend.store.tables import groups, instances, jobs, runs

_NONE: Final = 0
"""The number that no row has."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a list of runs is narrowed to, ids resolved. The runs of an instance are a range."""

    first: int | None = None
    end: int = 0
    instance_no: int | None = None
    group_no: int | None = None
    job_no: int | None = None
    node_id: str | None = None
    status: str | None = None
    after: int | None = None
    before: int | None = None

    @property
    def by_time(self) -> bool:
        """Whether the time of the last update matters."""
        return self.after is not None or self.before is not None

    @property
    def is_narrowed(self) -> bool:
        """Whether it is less than all runs, or all runs of an instance."""
        rest = (self.group_no, self.job_no, self.node_id, self.status)
        return self.by_time or any(each is not None for each in rest)

    @property
    def in_order_of_update(self) -> bool:
        """Whether the list is long and narrowed by time: then it is ordered by it."""
        return self.by_time and self.first is None


def list_runs(
    connection: Connection,
    page: PageRequest,
    *,
    instance_id: str | None = None,
    group_number: int | None = None,
    job_id: str | None = None,
    node_id: str | None = None,
    status: str | None = None,
    run_after: datetime | None = None,
    run_before: datetime | None = None,
) -> tuple[list[RunItem], Pagination]:
    """A page of runs in the order in which they were made; times are those of the last update.

    Narrowed by time, but not to an instance, they come in the order of their last update.
    """
    wanted = replace(
        _wanted(connection, instance_id, group_number, job_id),
        node_id=node_id,
        status=str(status) if status is not None else None,
        after=to_micros(run_after) if run_after else None,
        before=to_micros(run_before) if run_before else None,
    )
    conditions = _conditions(connection, wanted)
    found = Listed(
        _whole(),
        conditions,
        (runs.c.updated_at, runs.c.no) if wanted.in_order_of_update else (runs.c.no,),
        _total(connection, wanted, conditions),
        first=_first_number(connection, wanted),
    )
    return read_page(connection, found, page, _item)


def _wanted(
    connection: Connection, instance_id: str | None, group_number: int | None, job_id: str | None
) -> _Wanted:
    job_no = None if job_id is None else find_number(connection, jobs, job_id) or _NONE
    if instance_id is None:
        return _Wanted(job_no=job_no)
    query = select(instances.c.no, instances.c.first_run_no, instances.c.total_runs)
    row = connection.execute(query.where(instances.c.id == instance_id)).one_or_none()
    if row is None:
        return _Wanted(0, 0, _NONE, job_no=job_no)
    group_no = None
    if group_number is not None:
        query_group = select(groups.c.no).where(
            groups.c.instance_no == row.no, groups.c.group_number == group_number
        )
        group_no = connection.execute(query_group).scalar() or _NONE
    end = row.first_run_no + row.total_runs
    return _Wanted(row.first_run_no, end, row.no, group_no, job_no)


def _conditions(connection: Connection, wanted: _Wanted) -> list[ColumnElement[bool]]:
    """What the runs must be; columns that must not choose the index are hidden from the planner."""
    conditions: list[ColumnElement[bool]] = []
    status, job_no, node_id = _columns(connection, wanted)
    if wanted.first is not None:
        conditions += [runs.c.no >= wanted.first, runs.c.no < wanted.end]
    if wanted.group_no is not None:
        conditions.append(runs.c.group_no == wanted.group_no)
    if wanted.job_no is not None:
        conditions.append(job_no == wanted.job_no)
    if wanted.node_id is not None:
        conditions.append(node_id == wanted.node_id)
    if wanted.status is not None:
        conditions.append(status == wanted.status)
    updated_at = runs.c.updated_at if wanted.in_order_of_update else unindexed(runs.c.updated_at)
    if wanted.after is not None:
        conditions.append(updated_at >= wanted.after)
    if wanted.before is not None:
        conditions.append(updated_at < wanted.before)
    return conditions


def _columns(connection: Connection, wanted: _Wanted) -> list[ColumnElement[Any]]:
    """Status, job and node; only the one with the fewest runs is left to the planner."""
    visible = "none"
    if wanted.first is not None:
        visible = "status"
    elif wanted.by_time:
        visible = "none"
    elif wanted.node_id is not None:
        visible = "node_id"
    elif wanted.job_no is not None and wanted.status is not None:
        of_job = total(connection, "runs/job", wanted.job_no)
        visible = "job_no" if of_job < total(connection, "runs", 0, wanted.status) else "status"
    elif wanted.job_no is not None:
        visible = "job_no"
    elif wanted.status is not None:
        visible = "status"
    names = ("status", "job_no", "node_id")
    return [runs.c[name] if name == visible else unindexed(runs.c[name]) for name in names]


def _first_number(connection: Connection, wanted: _Wanted) -> int | None:
    """Where the list begins, if it is all runs, or all of an instance: they have no gap."""
    if wanted.is_narrowed:
        return None
    if wanted.first is not None:
        return wanted.first
    return connection.execute(select(func.min(runs.c.no))).scalar()


def _total(connection: Connection, wanted: _Wanted, conditions: list[ColumnElement[bool]]) -> int:
    """From the counters where they know, else counted."""
    scope = _counted_scope(wanted)
    if scope is not None:
        return total(connection, *scope, wanted.status)
    query = select(func.count()).select_from(runs).where(*conditions)
    return connection.execute(query).scalar_one()


def _counted_scope(wanted: _Wanted) -> tuple[str, int] | None:
    if wanted.by_time or wanted.node_id is not None:
        return None
    if wanted.instance_no is None:
        return ("runs", 0) if wanted.job_no is None else ("runs/job", wanted.job_no)
    if wanted.job_no is not None:
        return None
    if wanted.group_no is not None:
        return ("runs/group", wanted.group_no)
    return ("runs/instance", wanted.instance_no)


def get_run(connection: Connection, run_id: str) -> RunItem:
    """One run.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(_whole().where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise not_found("run", run_id)
    return _item(row)


def get_evidence(connection: Connection, run_id: str, step: int, attempt: int) -> EvidenceItem:
    """Where the evidence of an attempt is.

    Raises:
        NotFound: there is no such run or attempt.
    """
    found = stored_evidence(connection, run_id, step, attempt, with_blob=False)
    return {
        "state": found.state,
        "bytes": found.bytes,
        "sha256": found.sha256,
        "reason": found.reason,
    }


def instance_node_ids(
    connection: Connection, instance_id: str, statuses: Collection[str]
) -> dict[int, list[str]]:
    """The nodes of an instance's runs that have one of these statuses, by group."""
    wanted = _wanted(connection, instance_id, None, None)
    query = (
        select(runs.c.group_number, runs.c.node_id)
        .where(runs.c.no >= wanted.first, runs.c.no < wanted.end)
        .where(unindexed(runs.c.status).in_([str(status) for status in statuses]))
        .order_by(runs.c.no)
    )
    found: dict[int, list[str]] = {}
    for group_number, node_id in connection.execute(query):
        found.setdefault(group_number, []).append(node_id)
    return found


def _whole() -> Select[Any]:
    """What `_item` takes, in its order."""
    return (
        select(
            runs.c.no,
            runs.c.id,
            instances.c.id.label("instance_id"),
            jobs.c.id.label("job_id"),
            runs.c.node_id,
            runs.c.node_name,
            runs.c.group_number,
            runs.c.batch_number,
            runs.c.status,
            runs.c.reason_code,
            runs.c.reason,
            runs.c.created_at,
            runs.c.dispatched_at,
            runs.c.received_at,
            runs.c.started_at,
            runs.c.updated_at,
            runs.c.finished_at,
            runs.c.cancel_requested_at,
            runs.c.waiting_place,
            runs.c.current_step,
            instances.c.step_count,
        )
        .join(instances, instances.c.no == runs.c.instance_no)
        .join(jobs, jobs.c.no == runs.c.job_no)
    )


def _item(row: Sequence[Any]) -> RunItem:
    """A run as it is told. By position: pages of ten thousand are asked for."""
    return {
        "runId": row[1],
        "instanceId": row[2],
        "jobId": row[3],
        "nodeId": row[4],
        "nodeName": row[5],
        "groupNumber": row[6],
        "batchNumber": row[7],
        "status": row[8],
        "reasonCode": row[9],
        "reason": row[10],
        "createdAt": moment(row[11]),
        "dispatchedTime": moment(row[12]),
        "receivedTime": moment(row[13]),
        "startedTime": moment(row[14]),
        "lastUpdateTime": moment(row[15]),
        "finishedTime": moment(row[16]),
        "cancelRequestedAt": moment(row[17]),
        "waitingPlace": row[18],
        "currentStep": row[19],
        "stepCount": row[20],
    }
