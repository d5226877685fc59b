"""A run is followed to its end, through every kind of break, and never ordered twice in doubt."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from courier_backend.delivery import follow as module
from courier_backend.delivery.follow import Pursuit, follow
from courier_backend.delivery.node import NodeAddress, NodeRefused, NodeUnreachable

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NODE = NodeAddress("node", "n1", "http://n1/nodes/node", "token", "J1")


def status(seq: int, kind: str) -> dict[str, Any]:
    return {"type": kind, "seq": seq, "time": "2026-01-01T00:00:00Z"}


RECEIVED, STARTED, FINISHED = (
    status(1, "received"),
    status(2, "step-started"),
    status(3, "run-finished"),
)


class Stream:
    """Gives what it was scripted to, and breaks where the script says so."""

    def __init__(self, script: list[Any]) -> None:
        self.journal_id = "J1"
        self._script = script

    async def __aiter__(self) -> AsyncIterator[list[dict[str, Any]]]:
        for part in self._script:
            if isinstance(part, Exception):
                raise part
            yield part


class Node:
    """A node by script: each exchange takes the next entry; notes what was asked."""

    def __init__(self, script: list[Any], node_id: str = "node", journal: str = "J1") -> None:
        self.script = script
        self.asked: list[str] = []
        self.stream_journal = journal
        self._identity = {"nodeId": node_id, "journalId": journal, "now": "2026-01-01T00:00:00Z"}

    @asynccontextmanager
    async def _next(self, what: str) -> AsyncIterator[Stream]:
        self.asked.append(what)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        stream = Stream(answer)
        stream.journal_id = self.stream_journal
        yield stream

    def order(self, _node: NodeAddress, _body: bytes) -> Any:
        return self._next("order")

    def resume(self, _node: NodeAddress, _run_id: str, after: int) -> Any:
        return self._next(f"resume {after}")

    async def identity(self, _node: NodeAddress) -> Any:
        return self._identity

    async def stop(self, _node: NodeAddress, _run_id: str) -> None:
        self.asked.append("stop")


class Ear:
    """A listener that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    async def told(self, _run_id: str, lines: list[dict[str, Any]], ages: list[float]) -> None:
        self.heard += [(line["type"], age) for line, age in zip(lines, ages, strict=True)]

    async def unreachable(self, _run_id: str, _reason: str) -> None:
        self.heard.append("unreachable")

    async def refused(self, _run_id: str, reason_code: str, _reason: str) -> None:
        self.heard.append(("refused", str(reason_code)))

    def address(self, _node_id: str) -> NodeAddress:
        return NODE

    async def met(self, _node_id: str, _identity: Any) -> None:
        self.heard.append("met")

    async def journal(self, _run_id: str, journal_id: str) -> None:
        self.heard.append(("journal", journal_id))


async def followed(node: Any, **pursuit: Any) -> Ear:
    ear = Ear()
    await follow(Pursuit("run", "node", lambda: b"{}", "J1", **pursuit), node, ear, lambda: NOW)
    return ear


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Any:
        while True:
            yield 0.0

    monkeypatch.setattr(module, "growing_pauses", none)


@pytest.mark.anyio
async def test_a_straight_run_is_one_exchange() -> None:
    node = Node([[[RECEIVED, STARTED], [FINISHED]]])
    ear = await followed(node, met=True)
    assert node.asked == ["order"]
    assert ear.heard == [("received", 0.0), ("step-started", 0.0), ("run-finished", 0.0)]


@pytest.mark.anyio
async def test_an_unmet_node_is_met_and_its_journal_remembered_before_the_order() -> None:
    node = Node([[[RECEIVED, FINISHED]]])
    ear = Ear()
    await follow(Pursuit("run", "node", lambda: b"{}", ""), node, ear, lambda: NOW)  # type: ignore[arg-type]  # a double
    assert ear.heard[:2] == ["met", ("journal", "J1")]
    assert node.asked == ["order"]


@pytest.mark.anyio
async def test_a_broken_stream_is_resumed_behind_the_last_line() -> None:
    node = Node([[[RECEIVED, STARTED], NodeUnreachable("broke")], [[FINISHED]]])
    ear = await followed(node, met=True)
    assert node.asked == ["order", "resume 2"]
    assert ear.heard[-3:] == ["unreachable", "met", ("run-finished", 0.0)]


@pytest.mark.anyio
async def test_a_stream_that_ends_early_is_resumed() -> None:
    node = Node([[[RECEIVED]], [[STARTED, FINISHED]]])
    await followed(node, met=True)
    assert node.asked == ["order", "resume 1"]


@pytest.mark.anyio
async def test_a_run_that_is_to_end_is_stopped_before_it_is_followed_again() -> None:
    """Else a node that has booted would go on with it in between."""
    node = Node([[[FINISHED]]])
    await followed(node, ordered=True, last_seq=2, is_stopped=lambda: True)
    assert node.asked == ["stop", "resume 2"]


@pytest.mark.anyio
async def test_an_order_that_got_no_answer_is_asked_after_first_and_then_sent_again() -> None:
    node = Node(
        [
            NodeUnreachable("timeout"),
            NodeRefused(404, "run-unknown", "never"),
            [[RECEIVED, FINISHED]],
        ]
    )
    await followed(node, met=True)
    assert node.asked == ["order", "resume 0", "order"]


@pytest.mark.anyio
async def test_a_lost_journal_is_never_given_the_order_again() -> None:
    node = Node([], journal="J2")
    ear = await followed(node, ordered=True)
    assert node.asked == []
    assert ear.heard == [("refused", "interrupted")]


@pytest.mark.anyio
async def test_another_node_at_the_address_gets_no_order() -> None:
    node = Node([], node_id="somebody else")
    ear = await followed(node)
    assert node.asked == []
    assert ear.heard == [("refused", "node-changed")]


@pytest.mark.anyio
@pytest.mark.parametrize("code", ["run-unknown", "beyond-the-end", "released"])
async def test_a_node_that_forgot_a_run_it_told_of_interrupts_it(code: str) -> None:
    node = Node([NodeRefused(404, code, "forgotten")])
    ear = await followed(node, ordered=True, last_seq=2)
    assert ear.heard == ["met", ("refused", "interrupted")]


@pytest.mark.anyio
async def test_a_refused_order_is_final() -> None:
    ear = await followed(Node([NodeRefused(400, "bad-order", "no steps")]), met=True)
    assert ear.heard == [("refused", "refused-by-node")]


@pytest.mark.anyio
async def test_a_token_that_is_refused_for_a_while_ends_nothing() -> None:
    node = Node([[[RECEIVED]], NodeRefused(401, "unauthorized", "token"), [[FINISHED]]])
    ear = await followed(node, met=True)
    assert node.asked == ["order", "resume 1", "resume 1"]
    assert ear.heard[-1] == ("run-finished", 0.0)


@pytest.mark.anyio
async def test_a_journal_lost_between_meeting_and_order_is_remembered_as_it_is_now() -> None:
    node = Node([[[RECEIVED, FINISHED]]])
    node.stream_journal = "J2"
    ear = await followed(node, met=True)
    assert ear.heard[0] == ("journal", "J2")


@pytest.mark.anyio
async def test_lines_of_a_resumed_stream_carry_their_age_by_the_nodes_own_clock() -> None:
    old = RECEIVED | {"time": "2025-12-31T23:59:50Z"}
    ear = await followed(Node([[[old, FINISHED]]]), ordered=True)
    assert ear.heard == ["met", ("received", 10.0), ("run-finished", 0.0)]
