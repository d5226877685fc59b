"""The part of the service that concerns nodes, and the lab."""

from collections.abc import Mapping, Sequence
from typing import Any

from courier_backend.api.ports import LabItem
from courier_backend.delivery.directory import KnownNode, NodeDirectory
from courier_backend.fleet.fleet import Fleet
from courier_backend.fleet.importing import import_nodes
from courier_backend.fleet.saved import SavedTargets
from courier_backend.hosting.local_nodes import LocalNodes
from courier_backend.hosting.runner_process import HostedNode
from courier_backend.model.errors import Conflict
from courier_backend.model.wire import ImportedNode, NodeItem, NodeWish
from courier_backend.orchestrator.driver import Driver
from courier_backend.service.nodes import described, live_item, merged
from courier_backend.store.queries.nodes import get_node
from courier_backend.store.rehearsal import rehearse
from courier_backend.store.store import Store


class FleetCommands:
    """What the API can ask for; who derives from it brings the parts."""

    store: Store
    directory: NodeDirectory
    fleet: Fleet
    saved: SavedTargets
    driver: Driver
    local_nodes: LocalNodes

    async def add_node(
        self, url: str, token: str, *, name: str, tags: dict[str, str], by: str
    ) -> NodeItem:
        """Add a node after having asked it who it is."""
        node = await self.fleet.add(url, token, name=name, tags=tags, by=by)
        return await self._node_item(node.id)

    async def import_nodes(self, wishes: Sequence[NodeWish], *, by: str) -> list[ImportedNode]:
        """Many nodes at once; what became of each, in their order."""
        return await import_nodes(self.fleet, wishes, by)

    async def change_node(
        self,
        node_id: str,
        *,
        name: str | None = None,
        tags: dict[str, str] | None = None,
        archived: bool | None = None,
        by: str,
    ) -> NodeItem:
        """Rename, tag, archive or bring back a node."""
        await self.fleet.change(node_id, name=name, tags=tags, archived=archived, by=by)
        return await self._node_item(node_id)

    async def describe_node(
        self, node_id: str, attributes: Sequence[tuple[str, str, str]], *, by: str
    ) -> NodeItem:
        """Set what the operator says of a node; "" takes an attribute away."""

        def edit(node: KnownNode) -> dict[str, Any]:
            tags, own = described(node, attributes)
            return {"tags": tags, "attributes": own}

        await self.fleet.edit(node_id, edit, by)
        return await self._node_item(node_id)

    async def tag_node(self, node_id: str, tags: Mapping[str, str | None], *, by: str) -> NodeItem:
        """Set some tags of a node; None takes one away."""
        await self.fleet.edit(node_id, lambda node: {"tags": merged(node.tags, tags)}, by)
        return await self._node_item(node_id)

    async def _node_item(self, node_id: str) -> NodeItem:
        return self.live_node(await self.store.read(lambda c: get_node(c, node_id)))

    async def remove_node(self, node_id: str, *, by: str) -> None:
        """Take a node out of the fleet.

        Raises:
            Conflict: runs are at work on it; nobody could follow them any more.
        """
        runs = self.driver.runs_on(node_id)
        if runs:
            raise Conflict(
                f"Node {node_id} cannot be removed now: runs at work on it: {runs}.",
                hint="Wait for them, or cancel them.",
            )
        await self.fleet.remove(node_id, by)
        await self.saved.forget_node(node_id, by)

    def live_node(self, item: NodeItem) -> NodeItem:
        """A stored node with what is known of it right now."""
        node = self.directory.find(item["id"])
        return item if node is None else live_item(item, node)

    # ---- the lab

    async def lab_up(self, count: int, seed: int | None) -> list[LabItem]:
        """Bring up a lab."""
        rehearse(f"let the lab have {count} nodes")
        return [_lab_item(node) for node in await self.local_nodes.lab_up(count, seed)]

    async def lab_status(self) -> list[LabItem]:
        """The lab's nodes that run now."""
        return [_lab_item(node) for node in await self.local_nodes.lab_status()]

    async def lab_down(self) -> list[LabItem]:
        """End the lab; the nodes that were."""
        rehearse("end the lab's runners, and archive its nodes")
        return [_lab_item(node) for node in await self.local_nodes.lab_down()]


def _lab_item(node: HostedNode) -> LabItem:
    return {"id": node.id, "name": node.name, "url": node.url, "home": node.home}
