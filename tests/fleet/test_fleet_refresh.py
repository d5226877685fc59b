"""What is known of nodes: refreshed on a period and on contact; since when they are as they are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from courier_backend.delivery.directory import KnownNode, NodeDirectory
from courier_backend.delivery.node import NodeAddress, NodeUnreachable
from courier_backend.delivery.transport import Transport
from courier_backend.fleet.fleet import Fleet
from courier_backend.fleet.importing import import_nodes
from courier_backend.fleet.refresher import refresh_nodes
from courier_backend.model.event import EventItem
from courier_backend.model.protocol import NodeIdentity
from courier_backend.model.times import to_text
from courier_backend.model.wire import NodeItem, NodeWish
from courier_backend.store.queries.nodes import get_node
from courier_backend.store.rehearsal import WouldChange, rehearsal
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Nodes:
    """Nodes that answer as they are told to."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.facts: dict[str, Any] = {"os": "linux"}
        self.version = "1.0"
        self.skew = 0.0
        self.latency = 0.0
        self.down: set[str] = set()
        self.asked: list[str] = []
        self.woken = asyncio.Event()

    async def identity(self, address: NodeAddress) -> NodeIdentity:
        node_id = address.url.rpartition("/")[2]
        self.asked.append(node_id)
        self.woken.set()
        self.clock.pass_(self.latency)
        if node_id in self.down:
            raise NodeUnreachable("connection refused")
        return cast(
            "NodeIdentity",
            {
                "nodeId": node_id,
                "name": f"host-{node_id}",
                "journalId": "j",
                "protocols": ["1.0"],
                "now": to_text(self.clock.now + timedelta(seconds=self.skew)),
                "facts": dict(self.facts),
                "tags": {"from": "node"},
                "skills": [{"name": "courier-runner", "version": self.version}],
                "version": self.version,
                "capacity": 1,
            },
        )


class House:
    """A fleet over a real store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock, self.nodes = store, clock, Nodes(clock)
        self.directory = NodeDirectory()
        self.fleet = Fleet(store, cast("Transport", self.nodes), self.directory, clock)
        self.events: list[EventItem] = []
        store.listen(self.events.extend)

    async def add(self, node_id: str) -> None:
        await self.fleet.add(url_of(node_id), "t", name=node_id)

    async def refresh(self, node_id: str) -> None:
        await self.fleet.refresh(self.directory.get(node_id))

    async def stored(self, node_id: str) -> NodeItem:
        return await self.store.read(lambda c: get_node(c, node_id))

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]


def url_of(node_id: str) -> str:
    return f"http://h/nodes/{node_id}"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = await Store.open(tmp_path / "courier.db")
    yield House(store, Clock())
    await store.close()


def wish(node_id: str, **more: Any) -> NodeWish:
    plain: dict[str, Any] = {"name": "", "token": "t", "tags": {}, "attributes": {}}
    return cast("NodeWish", plain | {"url": url_of(node_id)} | more)


# ---- refreshing


async def test_every_node_is_asked_once_a_period_one_after_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for node_id in "abc":
        await house.add(node_id)
    await house.fleet.change("c", archived=True)
    house.nodes.asked.clear()
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    monkeypatch.setattr("courier_backend.fleet.refresher.asyncio.sleep", sleep)
    working = asyncio.create_task(refresh_nodes(house.fleet, 300.0))
    while len(house.nodes.asked) < 4:
        house.nodes.woken.clear()
        await house.nodes.woken.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert house.nodes.asked[:4] == ["a", "b", "a", "b"], "archived ones are left alone"
    assert set(slept) == {150.0}, "evenly spread over the period"


async def test_facts_and_skills_that_changed_are_noted_and_those_of_before_kept(
    house: House,
) -> None:
    await house.add("a")
    await house.refresh("a")
    assert house.kinds() == ["node-added"], "no news, no event"

    house.nodes.facts["os"] = "windows"
    house.nodes.version = "1.1"
    await house.refresh("a")

    node = await house.stored("a")
    assert {"name": "os", "value": "windows", "namespace": "agent"} in node["attributes"]
    assert node["installedSkills"] == [{"name": "courier-runner", "version": "1.1"}]
    assert node["runnerVersion"] == "1.1"
    assert house.directory.get("a").facts_revision == 2
    assert house.kinds() == ["node-added", "node-changed"]


async def test_a_node_that_is_met_by_an_order_tells_its_facts_too(house: House) -> None:
    await house.add("a")
    house.nodes.facts["os"] = "darwin"
    identity = await house.nodes.identity(house.directory.get("a").address)
    await house.fleet.met("a", identity)
    assert house.directory.get("a").facts == {"os": "darwin"}
    assert house.kinds()[-1] == "node-changed"


# ---- health


async def test_silence_where_a_node_was_before_says_nothing_of_it(house: House) -> None:
    await house.add("a")
    before = house.directory.get("a")
    await house.fleet.add("http://elsewhere/nodes/a", "t", name="a")
    house.nodes.down.add("a")
    await house.fleet.refresh(before)
    assert house.directory.get("a").health == "reachable"
    await house.refresh("a")
    assert house.directory.get("a").health == "offline"


async def test_since_when_a_node_does_not_answer_and_since_when_it_does_again(
    house: House,
) -> None:
    await house.add("a")
    assert (await house.stored("a"))["healthSince"] == to_text(BEGIN)
    house.nodes.down.add("a")
    house.clock.pass_(60)
    lost_at = house.clock.now
    await house.refresh("a")
    house.clock.pass_(60)
    await house.refresh("a")

    node = await house.stored("a")
    assert (node["healthStatus"], node["healthReason"]) == ("offline", "connection refused")
    await house.fleet.lost("a", "it took too long")
    assert house.directory.get("a").health_reason == "it took too long", "the newest reason"
    assert house.kinds() == ["node-added", "node-changed"]
    assert node["healthSince"] == to_text(lost_at), "since it did not answer first"

    house.nodes.down.clear()
    house.clock.pass_(60)
    await house.refresh("a")
    back = await house.stored("a")
    assert (back["healthStatus"], back["healthSince"]) == ("reachable", to_text(house.clock.now))
    house.clock.pass_(60)
    await house.refresh("a")
    assert house.directory.get("a").health_since == BEGIN + timedelta(seconds=180)


async def test_latency_and_clock_skew_are_measured(house: House) -> None:
    house.nodes.latency, house.nodes.skew = 0.5, 30.0
    await house.add("a")
    node = house.directory.get("a")
    assert (node.latency_seconds, node.clock_skew_seconds) == (0.5, 30.0)
    house.nodes.latency, house.nodes.skew = 0.25, -2.0
    await house.refresh("a")
    assert (node.latency_seconds, node.clock_skew_seconds) == (0.25, -2.0)
    await house.fleet.met("a", await house.nodes.identity(node.address))
    assert node.latency_seconds == 0.25, "an order measures none"


async def test_a_node_that_is_another_now_is_not_taken_for_it(house: House) -> None:
    await house.add("a")
    node = house.directory.get("a")
    node.url = url_of("b")
    await house.refresh("a")
    assert node.health == "offline"
    assert "is now another node (b)" in node.health_reason


async def test_what_is_so_already_is_no_change(house: House) -> None:
    await house.add("n")
    await house.fleet.change("n", tags={"role": "web"}, name="one")
    await house.fleet.change("n", tags={"role": "web"}, name="one", archived=False)
    assert house.kinds() == ["node-added", "node-changed"]


async def test_of_two_who_add_a_tag_at_once_neither_loses_it(house: House) -> None:
    await house.add("n")

    def tag(name: str) -> Callable[[KnownNode], dict[str, Any]]:
        return lambda node: {"tags": {**node.tags, name: "1"}}

    await asyncio.gather(*(house.fleet.edit("n", tag(name), "me") for name in "ab"))
    assert (await house.stored("n"))["tags"] == {"from": "node", "a": "1", "b": "1"}


# ---- many at once


async def test_nodes_are_added_changed_or_left_as_they_are(house: House) -> None:
    await house.add("old")
    await house.add("same")
    await house.fleet.change("old", tags={"role": "db", "kept": "yes"})
    house.nodes.down.add("down")
    wishes = [
        wish("new", name="web-1", tags={"role": "web"}, attributes={"aws": {"zone": "a"}}),
        wish("old", tags={"role": "web"}),
        wish("same"),
        wish("down", name="x"),
    ]
    done = await import_nodes(house.fleet, wishes, "me")
    assert [each["outcome"] for each in done] == ["added", "changed", "unchanged", "failed"]
    assert done[3]["reason"] == "The node was not added: connection refused."
    new, old = await house.stored("new"), await house.stored("old")
    assert (new["name"], new["tags"]) == ("web-1", {"from": "node", "role": "web"})
    assert {"name": "zone", "value": "a", "namespace": "aws"} in new["attributes"]
    assert (old["name"], old["tags"]) == ("old", {"role": "web", "kept": "yes"})
    again = await import_nodes(house.fleet, wishes[:3], "me")
    assert [each["outcome"] for each in again] == ["unchanged"] * 3


async def test_a_node_of_the_lab_that_is_imported_stays_one(house: House) -> None:
    await house.fleet.add(url_of("lab"), "t", name="lab-1", lab=True)
    done = await import_nodes(house.fleet, [wish("lab")], "me")
    assert done[0]["outcome"] == "unchanged"
    assert (await house.stored("lab"))["lab"]
    assert house.kinds() == ["node-added"]


async def test_a_rehearsal_of_an_import_tells_of_each_node_and_changes_nothing(
    house: House,
) -> None:
    await house.add("old")
    house.nodes.down.add("down")
    wishes = [wish("new"), wish("old", tags={"a": "b"}), wish("down")]
    with rehearsal(), pytest.raises(WouldChange) as would:
        await import_nodes(house.fleet, wishes, "me")
    assert sorted(event.kind for event in would.value.events) == ["node-added", "node-changed"]
    assert would.value.notes == [
        f"leave out {url_of('down')}: The node was not added: connection refused."
    ]
    assert would.value.fails, "as the import would"
    assert house.kinds() == ["node-added"]
    assert house.directory.find("new") is None
