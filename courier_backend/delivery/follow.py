"""Following one run on its node until the node says that it is finished.

The order goes up once; whatever breaks after that is resumed from the last line that was taken.
A node that was lost and comes back is first asked who it is: another id, or another journal,
must never get the order again (an attempt is executed at most once).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from courier_backend.delivery.node import (
    BEYOND,
    ORDER_REFUSED,
    RUN_GONE,
    RUN_UNKNOWN,
    NodeAddress,
    NodeRefused,
    NodeUnreachable,
)
from courier_backend.delivery.pauses import growing_pauses
from courier_backend.delivery.transport import RunStream, Transport
from courier_backend.model.errors import NotFound
from courier_backend.model.protocol import NodeIdentity
from courier_backend.model.status import ReasonCode
from courier_backend.model.times import Clock, from_text

_JOURNAL_LOST: Final = "the node lost its journal since the order was sent, so it is not sent again"


class Listener(Protocol):
    """Who is told what a followed run does."""

    async def told(self, run_id: str, lines: list[dict[str, Any]], ages: list[float]) -> None:
        """Lines came, in order; `ages` are seconds since the node wrote each (0 when live)."""
        ...

    async def unreachable(self, run_id: str, reason: str) -> None:
        """The node does not answer now; it is tried again."""
        ...

    async def refused(self, run_id: str, reason_code: str, reason: str) -> None:
        """The node will never execute or finish this run."""
        ...

    def address(self, node_id: str) -> NodeAddress:
        """Where the node is now."""
        ...

    async def met(self, node_id: str, identity: NodeIdentity) -> None:
        """The node told who it is."""
        ...

    async def journal(self, run_id: str, journal_id: str) -> None:
        """The run is about to go into this journal; to be remembered before it does."""
        ...


@dataclass(slots=True)
class Pursuit:
    """A run to follow. `ordered`: the node may have it already; `met`: the node is known now.

    `is_stopped`: the node is to end the run, or never to begin it. `body` makes the order when it
    is sent, so that none is kept. `journal_id` is that of the node when the order was sent, ""
    before the node was met.
    """

    run_id: str
    node_id: str
    body: Callable[[], bytes]
    journal_id: str
    last_seq: int = 0
    ordered: bool = False
    met: bool = False
    is_stopped: Callable[[], bool] = bool
    skew_seconds: float = 0.0


class Unsendable(Exception):
    """The order cannot be made; the sentence says why."""


class _Lost(Exception):
    """The run can never be told to its end; carries reason code and sentence."""

    def __init__(self, reason_code: ReasonCode, reason: str) -> None:
        super().__init__(reason)
        self.reason_code = reason_code
        self.reason = reason


async def follow(pursuit: Pursuit, transport: Transport, listener: Listener, clock: Clock) -> None:
    """Follow a run to its end; returns when it is finished or refused."""
    pauses = growing_pauses()
    while True:
        before = pursuit.last_seq
        try:
            if await _follow_once(pursuit, transport, listener, clock):
                return
            reason = "the stream ended before the run did"
        except NodeUnreachable as error:
            reason = str(error)
        except NodeRefused as refusal:
            if refusal.code in ORDER_REFUSED:
                await listener.refused(pursuit.run_id, ReasonCode.REFUSED, str(refusal))
                return
            # A token that is being changed, another program on the port: not the node's last word.
            reason = str(refusal)
        except _Lost as lost:
            await listener.refused(pursuit.run_id, lost.reason_code, lost.reason)
            return
        pursuit.met = False
        if pursuit.last_seq > before:
            pauses = growing_pauses()
        await listener.unreachable(pursuit.run_id, reason)
        await asyncio.sleep(next(pauses))


async def _follow_once(
    pursuit: Pursuit, transport: Transport, listener: Listener, clock: Clock
) -> bool:
    """Read one stream to its end; whether the run is finished."""
    try:
        node = listener.address(pursuit.node_id)
    except NotFound as error:
        raise _Lost(ReasonCode.NODE_UNKNOWN, error.message) from error
    resumed = pursuit.ordered
    if not pursuit.met:
        await _meet(pursuit, node, transport, listener, clock)
    async with _opened(pursuit, node, transport) as stream:
        await _check_journal(pursuit, stream, listener, resumed=resumed)
        async for lines in stream:
            ages = [_age(line, pursuit, clock()) if resumed else 0.0 for line in lines]
            await listener.told(pursuit.run_id, lines, ages)
            for line in lines:
                pursuit.last_seq = max(pursuit.last_seq, line.get("seq", 0))
            if any(line["type"] == "run-finished" for line in lines):
                return True
    return False


async def _check_journal(
    pursuit: Pursuit, stream: RunStream, listener: Listener, *, resumed: bool
) -> None:
    """The journal may have been lost between the meeting and this answer."""
    if stream.journal_id in {"", pursuit.journal_id}:
        return
    if resumed:
        raise _Lost(ReasonCode.INTERRUPTED, _JOURNAL_LOST)
    pursuit.journal_id = stream.journal_id
    await listener.journal(pursuit.run_id, stream.journal_id)


async def _meet(
    pursuit: Pursuit, node: NodeAddress, transport: Transport, listener: Listener, clock: Clock
) -> None:
    """Ask the node who it is, and whether it still has the journal of this run."""
    identity = await transport.identity(node)
    pursuit.skew_seconds = (from_text(identity["now"]) - clock()).total_seconds()
    if identity["nodeId"] != node.id:
        raise _Lost(
            ReasonCode.NODE_CHANGED,
            f"{node.url} is now another node ({identity['nodeId']}); it gets no order",
        )
    if pursuit.ordered and identity["journalId"] != pursuit.journal_id:
        raise _Lost(ReasonCode.INTERRUPTED, _JOURNAL_LOST)
    pursuit.met = True
    await listener.met(node.id, identity)
    if pursuit.journal_id != identity["journalId"]:
        pursuit.journal_id = identity["journalId"]
        await listener.journal(pursuit.run_id, pursuit.journal_id)


@asynccontextmanager
async def _opened(
    pursuit: Pursuit, node: NodeAddress, transport: Transport
) -> AsyncIterator[RunStream]:
    """The stream to read: a resume where the node may have the order, else the order itself."""
    async with AsyncExitStack() as stack:
        stream = None
        if pursuit.ordered:
            if pursuit.last_seq and pursuit.is_stopped():
                # Before the node sees that it is followed again, and goes on with the run.
                await transport.stop(node, pursuit.run_id)
            stream = await _resumed(pursuit, node, transport, stack)
        pursuit.ordered = True
        if stream is None:
            if pursuit.is_stopped():
                # The tombstone must be there first: what has not begun by now never will.
                await transport.stop(node, pursuit.run_id)
            body = _body(pursuit)
            stream = await stack.enter_async_context(transport.order(node, body))
        yield stream


def _body(pursuit: Pursuit) -> bytes:
    try:
        return pursuit.body()
    except Unsendable as error:
        raise _Lost(ReasonCode.MISSING_INPUT, str(error)) from error


async def _resumed(
    pursuit: Pursuit, node: NodeAddress, transport: Transport, stack: AsyncExitStack
) -> RunStream | None:
    """The rest of the run, or None: the node (same journal) has never received the order."""
    resume = transport.resume(node, pursuit.run_id, pursuit.last_seq)
    try:
        return await stack.enter_async_context(resume)
    except NodeRefused as refusal:
        if refusal.code == RUN_UNKNOWN and not pursuit.last_seq:
            return None
        raise _lost(refusal) from refusal


def _lost(refusal: NodeRefused) -> Exception:
    if refusal.code in {*RUN_GONE, BEYOND}:
        return _Lost(ReasonCode.INTERRUPTED, f"{refusal}; what it did is not known")
    return refusal


def _age(line: dict[str, Any], pursuit: Pursuit, now: datetime) -> float:
    """Seconds since the node wrote a line, by the node's own clock."""
    written = line.get("time")
    if not written:
        return 0.0
    return max(0.0, (now - from_text(written)).total_seconds() + pursuit.skew_seconds)
