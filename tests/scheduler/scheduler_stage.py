"""The scheduler over a real store and a simulated clock, with a driver that only notes.

Time passes when a test says so, from one sleep of the scheduler to the next; what an instance does
on its nodes is not played: it is running until the test ends it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from courier_backend.daemon.settings import EvidenceSettings, Settings
from courier_backend.daemon.vault import Vault
from courier_backend.delivery.directory import NodeDirectory
from courier_backend.fleet.saved import SavedTargets
from courier_backend.model.errors import OutOfSpace
from courier_backend.model.event import NewEvent
from courier_backend.model.times import from_text
from courier_backend.model.wire import InstanceItem, JobItem, Submission
from courier_backend.orchestrator.driver import Driver
from courier_backend.orchestrator.state import InstanceState
from courier_backend.scheduler.alarm import LOOK_SECONDS
from courier_backend.scheduler.executions import Executions
from courier_backend.scheduler.scheduler import Scheduler
from courier_backend.service.jobs import Jobs
from courier_backend.service.schedules import Schedules
from courier_backend.service.starts import Starts
from courier_backend.store.queries.instances import list_instances
from courier_backend.store.queries.jobs import get_job
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.schedules import schedules
from courier_backend.store.store import Store

START = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)


class StagedTime:
    """A clock that stands still, and an alarm that tells when the scheduler sleeps."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self._until: datetime | None = None
        self._rung = asyncio.Event()
        self._asleep = asyncio.Event()

    def __call__(self) -> datetime:
        return self.now

    def ring(self) -> None:
        self._asleep.clear()
        self._rung.set()

    async def wait(self, until: datetime | None) -> None:
        if until is not None:
            until = min(until, self.now + timedelta(seconds=LOOK_SECONDS))
        self._until = until
        if not self._rung.is_set():
            if until is None or until > self.now:
                self._asleep.set()
            else:
                self._rung.set()
        await self._rung.wait()
        self._rung.clear()
        self._asleep.clear()

    async def settled(self) -> None:
        """Wait until the scheduler has nothing to do now."""
        await self._asleep.wait()

    async def pass_to(self, moment: datetime) -> None:
        """Let time pass, from one sleep to the next."""
        await self.settled()
        while self._until is not None and self._until <= moment:
            self.now = max(self.now, self._until)
            self.ring()
            await self.settled()
        self.now = moment

    async def leap_to(self, moment: datetime) -> None:
        """The clock is set, or the machine slept: nobody watched on the way."""
        await self.settled()
        self.now = moment
        self.ring()
        await self.settled()


class NotingDriver:
    """Takes instances up and does nothing with them."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def take_up(self, state: InstanceState, actions: dict[str, Any]) -> None:
        assert not state.is_final
        assert actions["steps"]

    async def start(self, instance_id: str) -> None:
        self.begun.append(instance_id)


class Stage:
    """One life of a backend's scheduler."""

    def __init__(self, store: Store, time: StagedTime, folder: Path) -> None:
        self.store = store
        self.time = time
        self.driver = NotingDriver()
        settings = Settings(evidence=EvidenceSettings(min_free_bytes=0))
        self.full = OutOfSpace("the disk is full")
        saved = SavedTargets(store, NodeDirectory(), time)
        executions = self.executions = Executions(
            cast(Driver, self.driver), saved, settings, folder, time
        )
        self.scheduler = Scheduler(
            store, executions, grace=timedelta(hours=1), clock=time, alarm=time
        )
        self.starts = Starts(store, executions, self.scheduler, time)
        self.schedules = Schedules(store, self.scheduler, time)
        self.jobs = Jobs(
            store, executions, self.scheduler, self.schedules, self.starts, Vault(b"k" * 32), time
        )

    @staticmethod
    def submission(rule: str, **more: Any) -> Submission:
        return submission(rule, **more)

    async def add(self, rule: str, **more: Any) -> str:
        """A job; its id."""
        done = await self.jobs.add(submission(rule, **more), idempotency_key="", by="t")
        await self.time.settled()
        return done["jobId"]

    async def job(self, job_id: str) -> JobItem:
        return await self.store.read(lambda c: get_job(c, job_id))

    async def definition(self, job_id: str) -> dict[str, Any]:
        """What a job is, in normal form."""
        (found,) = await self.store.read(lambda c: schedules(c, [job_id]))
        return found.definition

    async def instances(self, job_id: str) -> list[InstanceItem]:
        found, _ = await self.store.read(
            lambda c: list_instances(c, PageRequest(1, 10_000), job_id=job_id)
        )
        return found

    async def due(self, job_id: str, *statuses: str) -> list[datetime]:
        """When the instances of a job were due, those of these statuses."""
        wanted = statuses or ("running", "success")
        found = await self.instances(job_id)
        return [from_text(each["dueAt"]) for each in found if each["status"] in wanted]

    async def end(self, instance_id: str, status: str = "success") -> None:
        """An instance that runs ends."""
        data = {"from": "running", "status": status, "reasonCode": "", "reason": ""}
        await self.store.append(
            [NewEvent("instance-changed", self.time(), None, instance_id, data=data)]
        )
        await self.time.settled()

    async def end_all(self, job_id: str) -> None:
        for each in await self.instances(job_id):
            if each["status"] == "running":
                await self.end(each["id"])


@asynccontextmanager
async def staged(folder: Path, time: StagedTime | None = None) -> AsyncIterator[Stage]:
    """A scheduler that works; leaving it is a kill: nothing is put in order."""
    store = await Store.open(folder / "courier.db")
    time = time or StagedTime()
    stage = Stage(store, time, folder)
    await stage.scheduler.load()
    working = asyncio.create_task(stage.scheduler.run())
    try:
        await time.settled()
        yield stage
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await store.close()


def submission(rule: str, **more: Any) -> Submission:
    """A job of one group without nodes."""
    group = {"nodeListType": "nodes", "nodeIdentifiers": ["a" * 8 + "-0000-4000-8000-000000000000"]}
    step = {
        "name": "s",
        "interpreter": {"name": "chef-platform/shell-interpreter"},
        "command": {"linux": ["true"]},
    }
    body = {
        "name": "j",
        "scheduleRule": rule,
        "target": {"executionType": "sequential", "groups": [group]},
        "actions": {"accessMode": "agent", "steps": [step]},
    } | more

    return {
        "body": json.dumps(body),
        "bodyFormat": "json",
        "fileName": "",
        "nodeIds": [],
        "inputs": {},
    }
