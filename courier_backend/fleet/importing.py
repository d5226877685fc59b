"""Many nodes at once: each is asked who it is, and taken in or brought up to date."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

from courier_backend.delivery.directory import KnownNode
from courier_backend.fleet.fleet import Fleet
from courier_backend.model.errors import CourierError
from courier_backend.model.event import NewEvent
from courier_backend.model.wire import ImportedNode, NodeWish
from courier_backend.store.rehearsal import WouldChange, note, rehearse

AT_ONCE: Final = 32


async def import_nodes(fleet: Fleet, wishes: Sequence[NodeWish], by: str) -> list[ImportedNode]:
    """Take nodes in, as many at once as `AT_ONCE`; what became of each, in their order.

    Of one that the fleet has, what the wish does not name stays as it is. One that fails holds up
    no other.
    """
    places = asyncio.Semaphore(AT_ONCE)
    known = {node.id for node in fleet.directory}
    would: list[NewEvent] = []

    async def one(wish: NodeWish) -> ImportedNode:
        async with places:
            try:
                return await _import(fleet, wish, known, by)
            except WouldChange as rehearsed:
                would.extend(rehearsed.events)
                return _failed(wish, "")
            except CourierError as error:
                return _failed(wish, error.message)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(wish)) for wish in wishes]
    done = [task.result() for task in tasks]
    left_out = [each for each in done if each["reason"]]
    for each in left_out:
        note(f"leave out {each['name'] or each['url']}: {each['reason']}")
    rehearse("" if would else "change nothing", would, fails=bool(left_out))
    return done


async def _import(fleet: Fleet, wish: NodeWish, known: Collection[str], by: str) -> ImportedNode:
    node = await fleet.add(
        wish["url"], wish["token"], name=wish["name"], tags=wish["tags"], by=by, keep=True
    )
    tags, own = _described(node, wish)
    name = wish["name"] or node.name
    is_changed = (node.name, node.tags, node.attributes) != (name, tags, own)
    if is_changed:
        await fleet.change(node.id, name=name, tags=tags, attributes=own, by=by)
    outcome = "added" if node.id not in known else "changed" if is_changed else "unchanged"
    return {
        "id": node.id,
        "name": name,
        "url": wish["url"],
        "outcome": outcome,
        "reason": "",
    }


def _described(node: KnownNode, wish: NodeWish) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Tags and attributes of a node, with those of the wish put in."""
    own = {space: dict(values) for space, values in node.attributes.items()}
    for space, values in wish["attributes"].items():
        own[space] = own.get(space, {}) | values
    return node.tags | wish["tags"], own


def _failed(wish: NodeWish, reason: str) -> ImportedNode:
    name, url = wish["name"], wish["url"]
    return {"id": "", "name": name, "url": url, "outcome": "failed", "reason": reason}
