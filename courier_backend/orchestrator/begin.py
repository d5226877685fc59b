"""How an instance comes to be: its groups resolved, its runs made, all of it in one event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from courier_backend.model.event import GroupData, NewEvent, RunData
from courier_backend.model.status import GroupStatus, InstanceStatus, ReasonCode, RunStatus
from courier_backend.model.times import to_text
from courier_backend.orchestrator.state import GroupState, InstanceState, RunState
from courier_backend.targeting.batches import batch_numbers, batch_size_of
from courier_backend.targeting.resolve import Resolved, resolve_group
from courier_backend.targeting.view import FleetView


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a group says nothing. Seconds."""

    timeout_seconds: int = 3600
    queue_timeout_seconds: int = 86_400


@dataclass(frozen=True, slots=True)
class Cause:
    """Why there is an instance: `scheduled` or `manual`, and who or what triggered it.

    `due_at`: when it was to be. `overridden`: the window that it is begun in all the same.
    `instance_id`: the id that whoever wants it has given it.
    """

    instance_type: str = "scheduled"
    triggered_by: str = "system"
    overwrite_id: str | None = None
    due_at: datetime | None = None
    overridden: str = ""
    instance_id: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Why an instance does not begin now: it is pending, or skipped for good."""

    status: InstanceStatus
    reason_code: ReasonCode
    reason: str


def begin(
    job_id: str,
    definition: Mapping[str, Any],
    fleet: FleetView,
    *,
    cause: Cause,
    defaults: Defaults,
    new_id: Callable[[], str],
    now: datetime,
) -> tuple[InstanceState, NewEvent]:
    """The instance of a job (in normal form) on the nodes as they are now, and its event."""
    state, resolved = _resolve(
        cause.instance_id or new_id(), job_id, definition, fleet, defaults, new_id
    )
    data = _data(definition, cause) | {"status": InstanceStatus.RUNNING} | resolved
    event = NewEvent("instance-created", now, job_id=job_id, instance_id=state.id, data=data)
    return state, event


def hold(
    job_id: str,
    definition: Mapping[str, Any],
    *,
    cause: Cause,
    held: Held,
    instance_id: str,
    now: datetime,
) -> NewEvent:
    """An instance that does not begin now: on no nodes yet, or on none ever."""
    data = _data(definition, cause) | {
        "status": held.status,
        "reasonCode": held.reason_code,
        "reason": held.reason,
        "groups": [],
        "runs": [],
    }
    return NewEvent("instance-created", now, job_id=job_id, instance_id=instance_id, data=data)


def begin_held(
    instance_id: str,
    job_id: str,
    definition: Mapping[str, Any],
    fleet: FleetView,
    *,
    defaults: Defaults,
    new_id: Callable[[], str],
    now: datetime,
) -> tuple[InstanceState, NewEvent]:
    """An instance that was pending begins, on the nodes as they are now."""
    state, resolved = _resolve(instance_id, job_id, definition, fleet, defaults, new_id)
    data = {"from": InstanceStatus.PENDING, "status": InstanceStatus.RUNNING} | resolved
    return state, NewEvent("instance-started", now, job_id=job_id, instance_id=state.id, data=data)


def _data(definition: Mapping[str, Any], cause: Cause) -> dict[str, Any]:
    return {
        "jobName": definition["name"],
        "instanceType": cause.instance_type,
        "triggeredBy": cause.triggered_by,
        "overwriteId": cause.overwrite_id,
        "dueAt": None if cause.due_at is None else to_text(cause.due_at),
        "overridden": cause.overridden,
        "reasonCode": "",
        "reason": "",
        "actionSpec": definition["actions"],
        "targetSpec": definition["target"],
    }


def _resolve(
    instance_id: str,
    job_id: str,
    definition: Mapping[str, Any],
    fleet: FleetView,
    defaults: Defaults,
    new_id: Callable[[], str],
) -> tuple[InstanceState, dict[str, Any]]:
    """The state, and groups and runs as events tell them."""
    groups = [
        _group(number, spec, definition, fleet, defaults, new_id)
        for number, spec in enumerate(definition["target"]["groups"])
    ]
    parallel = definition["target"]["executionType"] == "parallel"
    state = InstanceState(instance_id, job_id, parallel, [group for group, _ in groups])
    return state, {
        "groups": [_group_data(group) for group, _ in groups],
        "runs": [run for _, runs in groups for run in runs],
    }


def _group(
    number: int,
    spec: Mapping[str, Any],
    definition: Mapping[str, Any],
    fleet: FleetView,
    defaults: Defaults,
    new_id: Callable[[], str],
) -> tuple[GroupState, list[RunData]]:
    resolution = resolve_group(spec, definition["actions"], fleet)
    resolved = resolution.nodes
    size = batch_size_of(spec["batchSize"], len(resolved))
    rolling = spec["distributionMethod"] == "rolling"
    numbers = [0] * len(resolved) if rolling else batch_numbers(len(resolved), size)
    runs = [
        _run_data(new_id(), number, batch, node)
        for node, batch in zip(resolved, numbers, strict=True)
    ]
    group = GroupState(
        number=number,
        batch_size=size,
        rolling=rolling,
        timeout=timedelta(seconds=spec["timeoutSeconds"] or defaults.timeout_seconds),
        queue_timeout=timedelta(
            seconds=spec.get("queueTimeoutSeconds") or defaults.queue_timeout_seconds
        ),
        criteria=spec["successCriteria"],
        early_termination=spec["earlyTermination"],
        runs=[_run_state(run) for run in runs],
        fault=resolution.reason_code,
        fault_reason=resolution.reason,
    )
    return group, runs


def _run_data(run_id: str, group: int, batch: int, node: Resolved) -> RunData:
    return {
        "runId": run_id,
        "nodeId": node.node_id,
        "nodeName": node.name,
        "groupNumber": group,
        "batchNumber": batch,
        "status": RunStatus.FAILURE if node.reason_code else RunStatus.PENDING,
        "reasonCode": node.reason_code,
        "reason": node.reason,
        "factsRevision": node.facts_revision,
    }


def _run_state(run: RunData) -> RunState:
    return RunState(
        run["runId"],
        run["nodeId"],
        run["groupNumber"],
        run["batchNumber"],
        RunStatus(run["status"]),
        run["reasonCode"],
        run["reason"],
    )


def _group_data(group: GroupState) -> GroupData:
    batches = max((run.batch_number for run in group.runs), default=-1) + 1
    return {
        "groupNumber": group.number,
        "status": GroupStatus.PENDING,
        "reasonCode": group.fault,
        "reason": group.fault_reason,
        "nodeCount": len(group.runs),
        "batchSize": group.batch_size,
        "batchCount": batches,
        "distributionMethod": "rolling" if group.rolling else "batching",
        "timeoutSeconds": int(group.timeout.total_seconds()),
        "criteria": list(group.criteria),
        "earlyTermination": group.early_termination,
    }
