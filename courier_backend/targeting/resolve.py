"""From what a group says to the nodes it runs on, and what is wrong with each (pure)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from courier_backend.model.patterns import PatternTooSlow
from courier_backend.model.status import ReasonCode
from courier_backend.targeting.doubts import doubts
from courier_backend.targeting.filters import NodeFilter
from courier_backend.targeting.view import FleetView, NodeView


@dataclass(frozen=True, slots=True)
class Resolved:
    """A node of a group; with a reason when a run on it cannot even begin."""

    node_id: str
    name: str
    facts_revision: int = 0
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The nodes of a group; or why nobody can tell which they are (then the group fails)."""

    nodes: list[Resolved] = field(default_factory=list)
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A node that a group does not run on, though it might have: why, one reason a constraint."""

    node_id: str
    name: str
    reasons: list[str]


class Unresolvable(Exception):
    """A group does not say which nodes it runs on."""

    def __init__(self, code: ReasonCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def resolve_group(
    group: Mapping[str, Any], actions: Mapping[str, Any], fleet: FleetView
) -> Resolution:
    """The nodes of a group, each once: as they are named, or in the order of the fleet."""
    select = _SELECTORS[group["nodeListType"]]
    try:
        found = dict.fromkeys(select(group, fleet))
    except Unresolvable as fault:
        return Resolution(reason_code=fault.code, reason=str(fault))
    except PatternTooSlow as fault:
        return Resolution(reason_code=ReasonCode.PATTERN_TOO_SLOW, reason=str(fault))
    return Resolution([_resolved(node_id, actions, fleet.nodes) for node_id in found])


def left_out(group: Mapping[str, Any], fleet: FleetView) -> list[LeftOut]:
    """The nodes that a filter or a saved list leaves out, with the reasons."""
    try:
        if group["nodeListType"] == "savedList":
            return [_archived(node) for node in _listed(group, fleet) if node.archived]
        if group["nodeListType"] == "nodes":
            return []
        return judged(_constraints(group, fleet), fleet)[1]
    except (Unresolvable, PatternTooSlow):
        return []


def filter_doubts(group: Mapping[str, Any], fleet: FleetView) -> list[str]:
    """What the filter of a group, if it has one, names that no node has."""
    if group["nodeListType"] not in {"filter", "savedFilter"}:
        return []
    try:
        return doubts(_constraints(group, fleet), fleet.nodes.values())
    except Unresolvable:
        return []


def judged(
    constraints: Mapping[str, Any], fleet: FleetView
) -> tuple[list[NodeView], list[LeftOut]]:
    """The nodes that a filter admits, and the others, archived ones last.

    Raises:
        PatternTooSlow: a pattern could not be judged in time.
    """
    tests = NodeFilter(constraints)
    admitted, others, archived = [], [], []
    for node in fleet.nodes.values():
        if node.archived:
            archived.append(_archived(node))
        elif failures := tests.failures(node):
            others.append(
                LeftOut(node.id, node.name, list(dict.fromkeys(each.reason for each in failures)))
            )
        else:
            admitted.append(node)
    return admitted, others + archived


def _archived(node: NodeView) -> LeftOut:
    return LeftOut(node.id, node.name, ["it is archived"])


def _named(group: Mapping[str, Any], fleet: FleetView) -> Iterable[str]:
    """As the group names them; an id may be written in capitals."""
    named = group["nodeIdentifiers"] or ()
    return (node_id if node_id in fleet.nodes else node_id.lower() for node_id in named)


def _filtered(group: Mapping[str, Any], fleet: FleetView) -> Iterable[str]:
    """All nodes that meet the filter; archived ones are never targeted."""
    tests = NodeFilter(_constraints(group, fleet))
    found = (node for node in fleet.nodes.values() if not node.archived)
    return [node.id for node in found if tests.admits(node)]


def _constraints(group: Mapping[str, Any], fleet: FleetView) -> Mapping[str, Any]:
    """Those of the group itself, or of the saved filter that it names."""
    if group["nodeListType"] == "filter":
        return (group["filter"] or {}).get("constraints") or {}
    wanted = str(group["filterId"]).lower()
    saved = fleet.filters.get(wanted)
    if saved is None:
        raise Unresolvable(ReasonCode.FILTER_UNKNOWN, f"there is no saved filter {wanted}")
    return saved.constraints


def _on_list(group: Mapping[str, Any], fleet: FleetView) -> Iterable[str]:
    return [node.id for node in _listed(group, fleet) if not node.archived]


def _listed(group: Mapping[str, Any], fleet: FleetView) -> list[NodeView]:
    """The nodes on the saved list that the group names; those that left the fleet left it, too."""
    wanted = str(group["listId"]).lower()
    saved = fleet.lists.get(wanted)
    if saved is None:
        raise Unresolvable(ReasonCode.LIST_UNKNOWN, f"there is no saved list {wanted}")
    return [fleet.nodes[node_id] for node_id in saved.node_ids if node_id in fleet.nodes]


_Selector = Callable[[Mapping[str, Any], FleetView], Iterable[str]]
_SELECTORS: Final[Mapping[str, _Selector]] = {
    "nodes": _named,
    "filter": _filtered,
    "savedFilter": _filtered,
    "savedList": _on_list,
}


def _resolved(node_id: str, actions: Mapping[str, Any], nodes: Mapping[str, NodeView]) -> Resolved:
    node = nodes.get(node_id)
    if node is None:
        return Resolved(node_id, node_id, 0, ReasonCode.NODE_UNKNOWN, f"there is no node {node_id}")
    reason_code, reason = _obstacle(node, actions)
    return Resolved(node.id, node.name, node.facts_revision, reason_code, reason)


def _obstacle(node: NodeView, actions: Mapping[str, Any]) -> tuple[str, str]:
    if node.archived:
        return ReasonCode.NODE_ARCHIVED, f"{node.name} is archived"
    platform = str(node.facts.get("os", ""))
    step = _step_without_command(actions["steps"], platform)
    if step:
        return ReasonCode.NO_COMMAND, f"{step} has no command for {platform} ({node.name})"
    return "", ""


_PLATFORMS: Final = frozenset({"linux", "windows", "darwin"})


def _step_without_command(steps: Sequence[Mapping[str, Any]], platform: str) -> str:
    """The first step that is sure to be executed, and to fail the run, for want of a command.

    A step with conditions may be skipped, and one whose failure is ignored fails nothing; what a
    node's platform is may not be known before it is first met. Those are left to the node.
    """
    for number, step in enumerate(steps, 1):
        command = step["command"]
        by_platform = isinstance(command, Mapping) and _PLATFORMS & command.keys()
        if by_platform and platform and not command.get(platform) and _must_succeed(step):
            return f"step {number} ({step['name']})" if step["name"] else f"step {number}"
    return ""


def _must_succeed(step: Mapping[str, Any]) -> bool:
    return not step["conditions"] and step["failureBehavior"]["action"] != "retryThenIgnore"
