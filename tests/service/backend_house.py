"""A backend without HTTP: the real service and store, over a fleet in memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from scripted_fleet import ScriptedFleet

from courier_backend.daemon.settings import Settings
from courier_backend.model.ids import new_id
from courier_backend.model.places import places
from courier_backend.model.wire import InstanceItem, Submission
from courier_backend.service import service as module
from courier_backend.service.service import Service
from courier_backend.store.queries.instances import get_instance


class House:
    """A home, a fleet, and services that come and go over them."""

    def __init__(self, home: Path, size: int) -> None:
        self.here = places(str(home))
        self.fleet = ScriptedFleet([new_id() for _ in range(size)])

    @asynccontextmanager
    async def backend(self) -> AsyncIterator[Service]:
        """A service that works; leaving ends it as a kill would: nothing is said to the nodes."""
        async with module.open_service(
            self.here, Settings(), url="http://test", secret=b"k" * 32, end=lambda: None
        ) as service:
            for node_id in self.fleet.nodes:
                await service.fleet.add(f"http://h/nodes/{node_id}", "t")
            yield service

    def job(self, **changes: Any) -> Submission:
        """A job over the whole fleet, 2 at a time."""
        group = {
            "timeoutSeconds": 60,
            "batchSize": {"type": "number", "value": 2},
            "distributionMethod": "batching",
            "nodeListType": "nodes",
            "nodeIdentifiers": list(self.fleet.nodes),
            "successCriteria": [
                {"numRuns": {"type": "percent", "value": 100}, "status": "success"}
            ],
        } | changes
        step = {
            "name": "s",
            "interpreter": {"name": "chef-platform/shell-interpreter"},
            "command": {"linux": ["true"]},
        }
        body = {
            "name": "j",
            "scheduleRule": "immediate",
            "target": {"executionType": "sequential", "groups": [group]},
            "actions": {"accessMode": "agent", "steps": [step]},
        }
        return {
            "body": json.dumps(body),
            "bodyFormat": "json",
            "fileName": "",
            "nodeIds": [],
            "inputs": {},
        }


async def ended(service: Service, instance_id: str) -> InstanceItem:
    """The instance, once it is final; hears of it from the log."""
    woken = asyncio.Event()
    service.store.listen(lambda _events: woken.set())
    while True:
        woken.clear()
        item = await service.store.read(lambda c: get_instance(c, instance_id))
        if item["status"] not in {"running", "pending"}:
            return item
        await woken.wait()
