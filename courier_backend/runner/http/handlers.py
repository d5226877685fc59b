"""What each path of a node does."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from courier_backend import __version__
from courier_backend.model.errors import Conflict
from courier_backend.model.protocol import ORDER_BYTES, PROTOCOL, TOTAL_HEADER, NodeIdentity
from courier_backend.model.times import system_clock, to_text
from courier_backend.runner.http.answers import OCTETS, ZIP, Exchange, Refusal
from courier_backend.runner.http.orders import (
    RELEASE_BYTES,
    is_run_id,
    read_order,
    read_release,
)
from courier_backend.runner.http.streaming import stream
from courier_backend.runner.journal.replay import canonical
from courier_backend.runner.kept import AttemptKept, kept_of
from courier_backend.runner.node import CAPACITY

if TYPE_CHECKING:
    from courier_backend.model.protocol import RunOrder
    from courier_backend.runner.node import Node
    from courier_backend.runner.runner import Runner
    from courier_backend.runner.runs.run import Run

Handler = Callable[[Exchange, "Node", list[str]], Awaitable[None]]

_OUTPUT_BYTES: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_STREAMS: Final = ("stdout", "stderr")


class Handlers:
    """The handlers, found by the shape of the path."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._ledger = runner.ledger
        self._shapes: dict[tuple[int, str, str], dict[str, Handler]] = {
            (1, "node", ""): {"GET": self._node},
            (1, "runs", ""): {"POST": self._order},
            (1, "events", ""): {"GET": self._follow_node},
            (1, "release", ""): {"POST": self._release},
            (2, "runs", ""): {"DELETE": self._cancel},
            (3, "runs", "events"): {"GET": self._follow_run},
            (7, "runs", "output"): {"GET": self._output},
            (7, "runs", "evidence"): {"GET": self._evidence},
        }

    def at(self, parts: list[str]) -> dict[str, Handler]:
        """The handlers of a path by method; none where there is nothing."""
        if not parts:
            return {}
        last = parts[-1] if len(parts) > 2 else ""  # noqa: PLR2004  runs/ID/LAST
        return self._shapes.get((len(parts), parts[0], last), {})

    async def _node(self, exchange: Exchange, node: Node, _parts: list[str]) -> None:
        identity: NodeIdentity = {
            "nodeId": node.id,
            "name": node.name,
            "journalId": self._runner.journal_id,
            "protocols": [PROTOCOL],
            "version": __version__,
            "now": to_text(system_clock()),
            "facts": node.facts(),
            "tags": node.tags,
            "skills": node.host.host.interpreters.skills(),
            "capacity": CAPACITY,
            "activeRuns": len(node.active),
        }
        await exchange.json(200, identity)

    async def _order(self, exchange: Exchange, node: Node, _parts: list[str]) -> None:
        order = read_order(await exchange.body(ORDER_BYTES), node.id)
        body = canonical(order)
        run = self._ledger.runs.get(order["runId"])
        if run is None:
            self._refuse_released(order["runId"])
            if trouble := self._ledger.journal.trouble:
                raise Refusal(507, "out-of-space", trouble)
            run = self._received(node, order, body)
        elif run.body != body:
            raise Refusal(409, "other-order", "another order has been given under this run id")
        await self._stream_run(exchange, run, 0, at_once=False)

    def _received(self, node: Node, order: RunOrder, body: bytes) -> Run:
        try:
            return self._ledger.receive(node, order, body)
        except Conflict as error:  # its sensitive values cannot be sealed
            raise Refusal(409, "bad-order", error.message) from error

    async def _follow_run(self, exchange: Exchange, node: Node, parts: list[str]) -> None:
        run = self._known(node, parts[1])
        after = exchange.number("after", 0)
        if after > len(run.lines):
            raise Refusal(409, "beyond-the-end", f"the run has told {len(run.lines)} lines only")
        await run.written()
        await self._stream_run(exchange, run, after, at_once=True)

    async def _stream_run(self, exchange: Exchange, run: Run, after: int, *, at_once: bool) -> None:
        reader = run.look_on(after)
        try:
            await stream(exchange, reader, self._runner.pulse, at_once=at_once)
        finally:
            run.leave(reader)

    async def _follow_node(self, exchange: Exchange, node: Node, _parts: list[str]) -> None:
        after = exchange.number("after", 0)
        reader = node.feed.follow(self._ledger.of_node(node.id), after)
        try:
            await stream(exchange, reader, self._runner.pulse, at_once=True)
        finally:
            node.feed.leave(reader)

    async def _cancel(self, exchange: Exchange, node: Node, parts: list[str]) -> None:
        run_id = parts[1]
        self._refuse_released(run_id)
        run = self._ledger.runs.get(run_id)
        if run is None:
            if not is_run_id(run_id):
                raise Refusal(404, "not-found", "this is no id of a run")
            await self._ledger.cancel_unseen(run_id)
        else:
            await self._ledger.cancel(node, self._known(node, run_id))
        await exchange.json(202, {"runId": run_id, "known": run is not None})

    async def _release(self, exchange: Exchange, node: Node, _parts: list[str]) -> None:
        run_ids = read_release(await exchange.body(RELEASE_BYTES))
        await exchange.json(200, {"released": await self._ledger.release(run_ids, node.id)})

    async def _output(self, exchange: Exchange, node: Node, parts: list[str]) -> None:
        kept = self._kept(node, parts)
        name = exchange.query("stream") or "stdout"
        if name not in _STREAMS:
            raise Refusal(400, "bad-request", '"stream" is stdout or stderr')
        limit = min(exchange.number("limit", _OUTPUT_BYTES), _OUTPUT_BYTES)
        data, total = await kept.output(name, exchange.number("offset", 0), limit)
        headers = [(TOTAL_HEADER.lower().encode(), str(total).encode())]
        await exchange.answer(200, data, OCTETS, headers)

    async def _evidence(self, exchange: Exchange, node: Node, parts: list[str]) -> None:
        found = self._kept(node, parts).evidence()
        if found is None:
            raise Refusal(404, "no-evidence", "there is no evidence of this attempt")
        source, size, digest = found
        encoded = base64.b64encode(bytes.fromhex(digest))
        headers = [(b"repr-digest", b"sha-256=:" + encoded + b":")]
        if isinstance(source, bytes):
            await exchange.answer(200, source, ZIP, headers)
            return
        headers.append((b"content-length", str(size).encode()))
        await _send_file(exchange, source, headers)

    def _known(self, node: Node, run_id: str) -> Run:
        """A run of this node.

        Raises:
            Refusal: it was never received, or it was released.
        """
        self._refuse_released(run_id)
        run = self._ledger.runs.get(run_id)
        if run is None or run.order["nodeId"] != node.id:
            raise Refusal(404, "run-unknown", "this run was never received here")
        return run

    def _kept(self, node: Node, parts: list[str]) -> AttemptKept:
        run = self._known(node, parts[1])
        numbers = [parts[3], parts[5]]
        shape = parts[2] == "steps" and parts[4] == "attempts"
        if not shape or not all(n.isascii() and n.isdigit() for n in numbers):
            raise Refusal(404, "not-found", "there is nothing at this address")
        kept = kept_of(run, node.host, int(numbers[0]), int(numbers[1]))
        if kept is None:
            raise Refusal(404, "attempt-unknown", "this attempt was never begun here")
        return kept

    def _refuse_released(self, run_id: str) -> None:
        if self._ledger.stones.is_released(run_id):
            raise Refusal(410, "released", "this run was released and is not kept any more")


async def _send_file(exchange: Exchange, path: Path, headers: list[Any]) -> None:
    with path.open("rb") as file:
        await exchange.begin(200, ZIP, headers)
        while chunk := file.read(_CHUNK):
            await exchange.put(chunk, more=True)
        await exchange.put(b"", more=False)
