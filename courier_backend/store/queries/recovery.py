"""What a backend needs at its start, to take up again what the one before it left.

Plain dataclasses, times as moments: the store knows nothing of the decision core, and the core
nothing of the store.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from courier_backend.model.status import FINAL_INSTANCE, InstanceStatus, ReasonCode, RunStatus
from courier_backend.model.times import from_micros, to_micros
from courier_backend.store.queries.nodes import newest_facts
from courier_backend.store.tables import (
    attempts,
    events,
    groups,
    instance_specs,
    instances,
    jobs,
    nodes,
    runs,
)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run. `heard_at`: when the node told its last status (`last_seq`), by the backend's clock.

    `journal_id`: the node's journal when the run was dispatched; `ended_on_node`: the node told the
    end, so that nothing more will come. `waiting_place` is 0 when it does not wait for a busy node.
    """

    run_id: str
    node_id: str
    node_name: str
    group_number: int
    batch_number: int
    status: str
    reason_code: str
    reason: str
    facts_revision: int
    dispatched_at: datetime | None
    heard_at: datetime | None
    cancel_requested_at: datetime | None
    waiting_place: int
    current_step: int
    journal_id: str
    last_seq: int
    pause_seconds: float
    ended_on_node: bool


@dataclass(frozen=True, slots=True)
class StoredGroup:
    """A group, as it was resolved, with its verdict if there is one; its runs in their order."""

    group_number: int
    status: str
    reason_code: str
    reason: str
    batch_size: int
    batch_count: int
    distribution_method: str
    timeout_seconds: int
    criteria: list[dict[str, Any]]
    early_termination: bool
    runs: list[StoredRun] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """An instance with all of its groups and runs."""

    id: str
    job_id: str
    job_name: str
    status: str
    created_at: datetime
    started_at: datetime | None
    cancel_requested_at: datetime | None
    cancel_reason: str
    late_completions: int
    action_spec: dict[str, Any]
    target_spec: dict[str, Any]
    groups: list[StoredGroup]


@dataclass(frozen=True, slots=True)
class StoredNode:
    """A node with what delivery needs, its token too."""

    id: str
    name: str
    url: str
    token: str
    builtin: bool
    lab: bool
    journal_id: str
    facts: dict[str, Any]
    facts_revision: int
    tags: dict[str, str]
    attributes: dict[str, dict[str, str]]
    skills: list[dict[str, str]]
    version: str
    capacity: int
    archived: bool
    health: str
    health_reason: str
    health_since: datetime | None
    last_contact_at: datetime | None
    latency_seconds: float
    clock_skew_seconds: float


@dataclass(frozen=True, slots=True)
class RunOnNode:
    """A run that a node may still hold."""

    run_id: str
    node_id: str


def unfinished(
    connection: Connection, *, awaited_since: datetime | None = None
) -> list[StoredInstance]:
    """All instances of ours that are not final, oldest first.

    `awaited_since`: those too that are final, but have a run dispatched since then whose end on its
    node is not known: it timed out, or its cancel was never confirmed.
    """
    numbers = _unfinished_numbers(connection)
    if awaited_since is not None:
        numbers |= _awaited_numbers(connection, to_micros(awaited_since))
    return [_instance(connection, no) for no in sorted(numbers)]


def unfinished_instance(connection: Connection, instance_id: str) -> StoredInstance | None:
    """One instance, final or not, as `unfinished` gives it; None when there is none."""
    query = select(instances.c.no).where(instances.c.id == instance_id)
    no = connection.execute(query).scalar()
    return None if no is None else _instance(connection, no)


def nodes_for_delivery(connection: Connection) -> list[StoredNode]:
    """All nodes, archived ones too, in the order in which they joined."""
    query = select(nodes, newest_facts()).order_by(nodes.c.no)
    return [_node(row) for row in connection.execute(query)]


def newest_moment(connection: Connection) -> datetime:
    """When something happened last; the beginning of time in an empty log."""
    newest = select(events.c.time).order_by(events.c.seq.desc()).limit(1)
    return from_micros(connection.execute(newest).scalar() or 0)


def unreleased(connection: Connection, since: datetime) -> list[RunOnNode]:
    """Runs dispatched since then that ended on their node, and whose evidence is not awaited.

    The node may forget them; it may have been told so before, which is harmless.
    """
    pending = (
        select(attempts.c.run_no)
        .where(attempts.c.evidence_state == "pending")
        .where(attempts.c.run_no == runs.c.no)
        .exists()
    )
    query = (
        select(runs.c.id, runs.c.node_id)
        .where(runs.c.updated_at >= to_micros(since))
        .where(runs.c.dispatched_at.is_not(None), runs.c.ended_on_node, ~pending)
        .order_by(runs.c.updated_at)
    )
    return [RunOnNode(row.id, row.node_id) for row in connection.execute(query)]


def _unfinished_numbers(connection: Connection) -> set[int]:
    open_ones = sorted(str(status) for status in set(InstanceStatus) - FINAL_INSTANCE)
    query = select(instances.c.no).where(instances.c.status.in_(open_ones), ~instances.c.outside)
    return set(connection.execute(query).scalars())


def _awaited_numbers(connection: Connection, since: int) -> set[int]:
    unconfirmed = (runs.c.status == RunStatus.CANCELED.value) & (
        runs.c.reason_code == ReasonCode.CANCEL_UNCONFIRMED.value
    )
    query = (
        select(runs.c.instance_no)
        .where((runs.c.status == RunStatus.TIMEOUT.value) | unconfirmed)
        .where(runs.c.dispatched_at >= since, ~runs.c.ended_on_node)
        .distinct()
    )
    return set(connection.execute(query).scalars())


def _instance(connection: Connection, no: int) -> StoredInstance:
    query = (
        select(instances, jobs.c.id.label("job_id"), instance_specs)
        .join(jobs, jobs.c.no == instances.c.job_no)
        .join(instance_specs, instance_specs.c.instance_no == instances.c.no)
        .where(instances.c.no == no)
    )
    row = connection.execute(query).one()
    return StoredInstance(
        id=row.id,
        job_id=row.job_id,
        job_name=row.job_name,
        status=row.status,
        created_at=from_micros(row.created_at),
        started_at=_moment(row.started_at),
        cancel_requested_at=_moment(row.cancel_requested_at),
        cancel_reason=row.cancel_reason,
        late_completions=row.late_completions,
        action_spec=orjson.loads(row.action_spec),
        target_spec=orjson.loads(row.target_spec),
        groups=_groups(connection, row),
    )


def _groups(connection: Connection, instance: Row[Any]) -> list[StoredGroup]:
    query = select(groups).where(groups.c.instance_no == instance.no)
    rows = connection.execute(query.order_by(groups.c.group_number)).all()
    found = {row.no: _group(row) for row in rows}
    end = instance.first_run_no + instance.total_runs
    query_runs = select(runs).where(runs.c.no >= instance.first_run_no, runs.c.no < end)
    for row in connection.execute(query_runs.order_by(runs.c.no)):
        found[row.group_no].runs.append(_run(row))
    return list(found.values())


def _group(row: Row[Any]) -> StoredGroup:
    return StoredGroup(
        group_number=row.group_number,
        status=row.status,
        reason_code=row.reason_code,
        reason=row.reason,
        batch_size=row.batch_size,
        batch_count=row.batch_count,
        distribution_method=row.distribution_method,
        timeout_seconds=row.timeout_seconds,
        criteria=orjson.loads(row.criteria),
        early_termination=row.early_termination,
    )


def _run(row: Row[Any]) -> StoredRun:
    return StoredRun(
        run_id=row.id,
        node_id=row.node_id,
        node_name=row.node_name,
        group_number=row.group_number,
        batch_number=row.batch_number,
        status=row.status,
        reason_code=row.reason_code,
        reason=row.reason,
        facts_revision=row.facts_revision,
        dispatched_at=_moment(row.dispatched_at),
        heard_at=_moment(row.heard_at),
        cancel_requested_at=_moment(row.cancel_requested_at),
        waiting_place=row.waiting_place,
        current_step=row.current_step,
        journal_id=row.journal_id,
        last_seq=row.node_seq,
        pause_seconds=row.pause_seconds,
        ended_on_node=row.ended_on_node,
    )


def _node(row: Row[Any]) -> StoredNode:
    return StoredNode(
        id=row.id,
        name=row.name,
        url=row.url,
        token=row.token,
        builtin=row.builtin,
        lab=row.lab,
        journal_id=row.journal_id,
        facts=orjson.loads(row.facts or "{}"),
        facts_revision=row.facts_revision,
        tags=orjson.loads(row.tags),
        attributes=orjson.loads(row.attributes),
        skills=orjson.loads(row.skills),
        version=row.version,
        capacity=row.capacity,
        archived=row.archived,
        health=row.health,
        health_reason=row.health_reason,
        health_since=_moment(row.health_since),
        last_contact_at=_moment(row.last_contact_at),
        latency_seconds=row.latency_seconds,
        clock_skew_seconds=row.clock_skew_seconds,
    )


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
