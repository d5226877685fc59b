"""`Transport`: all that orchestration knows of the way to a node.

HTTP today (`http_transport`); a message bus for nodes that can only call out may follow.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from courier_backend.delivery.node import NodeAddress
from courier_backend.model.protocol import NodeIdentity

Lines = list[dict[str, Any]]
"""The lines of a stream that arrived together, in order."""


class RunStream(Protocol):
    """The open stream of one run; `journal_id` is the node's present one."""

    journal_id: str

    def __aiter__(self) -> AsyncIterator[Lines]:
        """Gives lines as they come; ends with the stream.

        Raises:
            NodeUnreachable: the stream broke or missed its heartbeats.
        """
        ...


class Transport(Protocol):
    """Exchanges with nodes. Each raises `NodeUnreachable` or `NodeRefused`."""

    def order(self, node: NodeAddress, body: bytes) -> AbstractAsyncContextManager[RunStream]:
        """Order a run and follow it."""
        ...

    def resume(
        self, node: NodeAddress, run_id: str, after: int
    ) -> AbstractAsyncContextManager[RunStream]:
        """Follow a run that the node already has, from the status line behind `after`."""
        ...

    async def stop(self, node: NodeAddress, run_id: str) -> None:
        """Tell the node to end a run (or never to begin it)."""
        ...

    async def release(self, node: NodeAddress, run_ids: Sequence[str]) -> None:
        """The node may forget these runs."""
        ...

    async def identity(self, node: NodeAddress) -> NodeIdentity:
        """Who the node is, its clock, facts and skills."""
        ...

    async def evidence(
        self, node: NodeAddress, run_id: str, step: int, attempt: int, target: Path
    ) -> str:
        """Fetch an evidence zip into a file; gives its sha-256 in hex."""
        ...

    async def output(
        self,
        node: NodeAddress,
        run_id: str,
        step: int,
        attempt: int,
        *,
        stream: str,
        offset: int,
        limit: int,
    ) -> tuple[bytes, int]:
        """Bytes of output from `offset` on, at most `limit`; and how many there are in all."""
        ...
