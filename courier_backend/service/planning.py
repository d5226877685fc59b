"""`plan`: what a job file would do now. Writes nothing, calls no node."""

from collections.abc import Mapping
from typing import Any

from courier_backend.model.errors import BadInput
from courier_backend.model.job import Job
from courier_backend.model.parse import Parsed
from courier_backend.model.times import Clock, system_clock, to_text
from courier_backend.model.wire import PlanGroup, PlanItem, PlanNode, ProblemItem
from courier_backend.orchestrator.begin import Defaults
from courier_backend.targeting.batches import batch_size_of, in_batches
from courier_backend.targeting.resolve import NodeView, Resolved, resolve_group


def plan_of(
    parsed: Parsed, nodes: Mapping[str, NodeView], defaults: Defaults, clock: Clock
) -> PlanItem:
    """The plan of a job file, with everything that is wrong or odd about it."""
    plan: PlanItem = {
        "valid": parsed.job is not None,
        "name": parsed.job.name if parsed.job else "",
        "problems": parsed.problems,
        "groups": [],
        "nextExecutions": [],
        "blockedByExceptions": [],
        "warnings": [],
    }
    if parsed.job is not None:
        _add_groups(plan, parsed.job, nodes, defaults)
        if parsed.job.schedule_rule == "immediate":
            plan["nextExecutions"] = [to_text(clock())]
        else:
            plan["valid"] = False
            plan["warnings"].append(NO_RECURRENCE)
    return plan


NO_RECURRENCE = (
    'scheduleRule: this version runs "immediate" jobs alone; a recurring job is not accepted'
)


def target_warnings(
    job: Job, nodes: Mapping[str, NodeView], defaults: Defaults
) -> list[ProblemItem]:
    """What an operator should know of the targets of a job that is accepted all the same."""
    plan = plan_of(Parsed(job, []), nodes, defaults, system_clock)
    return [
        {
            "severity": "warning",
            "path": "target",
            "line": 0,
            "column": 0,
            "message": warning,
            "didYouMean": "",
        }
        for warning in plan["warnings"]
    ]


def _add_groups(
    plan: PlanItem, job: Job, nodes: Mapping[str, NodeView], defaults: Defaults
) -> None:
    normal = job.normal()
    for number, spec in enumerate(normal["target"]["groups"]):
        try:
            resolved = resolve_group(spec, normal["actions"], nodes)
        except BadInput as error:
            plan["valid"] = False
            plan["warnings"].append(f"target.groups[{number}]: {error.message}")
            continue
        plan["groups"].append(_group(number, spec, resolved, defaults))
        plan["warnings"] += _warnings(number, resolved, nodes)


def _group(
    number: int, spec: Mapping[str, Any], resolved: list[Resolved], defaults: Defaults
) -> PlanGroup:
    size = batch_size_of(spec["batchSize"], len(resolved))
    return {
        "groupNumber": number,
        "nodes": [_node(node) for node in resolved],
        "batches": in_batches([node.node_id for node in resolved], size),
        "rolling": spec["distributionMethod"] == "rolling",
        "timeoutSeconds": spec["timeoutSeconds"] or defaults.timeout_seconds,
        "criteria": spec["successCriteria"],
    }


def _node(node: Resolved) -> PlanNode:
    item: PlanNode = {"id": node.node_id, "name": node.name}
    if node.reason:
        item["problem"] = node.reason
    return item


def _warnings(number: int, resolved: list[Resolved], nodes: Mapping[str, NodeView]) -> list[str]:
    """What an operator should know before: nodes that cannot run it, or do not answer now."""
    found = []
    if not resolved:
        found.append(f"group {number} has no node, so it will fail")
    for node in resolved:
        known = nodes.get(node.node_id)
        if node.reason:
            found.append(f"group {number}: {node.reason}")
        elif known is not None and known.health == "offline":
            found.append(f"group {number}: {node.name} does not answer now")
    return found
