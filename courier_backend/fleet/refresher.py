"""Asking every node now and then how it is, spread over the period."""

import asyncio
import logging
from typing import Final

from courier_backend.delivery.directory import KnownNode
from courier_backend.fleet.fleet import Fleet

AT_ONCE: Final = 32

_log = logging.getLogger(__name__)


async def refresh_nodes(fleet: Fleet, every_seconds: float) -> None:
    """Refresh all nodes once in each period, for ever, evenly spread; slow ones hold up nobody."""
    places = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        while True:
            nodes = [node for node in fleet.directory if not node.archived]
            if not nodes:
                await asyncio.sleep(every_seconds / 10)
            for node in nodes:
                await asyncio.sleep(every_seconds / len(nodes))
                # By now it may have moved, or gone.
                known = fleet.directory.find(node.id)
                if known is not None and not known.archived:
                    await places.acquire()
                    group.create_task(_refresh(fleet, known, places))


async def _refresh(fleet: Fleet, node: KnownNode, places: asyncio.Semaphore) -> None:
    try:
        await fleet.refresh(node)
    except Exception:  # noqa: BLE001  one strange node must not end the backend
        _log.exception("asking %s how it is failed", node.name)
    finally:
        places.release()
