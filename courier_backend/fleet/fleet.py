"""What the backend does with nodes: add them, change them, and note what they tell of themselves.

Changes are appended to the log first and then made in the directory. A contact alone is only
kept in memory: the log holds what changed (health, facts, journal, version), not every hello.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from courier_backend.delivery.directory import KnownNode, NodeDirectory
from courier_backend.delivery.node import NodeAddress, NodeRefused, NodeUnreachable
from courier_backend.delivery.transport import Transport
from courier_backend.model.errors import BadInput, Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.node_url import node_url_fault
from courier_backend.model.protocol import PROTOCOL, NodeIdentity
from courier_backend.model.times import Clock, from_text, to_text
from courier_backend.store.store import Store

REACHABLE: Final = "reachable"
OFFLINE: Final = "offline"


class Fleet:
    """All nodes of one backend."""

    def __init__(
        self, store: Store, transport: Transport, directory: NodeDirectory, clock: Clock
    ) -> None:
        self._store = store
        self._transport = transport
        self._clock = clock
        # What is there is read, and then added to: one after another.
        self._editing = asyncio.Lock()
        self.directory = directory

    async def add(
        self,
        url: str,
        token: str,
        *,
        name: str = "",
        tags: dict[str, str] | None = None,
        builtin: bool = False,
        lab: bool = False,
        by: str = "courier",
        keep: bool = False,
    ) -> KnownNode:
        """Ask the node at `url` who it is and take it into the fleet; one we know is updated.

        Of one we know, a name and tags that are not given stay; `keep`: also whether it is
        archived, and whatever is given.

        Raises:
            BadInput: the address is not one of a node.
            Conflict: nobody answers there, or the token is refused.
        """
        base = _checked_url(url)
        address = NodeAddress("", name or base, base, token, "")
        asked = self._clock()
        try:
            identity = await self._transport.identity(address)
        except NodeUnreachable as error:
            raise Conflict(
                f"The node was not added: {error}.", hint="Is `courier runner` running there?"
            ) from error
        except NodeRefused as refusal:
            raise Conflict(
                f"The node was not added: {refusal}.",
                hint="The token stands in the runner's runner.json.",
            ) from refusal
        _check_protocol(base, identity)
        node = _known(identity, base, token, name, tags, builtin=builtin, lab=lab)
        known = self.directory.find(node.id)
        if known is not None:
            node.name = known.name if keep or not name else node.name
            node.tags = known.tags if keep or not tags else node.tags
            node.archived = keep and known.archived
        now = self._clock()
        latency = (now - asked).total_seconds()
        await self._take_in(node, by, latency, _skew(identity, now))
        return node

    async def _take_in(self, node: KnownNode, by: str, latency: float, skew: float) -> None:
        """Record a node that told who it is, as new or as changed."""
        before = self.directory.find(node.id)
        data = _record(node) | {"by": by}
        if before is None:
            kind, node.facts_revision = "node-added", 1
        else:
            kind = "node-changed"
            node.facts_revision = before.facts_revision + (before.facts != node.facts)
            data |= {"archived": node.archived}
            if before.facts == node.facts:
                del data["facts"]
            node.attributes = before.attributes
            # Whoever names it again, what runs it stays what it is.
            node.builtin, node.lab = node.builtin or before.builtin, node.lab or before.lab
            node.health, node.health_since = before.health, before.health_since
        self._note_contact(node, latency, skew)
        data |= {"factsRevision": node.facts_revision} | _health(node)
        if kind == "node-added" or _differs(before, node):
            await self._append(kind, node.id, data)
        self.directory.put(node)

    async def met(self, node_id: str, identity: NodeIdentity, latency_seconds: float = 0.0) -> None:
        """A node told who it is: note what changed since it last did."""
        node = self.directory.find(node_id)
        if node is None:
            return
        data: dict[str, Any] = {}
        if identity["facts"] != node.facts:
            data |= {"facts": identity["facts"], "factsRevision": node.facts_revision + 1}
        if identity["journalId"] != node.journal_id:
            data["journalId"] = identity["journalId"]
        if identity["version"] != node.version or identity["skills"] != node.skills:
            data |= {"version": identity["version"], "skills": identity["skills"]}
        skew = _skew(identity, self._clock())
        if data or node.health != REACHABLE:
            reached = {
                "health": REACHABLE,
                "healthReason": "",
                "healthSince": to_text(self._since(node, REACHABLE)),
                "lastContactAt": to_text(self._clock()),
                "latencySeconds": latency_seconds or node.latency_seconds,
                "clockSkewSeconds": round(skew, 3),
            }
            await self._append("node-changed", node_id, data | reached)
        self._note_contact(node, latency_seconds, skew)
        node.facts = data.get("facts", node.facts)
        node.facts_revision = data.get("factsRevision", node.facts_revision)
        node.journal_id = data.get("journalId", node.journal_id)
        node.version = data.get("version", node.version)
        node.skills = data.get("skills", node.skills)
        node.met = True

    def heard(self, node_id: str) -> None:
        """A node told something: remember when."""
        node = self.directory.find(node_id)
        if node is not None:
            node.last_contact = self._clock()

    async def lost(self, node_id: str, reason: str) -> None:
        """A node does not answer: note it once; why it still does not is only remembered."""
        node = self.directory.find(node_id)
        if node is None:
            return
        node.met = False
        if node.health == OFFLINE:
            node.health_reason = reason
            return
        now = self._clock()
        lost = {"health": OFFLINE, "healthReason": reason, "healthSince": to_text(now)}
        await self._append("node-changed", node_id, _health(node) | lost)
        node.health, node.health_reason, node.health_since = OFFLINE, reason, now

    async def refresh(self, node: KnownNode) -> None:
        """Ask a node how it is."""
        asked = self._clock()
        try:
            identity = await self._transport.identity(node.address)
        except (NodeUnreachable, NodeRefused) as error:
            if self._is_still_at(node):
                await self.lost(node.id, str(error))
            return
        if identity["nodeId"] != node.id:
            await self.lost(node.id, f"{node.url} is now another node ({identity['nodeId']})")
            return
        await self.met(node.id, identity, (self._clock() - asked).total_seconds())

    def _is_still_at(self, asked: KnownNode) -> bool:
        """Whether a node is known where it was asked: silence elsewhere says nothing of it."""
        known = self.directory.find(asked.id)
        return known is not None and known.url == asked.url

    async def change(
        self,
        node_id: str,
        *,
        name: str | None = None,
        tags: dict[str, str] | None = None,
        attributes: dict[str, dict[str, str]] | None = None,
        archived: bool | None = None,
        by: str = "courier",
    ) -> KnownNode:
        """Rename, tag, describe, archive or bring back a node; what is so already is no change.

        Raises:
            NotFound: there is no such node.
        """
        node = self.directory.get(node_id)
        wanted = {"name": name, "tags": tags, "attributes": attributes, "archived": archived}
        data = {
            key: value
            for key, value in wanted.items()
            if value is not None and value != getattr(node, key)
        }
        if data:
            await self._append("node-changed", node_id, data | {"by": by})
        for key, value in data.items():
            setattr(node, key, value)
        return node

    async def edit(
        self, node_id: str, edit: Callable[[KnownNode], Mapping[str, Any]], by: str
    ) -> KnownNode:
        """Change a node to what `edit` makes of it; gives the arguments of `change`.

        Raises:
            NotFound: there is no such node.
        """
        async with self._editing:
            return await self.change(node_id, **edit(self.directory.get(node_id)), by=by)

    async def remove(self, node_id: str, by: str) -> None:
        """Take a node out of the fleet; its history stays.

        Raises:
            NotFound: there is no such node.
        """
        self.directory.get(node_id)
        await self._append("node-removed", node_id, {"by": by})
        self.directory.remove(node_id)

    def _since(self, node: KnownNode, health: str) -> datetime:
        """Since when a node that is so now has been so."""
        known = node.health_since if node.health == health else None
        return known or self._clock()

    def _note_contact(self, node: KnownNode, latency: float, skew: float) -> None:
        node.health_since = self._since(node, REACHABLE)
        node.health, node.health_reason = REACHABLE, ""
        node.last_contact = self._clock()
        node.latency_seconds = latency or node.latency_seconds
        node.clock_skew_seconds = round(skew, 3)
        node.met = True

    async def _append(self, kind: str, node_id: str, data: dict[str, Any]) -> None:
        await self._store.append([NewEvent(kind, self._clock(), node_id=node_id, data=data)])


def _skew(identity: NodeIdentity, now: datetime) -> float:
    """How far a node's clock is ahead of ours, in seconds."""
    return (from_text(identity["now"]) - now).total_seconds()


def _checked_url(url: str) -> str:
    if fault := node_url_fault(url):
        raise BadInput(f"{fault}.", hint="It stands in the runner's runner.json.")
    return url.rstrip("/")


def _check_protocol(url: str, identity: NodeIdentity) -> None:
    majors = {version.split(".")[0] for version in identity["protocols"]}
    if PROTOCOL.split(".")[0] not in majors:
        raise Conflict(
            f"The node at {url} speaks protocol {', '.join(identity['protocols'])}, "
            f"this backend {PROTOCOL}.",
            hint="Install the same version of Courier on both.",
        )


def _known(
    identity: NodeIdentity,
    url: str,
    token: str,
    name: str,
    tags: dict[str, str] | None,
    *,
    builtin: bool,
    lab: bool,
) -> KnownNode:
    return KnownNode(
        id=identity["nodeId"],
        name=name or identity["name"],
        url=url,
        token=token,
        journal_id=identity["journalId"],
        facts=identity["facts"],
        tags=identity["tags"] | (tags or {}),
        skills=identity["skills"],
        version=identity["version"],
        capacity=identity["capacity"],
        builtin=builtin,
        lab=lab,
    )


def _record(node: KnownNode) -> dict[str, Any]:
    return {
        "name": node.name,
        "url": node.url,
        "token": node.token,
        "builtin": node.builtin,
        "lab": node.lab,
        "nodeId": node.id,
        "journalId": node.journal_id,
        "facts": node.facts,
        "tags": node.tags,
        "skills": node.skills,
        "version": node.version,
        "capacity": node.capacity,
    }


def _health(node: KnownNode) -> dict[str, Any]:
    data: dict[str, Any] = {"health": node.health, "healthReason": node.health_reason}
    if node.health_since:
        data["healthSince"] = to_text(node.health_since)
    if node.last_contact:
        data["lastContactAt"] = to_text(node.last_contact)
        data["latencySeconds"] = node.latency_seconds
        data["clockSkewSeconds"] = node.clock_skew_seconds
    return data


def _differs(before: KnownNode | None, node: KnownNode) -> bool:
    return (
        before is None
        or before.archived != node.archived
        or before.health != node.health
        or _record(before) != _record(node)
    )
