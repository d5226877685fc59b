"""The filters and lists that are saved, in memory, and what changes them.

As with nodes, a change is appended to the log first and then made here.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from courier_backend.delivery.directory import KnownNode, NodeDirectory
from courier_backend.model.checking.saved_names import SavedNames
from courier_backend.model.errors import BadInput, Conflict, NotFound
from courier_backend.model.event import NewEvent
from courier_backend.model.filter_bodies import FilterBody, ListBody
from courier_backend.model.ids import new_id
from courier_backend.model.times import Clock
from courier_backend.store.queries.saved import all_filters, all_lists
from courier_backend.store.store import Store
from courier_backend.targeting.view import FleetView, NodeView, SavedFilter, SavedList


class SavedTargets:
    """All saved filters and lists of one backend."""

    def __init__(self, store: Store, directory: NodeDirectory, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        # A name is looked for, and then taken: one after another.
        self._changing = asyncio.Lock()
        self._filters: dict[str, SavedFilter] = {}
        self._lists: dict[str, SavedList] = {}

    async def load(self) -> None:
        """Read all of them from the store."""
        for each in await self._store.read(all_filters):
            self._filters[each.id] = SavedFilter(each.id, each.name, each.constraints)
        for found in await self._store.read(all_lists):
            self._lists[found.id] = SavedList(found.id, found.name, found.node_ids)

    def view(self) -> FleetView:
        """The fleet as targeting sees it, now."""
        nodes = {node.id: view_of(node) for node in self._directory}
        return FleetView(nodes, dict(self._filters), dict(self._lists))

    def names(self) -> SavedNames:
        """What a job file may name."""
        return SavedNames(
            {each.id: each.name for each in self._filters.values()},
            {each.id: each.name for each in self._lists.values()},
        )

    # ---- filters

    def saved_filter(self, filter_id: str) -> SavedFilter:
        """One saved filter.

        Raises:
            NotFound: there is none.
        """
        return _found(self._filters, filter_id, "filter")

    async def add_filter(self, body: FilterBody, by: str) -> str:
        """Save a filter; gives its id.

        Raises:
            Conflict: another has this name.
        """
        async with self._changing:
            _refuse_taken(self._filters, body.name, "filter")
            filter_id = new_id()
            await self._put_filter("filter-added", filter_id, body, by)
        return filter_id

    async def change_filter(self, filter_id: str, body: FilterBody, by: str) -> None:
        """Save another filter under the same id.

        Raises:
            NotFound: there is none.
            Conflict: another has this name.
        """
        async with self._changing:
            before = self.saved_filter(filter_id)
            _refuse_taken(self._filters, body.name, "filter", but=before.id)
            await self._put_filter("filter-changed", before.id, body, by)

    async def remove_filter(self, filter_id: str, by: str) -> str:
        """A filter is not kept any more; gives its id.

        Raises:
            NotFound: there is none.
        """
        async with self._changing:
            gone = self.saved_filter(filter_id)
            data = {"filterId": gone.id, "name": gone.name, "by": by}
            await self._append("filter-removed", data)
            del self._filters[gone.id]
        return gone.id

    async def _put_filter(self, kind: str, filter_id: str, body: FilterBody, by: str) -> None:
        constraints = body.constraints.normal()
        data = {
            "filterId": filter_id,
            "name": body.name,
            "description": body.description,
            "constraints": constraints,
            "by": by,
        }
        await self._append(kind, data)
        self._filters[filter_id] = SavedFilter(filter_id, body.name, constraints)

    # ---- lists

    def saved_list(self, list_id: str) -> SavedList:
        """One saved list.

        Raises:
            NotFound: there is none.
        """
        return _found(self._lists, list_id, "list")

    async def add_list(self, body: ListBody, by: str) -> str:
        """Save a list; gives its id.

        Raises:
            Conflict: another has this name.
            BadInput: a node is not in the fleet.
        """
        async with self._changing:
            _refuse_taken(self._lists, body.name, "list")
            nodes = self._nodes(body.node_ids)
            saved = SavedList(new_id(), body.name, nodes)
            await self._put_list("list-added", saved, body.description, by)
        return saved.id

    async def change_list(self, list_id: str, body: ListBody, by: str) -> None:
        """Save another list under the same id.

        Raises:
            NotFound: there is none.
            Conflict: another has this name.
            BadInput: a node is not in the fleet.
        """
        async with self._changing:
            before = self.saved_list(list_id)
            _refuse_taken(self._lists, body.name, "list", but=before.id)
            saved = SavedList(before.id, body.name, self._nodes(body.node_ids))
            await self._put_list("list-changed", saved, body.description, by)

    async def set_nodes(
        self,
        list_id: str,
        node_ids: Sequence[str],
        how: Literal["add", "remove", "replace"],
        by: str,
    ) -> None:
        """Put nodes on a list, take them from it, or let them be all of it; perhaps no change.

        Raises:
            NotFound: there is no such list.
            BadInput: a node to put there is not in the fleet.
        """
        async with self._changing:
            before = self.saved_list(list_id)
            if how == "remove":
                gone = {node_id.lower() for node_id in node_ids}
                nodes = [each for each in before.node_ids if each not in gone]
            else:
                kept = before.node_ids if how == "add" else ()
                nodes = list(dict.fromkeys([*kept, *self._nodes(node_ids)]))
            if nodes != list(before.node_ids):
                after = SavedList(before.id, before.name, nodes)
                await self._put_list("list-changed", after, None, by)

    async def remove_list(self, list_id: str, by: str) -> str:
        """A list is not kept any more; gives its id.

        Raises:
            NotFound: there is none.
        """
        async with self._changing:
            gone = self.saved_list(list_id)
            await self._append("list-removed", {"listId": gone.id, "name": gone.name, "by": by})
            del self._lists[gone.id]
        return gone.id

    async def forget_node(self, node_id: str, by: str) -> None:
        """A node left the fleet: no list names it any more."""
        async with self._changing:
            for each in [saved for saved in self._lists.values() if node_id in saved.node_ids]:
                left = [other for other in each.node_ids if other != node_id]
                await self._put_list("list-changed", SavedList(each.id, each.name, left), None, by)

    async def _put_list(self, kind: str, saved: SavedList, words: str | None, by: str) -> None:
        data: dict[str, Any] = {
            "listId": saved.id,
            "name": saved.name,
            "nodeIds": list(saved.node_ids),
            "by": by,
        }
        if words is not None:
            data["description"] = words
        await self._append(kind, data)
        self._lists[saved.id] = saved

    def _nodes(self, node_ids: Sequence[str]) -> list[str]:
        """Each once, all of them of the fleet."""
        wanted = list(dict.fromkeys(node_id.lower() for node_id in node_ids))
        unknown = [node_id for node_id in wanted if self._directory.find(node_id) is None]
        if unknown:
            more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
            raise BadInput(
                f"There is no node {unknown[0]}{more}.", hint="`courier nodes list` shows them."
            )
        return wanted

    async def _append(self, kind: str, data: Mapping[str, Any]) -> None:
        await self._store.append([NewEvent(kind, self._clock(), data=dict(data))])


S = TypeVar("S", SavedFilter, SavedList)


def _found(known: Mapping[str, S], its_id: str, what: str) -> S:
    found = known.get(its_id.lower())
    if found is None:
        raise NotFound(
            f"There is no saved {what} {its_id}.", hint=f"`courier {what}s list` shows them."
        )
    return found


def _refuse_taken(known: Mapping[str, S], name: str, what: str, but: str = "") -> None:
    if any(each.name == name and each.id != but for each in known.values()):
        raise Conflict(
            f'There is a {what} named "{name}" already.', hint="Choose another name, or change it."
        )


def view_of(node: KnownNode) -> NodeView:
    """A node as targeting sees it."""
    return NodeView(
        node.id,
        node.name,
        node.facts,
        node.tags,
        {skill["name"]: skill["version"] for skill in node.skills},
        node.facts_revision,
        archived=node.archived,
        health=node.health,
        attributes=node.attributes,
    )
