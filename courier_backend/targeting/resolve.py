"""From what a group says to the nodes it runs on, and what is wrong with each (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
    """The nodes of a group, each once, in the order in which they are named."""
    return [_resolved(node_id, actions, nodes) for node_id in _selected(group, nodes)]


def _selected(group: Mapping[str, Any], nodes: Mapping[str, NodeView]) -> Iterable[str]:
    if group["nodeListType"] == "filter":
        constraints = (group["filter"] or {}).get("constraints") or {}
        found = (node for node in nodes.values() if not node.archived)
        return [node.id for node in found if matches(node, constraints)]
    return dict.fromkeys(group["nodeIdentifiers"] or ())


def _resolved(node_id: str, actions: Mapping[str, Any], nodes: Mapping[str, NodeView]) -> Resolved:
    node = nodes.get(node_id)
    if node is None:
        return Resolved(node_id, node_id, 0, ReasonCode.NODE_UNKNOWN, f"there is no node {node_id}")
    if node.archived:
        reason = f"{node.name} is archived"
        return Resolved(node.id, node.name, node.facts_revision, ReasonCode.NODE_ARCHIVED, reason)
    if step := _step_without_command(actions["steps"], str(node.facts.get("os", ""))):
        reason = f"{step} has no command for {node.facts.get('os')}"
        return Resolved(node.id, node.name, node.facts_revision, ReasonCode.NO_COMMAND, reason)
    return Resolved(node.id, node.name, node.facts_revision)


_PLATFORMS = frozenset({"linux", "windows", "darwin"})


def _step_without_command(steps: Sequence[Mapping[str, Any]], platform: str) -> str:
    """The first step that always runs and has commands for other platforms alone."""
    for number, step in enumerate(steps, 1):
        command = step["command"]
        by_platform = isinstance(command, Mapping) and _PLATFORMS & command.keys()
        if by_platform and platform and not command.get(platform) and not step["conditions"]:
            return f"step {number} ({step['name']})" if step["name"] else f"step {number}"
    return ""
