"""The nodes as the backend knows them, in memory: addresses, facts, and whether they answer.

The store holds the same; this saves a query per run. Changes go to the log first, by the
callers of `NodeDirectory`, and then here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from courier_backend.delivery.node import NodeAddress
from courier_backend.model.errors import NotFound
from courier_backend.model.protocol import Skill


@dataclass(slots=True)
class KnownNode:
    """A node. `met`: it told who it is since this backend started or last lost it.

    `attributes`: what the operator says of it, by namespace; `health_since`: when it became so.
    """

    id: str
    name: str
    url: str
    token: str
    journal_id: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    facts_revision: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    skills: list[Skill] = field(default_factory=list)
    version: str = ""
    capacity: int = 1
    archived: bool = False
    builtin: bool = False
    lab: bool = False
    health: str = "unknown"
    health_reason: str = ""
    health_since: datetime | None = None
    last_contact: datetime | None = None
    latency_seconds: float = 0.0
    clock_skew_seconds: float = 0.0
    met: bool = False

    @property
    def address(self) -> NodeAddress:
        """Where delivery finds it."""
        return NodeAddress(self.id, self.name, self.url, self.token, self.journal_id)


class NodeDirectory:
    """All nodes by id."""

    def __init__(self) -> None:
        self._nodes: dict[str, KnownNode] = {}

    def put(self, node: KnownNode) -> None:
        """Add or replace a node."""
        self._nodes[node.id] = node

    def remove(self, node_id: str) -> None:
        """Forget a node."""
        self._nodes.pop(node_id, None)

    def find(self, node_id: str) -> KnownNode | None:
        """The node, or None."""
        return self._nodes.get(node_id)

    def get(self, node_id: str) -> KnownNode:
        """The node.

        Raises:
            NotFound: there is none with this id.
        """
        node = self._nodes.get(node_id)
        if node is None:
            raise NotFound(
                f"There is no node {node_id}.", hint="`courier node list` shows the nodes."
            )
        return node

    def __iter__(self) -> Iterator[KnownNode]:
        return iter(list(self._nodes.values()))

    def __len__(self) -> int:
        return len(self._nodes)
