"""What happens to instances and their groups."""

from typing import Final

from courier_backend.model.errors import Conflict
from courier_backend.model.event import GroupData, RunData
from courier_backend.model.status import FINAL_INSTANCE, FINAL_RUN, InstanceStatus, RunStatus
from courier_backend.store.batch import Values
from courier_backend.store.known import KnownInstance, KnownRun
from courier_backend.store.projection.note import Note, as_json, check_before, checked, micros
from courier_backend.store.tables import groups, instance_specs, instances, runs

_STATUSES: Final = frozenset(str(status) for status in InstanceStatus)
_RUN_STATUSES: Final = frozenset(str(status) for status in RunStatus)


def instance_created(note: Note) -> None:
    """A new instance with its groups and every run that will be, numbered without a gap."""
    data = note.data
    if not note.event.instance_id:
        raise Conflict("A new instance has no id.")
    job = note.known.job(note.event.job_id)
    status = checked(data["status"], _STATUSES)
    instance = KnownInstance(note.numbers.instance, note.event.instance_id, job, status, {})
    note.numbers.instance += 1
    note.known.instances[instance.id] = instance
    note.concerns_instance(instance)
    note.batch.insert(instances, (instance.no,), _row(note, instance, len(data["runs"])))
    specs: Values = {
        "instance_no": instance.no,
        "action_spec": as_json(data["actionSpec"]),
        "target_spec": as_json(data["targetSpec"]),
    }
    note.batch.insert(instance_specs, (instance.no,), specs)
    note.batch.count("instances", 0, status, 1)
    note.batch.count("instances/job", job.no, status, 1)
    _add_all(note, instance)


def instance_started(note: Note, instance: KnownInstance) -> None:
    """One that was pending begins, on the nodes that its groups have now."""
    values = _moved(note, instance)
    values |= {
        "updated_at": note.now,
        "reason_code": "",
        "reason": "",
        "first_run_no": note.numbers.run,
        "total_runs": len(note.data["runs"]),
    }
    note.batch.update(instances, (instance.no,), values)
    _add_all(note, instance)


def _add_all(note: Note, instance: KnownInstance) -> None:
    for group in note.data["groups"]:
        _add_group(note, instance, group)
    for run in note.data["runs"]:
        _add_run(note, instance, run)


def _row(note: Note, instance: KnownInstance, run_count: int) -> Values:
    data = note.data
    final = instance.status in FINAL_INSTANCE
    return {
        "no": instance.no,
        "id": instance.id,
        "job_no": instance.job.no,
        "job_name": data["jobName"],
        "instance_type": data["instanceType"],
        "triggered_by": data["triggeredBy"],
        "overwrite_id": data["overwriteId"],
        "status": instance.status,
        "reason_code": str(data["reasonCode"]),
        "reason": data["reason"],
        "created_at": note.now,
        "updated_at": note.now,
        "started_at": note.now if instance.status == InstanceStatus.RUNNING else None,
        "finished_at": note.now if final else None,
        "step_count": len(data["actionSpec"].get("steps", ())),
        "first_run_no": note.numbers.run,
        "total_runs": run_count,
        "due_at": micros(data.get("dueAt")),
        "overridden": data.get("overridden", ""),
        "outside": bool(data.get("outside")),
    }


def _add_group(note: Note, instance: KnownInstance, group: GroupData) -> None:
    no = note.numbers.group
    note.numbers.group += 1
    instance.groups[group["groupNumber"]] = no
    row: Values = {
        "no": no,
        "instance_no": instance.no,
        "group_number": group["groupNumber"],
        "status": str(group["status"]),
        "reason_code": str(group["reasonCode"]),
        "reason": group["reason"],
        "node_count": group["nodeCount"],
        "batch_size": group["batchSize"],
        "batch_count": group["batchCount"],
        "distribution_method": group["distributionMethod"],
        "timeout_seconds": group["timeoutSeconds"],
        "criteria": as_json(group["criteria"]),
        "early_termination": bool(group["earlyTermination"]),
    }
    note.batch.insert(groups, (no,), row)


def _add_run(note: Note, instance: KnownInstance, data: RunData) -> None:
    status = checked(data["status"], _RUN_STATUSES)
    group_no = instance.groups.get(data["groupNumber"])
    if group_no is None:
        raise Conflict(f"Run {data['runId']} is in group {data['groupNumber']}: there is none.")
    no = note.numbers.run
    note.numbers.run += 1
    run = KnownRun(no, data["runId"], instance, group_no, data["nodeId"], status)
    note.known.runs[run.id] = run
    row: Values = {
        "no": no,
        "id": run.id,
        "instance_no": instance.no,
        "job_no": instance.job.no,
        "group_no": group_no,
        "node_id": run.node_id,
        "node_name": data["nodeName"],
        "group_number": data["groupNumber"],
        "batch_number": data["batchNumber"],
        "status": status,
        "reason_code": str(data["reasonCode"]),
        "reason": data["reason"],
        "facts_revision": data["factsRevision"],
        "created_at": note.now,
        "updated_at": note.now,
        "finished_at": note.now if status in FINAL_RUN else None,
    }
    note.batch.insert(runs, (no,), row)
    for scope, owner in run_scopes(run):
        note.batch.count(scope, owner, status, 1)


def run_scopes(run: KnownRun) -> tuple[tuple[str, int], ...]:
    """Where a run is counted."""
    return (
        ("runs", 0),
        ("runs/job", run.instance.job.no),
        ("runs/instance", run.instance.no),
        ("runs/group", run.group_no),
    )


def instance_changed(note: Note, instance: KnownInstance) -> None:
    """New values of an instance."""
    data = note.data
    values: Values = {"updated_at": note.now}
    if "status" in data:
        values |= _moved(note, instance)
    for name, column in _TEXTS.items():
        if name in data:
            values[column] = str(data[name])
    for name, column in _TIMES.items():
        if data.get(name):
            values[column] = micros(data[name])
    if "lateCompletions" in data:
        values["late_completions"] = data["lateCompletions"]
    note.batch.update(instances, (instance.no,), values)


_TEXTS: Final = {"reasonCode": "reason_code", "reason": "reason", "cancelReason": "cancel_reason"}
_TIMES: Final = {
    "startedAt": "started_at",
    "finishedAt": "finished_at",
    "cancelRequestedAt": "cancel_requested_at",
}


def _moved(note: Note, instance: KnownInstance) -> Values:
    """Another status; when it began or ended, unless the event says that itself."""
    before, status = instance.status, checked(note.data["status"], _STATUSES)
    check_before(note.data["from"], before, "Instance", instance.id)
    note.batch.move("instances", 0, before, status)
    note.batch.move("instances/job", instance.job.no, before, status)
    instance.status = status
    if status in FINAL_INSTANCE:
        return {"status": status, "finished_at": note.now}
    if before == InstanceStatus.PENDING:
        return {"status": status, "started_at": note.now}
    return {"status": status}


def group_changed(note: Note, instance: KnownInstance) -> None:
    """A group starts, or its verdict stands."""
    data = note.data
    no = instance.groups.get(data["groupNumber"])
    if no is None:
        raise Conflict(f"Instance {instance.id} has no group {data['groupNumber']}.")
    values: Values = {
        "status": str(data["status"]),
        "reason_code": str(data["reasonCode"]),
        "reason": data["reason"],
    }
    note.batch.update(groups, (no,), values)
    note.batch.update(instances, (instance.no,), {"updated_at": note.now})
