"""The fleet as targeting sees it: nodes, and the filters and lists that were saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node. `attributes`: what the operator set, by namespace (but for tags)."""

    id: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    facts_revision: int = 0
    archived: bool = False
    health: str = "unknown"
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    enrollment: str = "enrolled"


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter that is kept under a name. `constraints`: as its file has them."""

    id: str
    name: str
    constraints: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SavedList:
    """Nodes that are kept under a name, in this order."""

    id: str
    name: str
    node_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class FleetView:
    """Everything that a group can select from, at one moment."""

    nodes: Mapping[str, NodeView] = field(default_factory=dict)
    filters: Mapping[str, SavedFilter] = field(default_factory=dict)
    lists: Mapping[str, SavedList] = field(default_factory=dict)
