"""How an instance that is executed elsewhere comes to be: its groups and runs, as one event."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from courier_backend.model.event import GroupData, NewEvent, RunData
from courier_backend.model.job import Job
from courier_backend.model.outside_bodies import Assignment, DirectInstance, NewInstance
from courier_backend.model.status import GroupStatus, InstanceStatus, JobStatus, RunStatus
from courier_backend.targeting.batches import batch_numbers, batch_size_of


def definition_of(body: NewInstance | DirectInstance) -> dict[str, Any]:
    """The definition, in normal form, of a job whose instance this could be."""
    job = Job(name=body.name, schedule_rule="immediate", target=body.target, actions=body.actions)
    return job.normal()


def job_for(job_id: str, body: NewInstance | DirectInstance, now: datetime, by: str) -> NewEvent:
    """A job that starts nothing by itself, for an instance that names one that is not here."""
    data: dict[str, Any] = {
        "definition": definition_of(body),
        "status": JobStatus.INACTIVE,
        "nextExecutionTime": None,
        "exceptionReasons": [],
        "idempotencyKey": "",
        "bodyDigest": "",
        "by": by,
    }
    return NewEvent("job-added", now, job_id=job_id, data=data)


def created(
    body: NewInstance,
    new_id: Callable[[], str],
    name_of: Callable[[str], str],
    now: datetime,
    *,
    timeout_seconds: int,
) -> NewEvent:
    """The instance; `name_of` names a node, `timeout_seconds` holds where a group says nothing."""
    definition = definition_of(body)
    specs = definition["target"]["groups"]
    sizes = Counter(each.group_number for each in body.assignments)
    groups = [
        _group(number, spec, sizes[number], timeout_seconds) for number, spec in enumerate(specs)
    ]
    data = {
        "jobName": body.name,
        "instanceType": body.instance_type,
        "triggeredBy": body.triggered_by,
        "overwriteId": body.overwrite_id,
        "status": InstanceStatus.RUNNING,
        "reasonCode": "",
        "reason": "",
        "actionSpec": definition["actions"],
        "targetSpec": definition["target"],
        "groups": groups,
        "runs": _runs(body.assignments, groups, new_id, name_of),
        "outside": True,
    }
    instance_id = body.instance_id.lower() or new_id()
    return NewEvent(
        "instance-created", now, job_id=body.job_id.lower(), instance_id=instance_id, data=data
    )


def _group(number: int, spec: dict[str, Any], count: int, timeout_seconds: int) -> GroupData:
    size = batch_size_of(spec["batchSize"], count)
    rolling = spec["distributionMethod"] == "rolling"
    numbers = [0] * count if rolling else batch_numbers(count, size)
    return {
        "groupNumber": number,
        "status": GroupStatus.PENDING,
        "reasonCode": "",
        "reason": "",
        "nodeCount": count,
        "batchSize": size,
        "batchCount": max(numbers, default=-1) + 1,
        "distributionMethod": spec["distributionMethod"],
        "timeoutSeconds": spec["timeoutSeconds"] or timeout_seconds,
        "criteria": list(spec["successCriteria"]),
        "earlyTermination": spec["earlyTermination"],
    }


def _runs(
    assignments: list[Assignment],
    groups: list[GroupData],
    new_id: Callable[[], str],
    name_of: Callable[[str], str],
) -> list[RunData]:
    placed: Counter[int] = Counter()
    runs: list[RunData] = []
    for each in assignments:
        group = groups[each.group_number]
        rolling = group["distributionMethod"] == "rolling"
        batch = 0 if rolling else placed[each.group_number] // group["batchSize"]
        placed[each.group_number] += 1
        node_id = each.node_id.lower()
        runs.append(
            {
                "runId": each.job_run_id.lower() or new_id(),
                "nodeId": node_id,
                "nodeName": name_of(node_id),
                "groupNumber": each.group_number,
                "batchNumber": batch,
                "status": RunStatus.PENDING,
                "reasonCode": "",
                "reason": "",
                "factsRevision": 0,
            }
        )
    return runs
