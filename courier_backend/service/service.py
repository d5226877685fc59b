"""The service: all parts of the backend, put together and running."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from courier_backend import __version__
from courier_backend.api.activity import Activity
from courier_backend.api.ports import EvidenceFile, Mark
from courier_backend.daemon.idle import IdleWatch
from courier_backend.daemon.secret_key import derive
from courier_backend.daemon.settings import Settings
from courier_backend.daemon.vault import Vault
from courier_backend.delivery.directory import NodeDirectory
from courier_backend.delivery.http_transport import HttpTransport
from courier_backend.delivery.live_output import LiveOutput
from courier_backend.delivery.releases import Releases
from courier_backend.evidence.keeper import EvidenceKeeper
from courier_backend.evidence.limit import keep_within
from courier_backend.evidence.links import Links
from courier_backend.fleet.fleet import Fleet
from courier_backend.fleet.refresher import refresh_nodes
from courier_backend.fleet.saved import SavedTargets
from courier_backend.hosting.local_nodes import LocalNodes
from courier_backend.model.places import Places
from courier_backend.model.times import Clock, system_clock, to_text
from courier_backend.model.wire import (
    BackendStatus,
    CancelItem,
    JobItem,
    OutputItem,
    PlanItem,
    Submission,
    Submitted,
)
from courier_backend.orchestrator.driver import Driver
from courier_backend.orchestrator.leavings import Leavings
from courier_backend.scheduler.alarm import Alarm, ClockAlarm
from courier_backend.scheduler.executions import Executions
from courier_backend.scheduler.scheduler import Scheduler
from courier_backend.service.cancels import Cancels
from courier_backend.service.evidence_reading import EvidenceReading
from courier_backend.service.fleet_commands import FleetCommands
from courier_backend.service.jobs import Jobs
from courier_backend.service.outside import OutsideWork
from courier_backend.service.recovery import Recovery
from courier_backend.service.schedule_commands import ScheduleCommands
from courier_backend.service.schedules import Schedules
from courier_backend.service.starts import Starts
from courier_backend.store.rehearsal import note, rehearse
from courier_backend.store.store import Store

STOP_SECONDS: Final = 30.0
BUILTIN_SECONDS: Final = 2.0
RELEASE_SECONDS: Final = 2.0


class Service(ScheduleCommands, FleetCommands):
    """What the API can ask for. Made by `open_service`."""

    def __init__(
        self,
        here: Places,
        settings: Settings,
        store: Store,
        transport: HttpTransport,
        *,
        url: str,
        secret: bytes,
        vault: Vault,
        end: Callable[[], None],
        clock: Clock,
        alarm: Alarm | None = None,
    ) -> None:
        self._here = here
        self._settings = settings
        self._url = url
        self._end = end
        self._clock = clock
        self._started_at = clock()
        self.ready = asyncio.Event()
        self.ends_runners = False
        self.store = store
        self.links = Links(derive(secret, "links"), clock)
        self.activity = Activity(clock)
        self.idle = IdleWatch(self.is_busy, self.last_use, clock)
        self.directory = NodeDirectory()
        self.fleet = Fleet(store, transport, self.directory, clock)
        self.saved = SavedTargets(store, self.directory, clock)
        live = LiveOutput()
        keeper = EvidenceKeeper(here.evidence, store, transport, self.directory, clock)
        releases = self.releases = Releases(transport, self.directory)
        self.driver = Driver(
            store=store,
            transport=transport,
            fleet=self.fleet,
            leavings=Leavings(live, keeper, releases, clock),
            opened=vault.opened,
            clock=clock,
        )
        self.local_nodes = LocalNodes(self.fleet, here.builtin_node, here.lab, self.driver.runs_on)
        executions = Executions(self.driver, self.saved, settings, here.data, clock)
        self.scheduler = Scheduler(
            store,
            executions,
            grace=timedelta(seconds=settings.schedules.grace_seconds),
            clock=clock,
            alarm=alarm or ClockAlarm(clock),
        )
        self._starts = Starts(store, executions, self.scheduler, clock)
        self.outside = OutsideWork(
            store,
            self._starts,
            self.directory,
            here.evidence,
            clock,
            opened=vault.opened,
            timeout_seconds=executions.defaults.timeout_seconds,
        )
        self._schedules = Schedules(store, self.scheduler, clock)
        self._jobs = Jobs(
            store, executions, self.scheduler, self._schedules, self._starts, vault, clock
        )
        self.recovery = Recovery(
            store,
            self.directory,
            self.driver,
            keeper,
            releases,
            defaults=executions.defaults,
            clock=clock,
        )
        self._cancels = Cancels(store, self.driver, self.scheduler)
        self._evidence = EvidenceReading(
            here.evidence, store, keeper, live, transport, self.directory
        )
        self._background = (keeper.run, releases.run, self._refresh_nodes, self._limit_evidence)

    async def run(self) -> None:
        """Take up what was in flight, then work until canceled."""
        await self.recovery.load_nodes()
        await self.saved.load()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.driver.run())
            await self.driver.ready.wait()
            await self.scheduler.load()
            await self.recovery.take_up()
            group.create_task(self.scheduler.run())
            for work in self._background:
                group.create_task(work())
            group.create_task(self.local_nodes.keep_builtin())
            group.create_task(self.local_nodes.keep_lab())
            # Who asks first for the nodes is to find this machine among them.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BUILTIN_SECONDS):
                    await self.local_nodes.builtin_tried.wait()
            self.ready.set()

    async def _refresh_nodes(self) -> None:
        await refresh_nodes(self.fleet, self._settings.backend.node_refresh_seconds)

    async def _limit_evidence(self) -> None:
        most = self._settings.evidence.max_bytes
        await keep_within(self.store, self._here.evidence, most, self._clock)

    # ---- jobs

    async def add_job(self, sub: Submission, *, idempotency_key: str, by: str) -> Submitted:
        """Accept a job."""
        return await self._jobs.add(sub, idempotency_key=idempotency_key, by=by)

    async def plan(self, sub: Submission) -> PlanItem:
        """Say what a job would do."""
        return await self._jobs.plan(sub)

    async def update_job(self, job_id: str, sub: Submission, *, by: str) -> JobItem:
        """Give a job another definition."""
        return await self._jobs.update(job_id, sub, by)

    async def delete_job(self, job_id: str, *, by: str) -> None:
        """Take a job away."""
        await self._jobs.delete(job_id, by)

    async def cancel_job(self, job_id: str, *, instances: bool, reason: str, by: str) -> CancelItem:
        """Let a job make no instances any more; `instances`: and stop those that run."""
        for instance_id in self.driver.instances_of(job_id) if instances else []:
            note(f"cancel its instance {instance_id}")
        before = await self._jobs.cancel(job_id, reason, by)
        done: CancelItem = {
            "id": job_id,
            "status": "canceled",
            "alreadyFinal": before["status"] == "canceled",
            "stopping": 0,
            "prevented": 0,
        }
        for instance_id in self.driver.instances_of(job_id) if instances else []:
            part = await self._cancels.instance(instance_id, reason=_why(reason, by))
            done["stopping"] += part["stopping"]
            done["prevented"] += part["prevented"]
            done["alreadyFinal"] = False
        return done

    # ---- cancels

    async def cancel_instance(
        self, instance_id: str, *, group_number: int | None, reason: str, by: str
    ) -> CancelItem:
        """Stop an instance, or one of its groups."""
        return await self._cancels.instance(
            instance_id, group_number=group_number, reason=_why(reason, by)
        )

    async def cancel_run(self, run_id: str, *, reason: str, by: str) -> CancelItem:
        """Stop one run."""
        return await self._cancels.run(run_id, reason=_why(reason, by))

    # ---- evidence

    async def evidence(
        self, run_id: str, step: int, attempt: int, *, wait_seconds: float
    ) -> EvidenceFile:
        """Stored evidence."""
        return await self._evidence.file(run_id, step, attempt, wait_seconds)

    async def output(
        self, run_id: str, step: int, attempt: int, stream: str, offset: int, limit: int
    ) -> OutputItem:
        """A part of the output."""
        return await self._evidence.output(
            run_id, step, attempt, stream=stream, offset=offset, limit=limit
        )

    def live_output(
        self, run_id: str, step: int, attempt: int
    ) -> AbstractAsyncContextManager[AsyncIterator[Mark]]:
        """The output as it comes."""
        return self._evidence.live(run_id, step, attempt)

    # ---- the backend itself

    def is_busy(self) -> bool:
        """Whether something needs the backend now."""
        return (
            bool(self.activity.streams)
            or self.driver.active_instances > 0
            or self.scheduler.is_needed
        )

    def last_use(self) -> datetime:
        """When a client asked last."""
        return self.activity.last_use()

    def status(self) -> BackendStatus:
        """How the backend is."""
        return {
            "pid": os.getpid(),
            "version": __version__,
            "url": self._url,
            "startedAt": to_text(self._started_at),
            "home": str(self._here.data),
            "activeInstances": self.driver.active_instances,
            "activeRuns": self.driver.active_runs,
            "scheduledJobs": self.scheduler.scheduled,
            "clients": self.activity.streams,
            "idleSeconds": self.idle.idle_seconds,
        }

    async def stop(self, cancel_all: bool) -> None:
        """Begin to end the backend; `cancel_all`: stop what runs first, and wait for it."""
        rehearse("cancel what runs, and end the backend" if cancel_all else "end the backend")
        await self.scheduler.rest()
        if cancel_all:
            try:
                await self._cancel_all()
            except Exception:
                self.scheduler.go_on()
                raise
            self.ends_runners = True
        self._end()

    async def _cancel_all(self) -> None:
        for instance_id in self.driver.instances_of(None):
            await self._cancels.instance(instance_id, reason="the backend is stopped")
        await self.driver.until_quiet(STOP_SECONDS)


@asynccontextmanager
async def open_service(
    here: Places,
    settings: Settings,
    *,
    url: str,
    secret: bytes,
    end: Callable[[], None],
    clock: Clock = system_clock,
    alarm: Alarm | None = None,
) -> AsyncIterator[Service]:
    """A service that works; ends in order. What runs on nodes goes on.

    `secret` is that of the installation: links and sensitive values depend on it.
    """
    vault = Vault(secret)
    store = await Store.open(here.database, vault.sealed_event)
    transport = HttpTransport()
    try:
        service = Service(
            here,
            settings,
            store,
            transport,
            url=url,
            secret=secret,
            vault=vault,
            end=end,
            clock=clock,
            alarm=alarm,
        )
        working = asyncio.create_task(service.run())
        working.add_done_callback(lambda _: _ended(service, end))
        try:
            await service.ready.wait()
            yield service
        finally:
            # A runner that holds a run does not leave by itself.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RELEASE_SECONDS):
                    await service.releases.flush()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            if service.ends_runners:
                await service.local_nodes.end_idle()
    finally:
        await transport.aclose()
        await store.close()
    _raise_fault(working)


def _ended(service: Service, end: Callable[[], None]) -> None:
    """The work ended, for good or by a fault: nobody must wait for it any more."""
    service.ready.set()
    end()


def _raise_fault(task: asyncio.Task[None]) -> None:
    """A part that failed ended the backend: let it be seen."""
    if not task.cancelled() and (fault := task.exception()):
        raise fault


def _why(reason: str, by: str) -> str:
    return reason or f"asked by {by}"
