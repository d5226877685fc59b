"""From what a group says to the nodes it runs on, and what is wrong with each (pure)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from courier_backend.model.errors import BadInput
from courier_backend.model.status import ReasonCode
from courier_backend.targeting.filters import matches


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node as targeting sees it."""

    id: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    facts_revision: int = 0
    archived: bool = False
    health: str = "unknown"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A node of a group; with a reason when a run on it cannot even begin."""

    node_id: str
    name: str
    facts_revision: int = 0
    reason_code: str = ""
    reason: str = ""


def resolve_group(
    group: Mapping[str, Any], actions: Mapping[str, Any], nodes: Mapping[str, NodeView]
) -> list[Resolved]:
    """The nodes of a group, each once, in the order in which they are named.

    Raises:
        BadInput: the group selects its nodes in a way that cannot be used yet.
    """
    select = _SELECTORS.get(group["nodeListType"])
    if select is None:
        raise BadInput(
            f"Node lists of type {group['nodeListType']} cannot be used yet; "
            f"use one of {', '.join(_SELECTORS)}."
        )
    return [_resolved(node_id, actions, nodes) for node_id in dict.fromkeys(select(group, nodes))]


def _named(group: Mapping[str, Any], nodes: Mapping[str, NodeView]) -> Iterable[str]:
    """As the group names them; an id may be written in capitals."""
    named = group["nodeIdentifiers"] or ()
    return (node_id if node_id in nodes else node_id.lower() for node_id in named)


def _filtered(group: Mapping[str, Any], nodes: Mapping[str, NodeView]) -> Iterable[str]:
    """All nodes that meet the filter; archived ones are never targeted."""
    constraints = (group["filter"] or {}).get("constraints") or {}
    found = (node for node in nodes.values() if not node.archived)
    return [node.id for node in found if matches(node, constraints)]


_Selector = Callable[[Mapping[str, Any], Mapping[str, NodeView]], Iterable[str]]
_SELECTORS: Final[Mapping[str, _Selector]] = {"nodes": _named, "filter": _filtered}


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
