"""Asking every node now and then how it is, spread over the period."""

import asyncio

from courier_backend.fleet.fleet import Fleet


async def refresh_nodes(fleet: Fleet, every_seconds: float) -> None:
    """Refresh all nodes once in each period, for ever; one at a time, evenly spread."""
    while True:
        nodes = [node for node in fleet.directory if not node.archived]
        if not nodes:
            await asyncio.sleep(every_seconds / 10)
        for node in nodes:
            await asyncio.sleep(every_seconds / len(nodes))
            await fleet.refresh(node)
