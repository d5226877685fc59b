"""Making instances, and letting them begin once they are on disk."""

import asyncio
import logging
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courier_backend.daemon.settings import Settings
from courier_backend.fleet.saved import SavedTargets
from courier_backend.model.checking.saved_names import SavedNames
from courier_backend.model.errors import OutOfSpace
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.times import Clock
from courier_backend.orchestrator.begin import Cause, Defaults, Held, begin, begin_held, hold
from courier_backend.orchestrator.driver import Driver
from courier_backend.orchestrator.state import InstanceState
from courier_backend.store.queries.schedules import PendingInstance
from courier_backend.targeting.view import FleetView

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """An instance that is to be appended, and then launched. Without a state it does not begin."""

    event: NewEvent
    state: InstanceState | None = None
    actions: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """Of the instance."""
        return self.event.instance_id or ""


class Executions:
    """Makes instances of jobs. Nothing is written here: who asks appends the events."""

    def __init__(
        self,
        driver: Driver,
        saved: SavedTargets,
        settings: Settings,
        data: Path,
        clock: Clock,
    ) -> None:
        self._driver = driver
        self._saved = saved
        self._settings = settings
        self._data = data
        self._clock = clock

    @property
    def defaults(self) -> Defaults:
        """What holds where a group says nothing."""
        runs = self._settings.runs
        return Defaults(runs.timeout_seconds, runs.queue_timeout_seconds)

    def view(self) -> FleetView:
        """The fleet as targeting sees it, now."""
        return self._saved.view()

    def names(self) -> SavedNames:
        """The saved filters and lists that a job may name."""
        return self._saved.names()

    def make(
        self,
        job_id: str,
        definition: Mapping[str, Any],
        cause: Cause,
        fleet: FleetView | None = None,
    ) -> Made:
        """An instance that begins on the nodes of this moment."""
        state, event = begin(
            job_id,
            definition,
            self.view() if fleet is None else fleet,
            cause=cause,
            defaults=self.defaults,
            new_id=new_id,
            now=self._clock(),
        )
        return Made(event, state, definition["actions"])

    def hold(self, job_id: str, definition: Mapping[str, Any], cause: Cause, held: Held) -> Made:
        """An instance that does not begin now, or never."""
        return Made(
            hold(
                job_id,
                definition,
                cause=cause,
                held=held,
                instance_id=cause.instance_id or new_id(),
                now=self._clock(),
            )
        )

    def start(self, pending: PendingInstance) -> Made:
        """An instance that was pending begins, with the definition that it was made with."""
        definition = {"actions": pending.action_spec, "target": pending.target_spec}
        state, event = begin_held(
            pending.id,
            pending.job_id,
            definition,
            self.view(),
            defaults=self.defaults,
            new_id=new_id,
            now=self._clock(),
        )
        return Made(event, state, pending.action_spec)

    def take_up(self, made: Iterable[Made]) -> list[str]:
        """Hold instances whose events are on disk; those that are to be started."""
        begun: list[str] = []
        for each in made:
            if each.state is not None:
                self._driver.take_up(each.state, each.actions or {})
                begun.append(each.id)
        return begun

    async def start_all(self, instance_ids: Iterable[str]) -> None:
        """Let instances begin that were taken up; a faulty one does not keep the others down."""
        ids = list(instance_ids)
        starting = (self._driver.start(each) for each in ids)
        for its_id, fault in zip(
            ids, await asyncio.gather(*starting, return_exceptions=True), strict=True
        ):
            if isinstance(fault, Exception):
                _log.error("instance %s could not be started", its_id, exc_info=fault)

    async def refuse_when_full(self) -> None:
        """Begin nothing new where there is little space.

        Raises:
            OutOfSpace: the disk is too full.
        """
        usage = await asyncio.to_thread(shutil.disk_usage, self._data)
        if usage.free < self._settings.evidence.min_free_bytes:
            raise OutOfSpace(
                f"Only {usage.free // 1024**2} MiB are free in {self._data}; nothing new begins.",
                hint="Free some space, or lower evidence.min_free_bytes in config.toml.",
            )
