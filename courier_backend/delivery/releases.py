"""Telling nodes that they may forget runs: in batches, some time later, again if it fails."""

import asyncio
import logging
from collections import defaultdict
from typing import Final

from courier_backend.delivery.directory import NodeDirectory
from courier_backend.delivery.node import DeliveryError
from courier_backend.delivery.transport import Transport

# An exchange costs as much as a run: a busy node gets one release for many runs.
EVERY_SECONDS: Final = 30.0
AT_MOST: Final = 500
_AT_ONCE: Final = 8

_log = logging.getLogger(__name__)


class Releases:
    """Collects runs that are final and whose evidence is safe."""

    def __init__(self, transport: Transport, directory: NodeDirectory) -> None:
        self._transport = transport
        self._directory = directory
        self._waiting: dict[str, set[str]] = defaultdict(set)
        self._some = asyncio.Event()

    def add(self, node_id: str, run_id: str) -> None:
        """This run may be forgotten by its node."""
        self._waiting[node_id].add(run_id)
        self._some.set()

    async def run(self) -> None:
        """Release for ever, until canceled."""
        while True:
            await self._some.wait()
            await asyncio.sleep(EVERY_SECONDS)
            self._some.clear()
            await self.flush()

    async def flush(self) -> None:
        """Release everything that waits, once."""
        waiting, self._waiting = self._waiting, defaultdict(set)
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def one(node_id: str, run_ids: set[str]) -> None:
            async with at_once:
                await self._release(node_id, sorted(run_ids))

        async with asyncio.TaskGroup() as group:
            for node_id, run_ids in waiting.items():
                group.create_task(one(node_id, run_ids))

    async def _release(self, node_id: str, run_ids: list[str]) -> None:
        node = self._directory.find(node_id)
        if node is None:
            return
        for start in range(0, len(run_ids), AT_MOST):
            part = run_ids[start : start + AT_MOST]
            try:
                await self._transport.release(node.address, part)
            except DeliveryError as error:
                _log.info("release later: %s", error)
                self._waiting[node_id].update(run_ids[start:])
                self._some.set()
                return
