"""A fleet in memory behind the `Transport` interface: nodes with journals, that can be cut off.

Each node executes an order once, whatever is asked how often, and remembers every status line, as
a runner does. What it executed is counted, so that tests can say "exactly once".
"""

import asyncio
import base64
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from courier_backend.delivery.node import NodeAddress, NodeRefused, NodeUnreachable
from courier_backend.model.protocol import NodeIdentity

ZIP = b"PK-not-really"
DIGEST = hashlib.sha256(ZIP).hexdigest()


def now_text() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass
class ScriptedRun:
    """A run on a node: its journal, and whether it may go on."""

    order: dict[str, Any]
    lines: list[dict[str, Any]] = field(default_factory=list)
    grew: asyncio.Event = field(default_factory=asyncio.Event)
    canceled: bool = False
    task: asyncio.Task[None] | None = None

    def tell(self, kind: str, **more: Any) -> None:
        line = {"type": kind, "seq": len(self.lines) + 1, "time": now_text(), **more}
        self.lines.append(line)
        self.grew.set()
        self.grew = asyncio.Event()

    @property
    def is_finished(self) -> bool:
        return bool(self.lines) and self.lines[-1]["type"] == "run-finished"


@dataclass
class ScriptedNode:
    """One node. `gate`: steps wait for it; `outcome`: how they end."""

    id: str
    journal_id: str = "J1"
    outcome: str = "success"
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    is_up: bool = True
    runs: dict[str, ScriptedRun] = field(default_factory=dict)
    executed: Counter[str] = field(default_factory=Counter)

    async def execute(self, run: ScriptedRun) -> None:
        run.tell("received", waiting=False, place=0)
        run.tell(
            "step-started",
            step=1,
            name="s",
            interpreter="i",
            interpreterVersion="1",
            interpreterPath="p",
        )
        run.tell("attempt-started", step=1, attempt=1, pid=1)
        self.executed[run.order["runId"]] += 1
        await self.gate.wait()
        status = "canceled" if run.canceled else self.outcome
        evidence = {
            "state": "ready",
            "bytes": len(ZIP),
            "sha256": DIGEST,
            "inline": True,
            "reason": "",
        }
        ended = {"status": status, "reasonCode": "", "reason": ""}
        run.tell(
            "attempt-finished",
            step=1,
            attempt=1,
            exitCode=0,
            signal=None,
            startedAt=now_text(),
            durationSeconds=0.1,
            stdoutBytes=0,
            stderrBytes=0,
            outputs={},
            retryInSeconds=None,
            evidence=evidence,
            **ended,
        )
        run.tell(
            "step-finished", step=1, ignored=False, numAttempts=1, inputs={}, outputs={}, **ended
        )
        run.tell("run-finished", **ended)


class Stream:
    """Lines behind `after`, with the evidence behind each attempt when it is read live."""

    def __init__(
        self,
        fleet: "ScriptedFleet",
        node: ScriptedNode,
        run: ScriptedRun,
        after: int,
        *,
        live: bool = True,
    ) -> None:
        self.journal_id = node.journal_id
        self._fleet = fleet
        self._node = node
        self._run = run
        self._after = after
        self._live = live

    async def __aiter__(self) -> AsyncIterator[list[dict[str, Any]]]:
        while True:
            grew, cut = self._run.grew, self._fleet.cut
            lines = self._run.lines[self._after :]
            self._after += len(lines)
            if lines:
                yield [each for line in lines for each in self._with_evidence(line)]
            if lines and lines[-1]["type"] == "run-finished":
                return
            waits = [asyncio.ensure_future(grew.wait()), asyncio.ensure_future(cut.wait())]
            _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            if cut.is_set() or not self._node.is_up:
                raise NodeUnreachable("cut off")

    def _with_evidence(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        if line["type"] != "attempt-finished" or not self._live:
            return [line]
        data = base64.b64encode(ZIP).decode()
        key = {"step": line["step"], "attempt": line["attempt"], "sha256": DIGEST}
        return [line, {"type": "evidence", "data": data, **key}]


class ScriptedFleet:
    """The `Transport` to all nodes."""

    def __init__(self, node_ids: Sequence[str]) -> None:
        self.nodes = {node_id: ScriptedNode(node_id) for node_id in node_ids}
        self.cut = asyncio.Event()
        self.released: list[str] = []
        self.ordered: asyncio.Queue[str] = asyncio.Queue()
        self.stopped: asyncio.Queue[str] = asyncio.Queue()

    def cut_all(self) -> None:
        """Break every stream that is open now."""
        self.cut.set()
        self.cut = asyncio.Event()

    def open_gates(self) -> None:
        for node in self.nodes.values():
            node.gate.set()

    def executed(self) -> Counter[str]:
        return sum((node.executed for node in self.nodes.values()), Counter())

    def _node(self, address: NodeAddress) -> ScriptedNode:
        node = self.nodes[address.id or address.url.rsplit("/", 1)[-1]]
        if not node.is_up:
            raise NodeUnreachable(f"{address.name} does not answer")
        return node

    @asynccontextmanager
    async def order(self, address: NodeAddress, body: bytes) -> AsyncIterator[Stream]:
        node = self._node(address)
        order = orjson.loads(body)
        run = node.runs.get(order["runId"])
        if run is None:
            run = node.runs[order["runId"]] = ScriptedRun(order)
            run.task = asyncio.create_task(node.execute(run))
        self.ordered.put_nowait(order["runId"])
        yield Stream(self, node, run, 0)

    @asynccontextmanager
    async def resume(self, address: NodeAddress, run_id: str, after: int) -> AsyncIterator[Stream]:
        node = self._node(address)
        if run_id not in node.runs:
            raise NodeRefused(404, "run-unknown", "never received")
        yield Stream(self, node, node.runs[run_id], after, live=False)

    async def stop(self, address: NodeAddress, run_id: str) -> None:
        node = self._node(address)
        self.stopped.put_nowait(run_id)
        run = node.runs.get(run_id)
        if run is None:
            run = node.runs[run_id] = ScriptedRun({"runId": run_id})
            run.tell("received", waiting=False, place=0)
            run.tell("run-finished", status="canceled", reasonCode="operator", reason="")
        elif not run.is_finished:
            run.canceled = True
            node.gate.set()

    async def release(self, _address: NodeAddress, run_ids: Sequence[str]) -> None:
        self.released += run_ids

    async def identity(self, address: NodeAddress) -> NodeIdentity:
        node = self._node(address)
        return {
            "nodeId": node.id,
            "name": node.id[:8],
            "journalId": node.journal_id,
            "protocols": ["1.0"],
            "version": "0.1.0",
            "now": now_text(),
            "facts": {"os": "linux"},
            "tags": {},
            "skills": [],
            "capacity": 1,
        }

    async def evidence(
        self, _address: NodeAddress, _run_id: str, _step: int, _attempt: int, target: Path
    ) -> str:
        await asyncio.to_thread(target.write_bytes, ZIP)
        return DIGEST

    async def output(self, *_args: Any, **_kwargs: Any) -> tuple[bytes, int]:
        return b"", 0

    async def aclose(self) -> None:
        return None
