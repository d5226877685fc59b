"""`plan`: what a job file would do now. Writes nothing, calls no node."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from courier_backend.model.job import Job
from courier_backend.model.parse import Parsed
from courier_backend.model.wire import LeftOutItem, PlanGroup, PlanItem, PlanNode, ProblemItem
from courier_backend.orchestrator.begin import Defaults
from courier_backend.service.node_warnings import node_warnings
from courier_backend.targeting.batches import batch_size_of, in_batches
from courier_backend.targeting.resolve import (
    LeftOut,
    Resolution,
    Resolved,
    filter_doubts,
    left_out,
    resolve_group,
)
from courier_backend.targeting.view import FleetView

MOST_LEFT_OUT: Final = 200
"""So many of the nodes that a filter leaves out are told; a person reads no more."""


def plan_of(parsed: Parsed, fleet: FleetView, defaults: Defaults) -> PlanItem:
    """The plan of a job file but for its times, with all that is wrong or odd about it."""
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
        _add_groups(plan, parsed.job, fleet, defaults)
    return plan


def target_warnings(job: Job, fleet: FleetView, defaults: Defaults) -> list[ProblemItem]:
    """What an operator should know of the targets of a job that is accepted all the same."""
    plan = plan_of(Parsed(job, []), fleet, defaults)
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


def _add_groups(plan: PlanItem, job: Job, fleet: FleetView, defaults: Defaults) -> None:
    normal = job.normal()
    for number, spec in enumerate(normal["target"]["groups"]):
        resolution = resolve_group(spec, normal["actions"], fleet)
        others = left_out(spec, fleet)
        plan["groups"].append(_group(number, spec, resolution.nodes, others, defaults))
        plan["warnings"] += _warnings(number, resolution, fleet)
        plan["warnings"] += (f"group {number}: {doubt}" for doubt in filter_doubts(spec, fleet))
        nodes = [fleet.nodes[node.node_id] for node in resolution.nodes if not node.reason]
        for warning in node_warnings(nodes, normal["actions"]):
            plan["warnings"].append(f"group {number}: {warning}")


def _group(
    number: int,
    spec: Mapping[str, Any],
    resolved: list[Resolved],
    others: list[LeftOut],
    defaults: Defaults,
) -> PlanGroup:
    size = batch_size_of(spec["batchSize"], len(resolved))
    return {
        "groupNumber": number,
        "nodes": [_node(node) for node in resolved],
        "batches": in_batches([node.node_id for node in resolved], size),
        "rolling": spec["distributionMethod"] == "rolling",
        "timeoutSeconds": spec["timeoutSeconds"] or defaults.timeout_seconds,
        "criteria": spec["successCriteria"],
        "leftOut": left_out_items(others),
        "leftOutCount": len(others),
    }


def left_out_items(others: Sequence[LeftOut]) -> list[LeftOutItem]:
    """The first of the nodes that were left out, as the API tells them."""
    return [
        {"id": each.node_id, "name": each.name, "reasons": each.reasons}
        for each in others[:MOST_LEFT_OUT]
    ]


def _node(node: Resolved) -> PlanNode:
    item: PlanNode = {"id": node.node_id, "name": node.name}
    if node.reason:
        item["problem"] = node.reason
    return item


def _warnings(number: int, resolution: Resolution, fleet: FleetView) -> list[str]:
    """What an operator should know before: nodes that cannot run it, or do not answer now."""
    found = []
    if resolution.reason:
        found.append(f"group {number}: {resolution.reason}, so it will fail")
    elif not resolution.nodes:
        found.append(f"group {number} has no node, so it will fail")
    for node in resolution.nodes:
        known = fleet.nodes.get(node.node_id)
        if node.reason:
            found.append(f"group {number}: {node.reason}")
        elif known is not None and known.health == "offline":
            found.append(f"group {number}: {node.name} does not answer now")
    return found
