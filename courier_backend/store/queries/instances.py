"""Instances: pages and one, with their groups and counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from courier_backend.model.ids import ZERO_ID
from courier_backend.model.times import to_micros
from courier_backend.model.wire import GroupItem, InstanceItem, Pagination
from courier_backend.store.queries.counts import counts_of_many, total
from courier_backend.store.queries.lookup import find_number, not_found
from courier_backend.store.queries.moments import moment
from courier_backend.store.queries.paging import Listed, PageRequest, read_rows
from courier_backend.store.tables import groups, instance_specs, instances, jobs

_ORDER: Final = (instances.c.created_at, instances.c.no)


def list_instances(
    connection: Connection,
    page: PageRequest,
    *,
    job_id: str | None = None,
    status: str | None = None,
    run_after: datetime | None = None,
    run_before: datetime | None = None,
) -> tuple[list[InstanceItem], Pagination]:
    """A page of instances, oldest first; the times are those of their initiation."""
    job_no = None
    if job_id is not None:
        job_no = find_number(connection, jobs, job_id) or 0
    conditions = _conditions(job_no, status, run_after, run_before)
    if run_after or run_before:
        query = select(func.count()).select_from(instances).where(*conditions)
        count = connection.execute(query).scalar_one()
    elif job_no is None:
        count = total(connection, "instances", 0, status)
    else:
        count = total(connection, "instances/job", job_no, status)
    found = Listed(_whole(), conditions, _ORDER, count)
    rows, pagination = read_rows(connection, found, page)
    return _items(connection, rows), pagination


def _conditions(
    job_no: int | None,
    status: str | None,
    run_after: datetime | None,
    run_before: datetime | None,
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if job_no is not None:
        conditions.append(instances.c.job_no == job_no)
    if status is not None:
        conditions.append(instances.c.status == str(status))
    if run_after is not None:
        conditions.append(instances.c.created_at >= to_micros(run_after))
    if run_before is not None:
        conditions.append(instances.c.created_at < to_micros(run_before))
    return conditions


def get_instance(connection: Connection, instance_id: str) -> InstanceItem:
    """One instance.

    Raises:
        NotFound: there is none.
    """
    rows = connection.execute(_whole().where(instances.c.id == instance_id)).all()
    if not rows:
        raise not_found("instance", instance_id)
    return _items(connection, rows)[0]


def _whole() -> Select[Any]:
    return (
        select(
            instances,
            jobs.c.id.label("job_id"),
            instance_specs.c.action_spec,
            instance_specs.c.target_spec,
        )
        .join(jobs, jobs.c.no == instances.c.job_no)
        .join(instance_specs, instance_specs.c.instance_no == instances.c.no)
    )


def _items(connection: Connection, rows: Sequence[Row[Any]]) -> list[InstanceItem]:
    if not rows:
        return []
    found = _groups(connection, [row.no for row in rows])
    return [_item(row, found[row.no]) for row in rows]


def _groups(connection: Connection, instance_nos: list[int]) -> dict[int, list[GroupItem]]:
    """The groups of many instances, with the counts of their runs."""
    query = select(groups).where(groups.c.instance_no.in_(instance_nos))
    query = query.order_by(groups.c.instance_no, groups.c.group_number)
    rows = connection.execute(query).all()
    counted = counts_of_many(connection, "runs/group", [row.no for row in rows])
    found: dict[int, list[GroupItem]] = {no: [] for no in instance_nos}
    for row in rows:
        found[row.instance_no].append(_group(row, counted[row.no]))
    return found


def _group(row: Row[Any], run_counts: dict[str, int]) -> GroupItem:
    return {
        "groupNumber": row.group_number,
        "status": row.status,
        "reasonCode": row.reason_code,
        "reason": row.reason,
        "nodeCount": row.node_count,
        "batchSize": row.batch_size,
        "batchCount": row.batch_count,
        "distributionMethod": row.distribution_method,
        "timeoutSeconds": row.timeout_seconds,
        "runCounts": run_counts,
    }


def _item(row: Row[Any], its_groups: list[GroupItem]) -> InstanceItem:
    run_counts: dict[str, int] = {}
    for group in its_groups:
        for status, n in group["runCounts"].items():
            run_counts[status] = run_counts.get(status, 0) + n
    return {
        "id": row.id,
        "jobId": row.job_id,
        "jobName": row.job_name,
        "status": row.status,
        "reasonCode": row.reason_code,
        "reason": row.reason,
        "actionSpec": orjson.loads(row.action_spec),
        "targetSpec": orjson.loads(row.target_spec),
        "createdAt": moment(row.created_at),
        "updatedAt": moment(row.updated_at),
        "startedAt": moment(row.started_at),
        "finishedAt": moment(row.finished_at),
        "lastUpdatedBy": ZERO_ID,
        "instanceType": row.instance_type,
        "triggeredBy": row.triggered_by,
        "overwriteId": row.overwrite_id,
        "dueAt": moment(row.due_at),
        "overridden": row.overridden,
        "cancelRequestedAt": moment(row.cancel_requested_at),
        "lateCompletions": row.late_completions,
        "outside": row.outside,
        "totalRuns": row.total_runs,
        "runCounts": run_counts,
        "groups": its_groups,
    }
