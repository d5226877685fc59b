"""Letting a job execute: an instance is made, in one change with what caused it, and begins."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from courier_backend.daemon.settings import Settings
from courier_backend.delivery.directory import KnownNode, NodeDirectory
from courier_backend.model.errors import OutOfSpace
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.times import Clock
from courier_backend.orchestrator.begin import Cause, Defaults, begin
from courier_backend.orchestrator.driver import Driver
from courier_backend.store.store import Store
from courier_backend.targeting.view import FleetView, NodeView


class Executions:
    """Makes instances of jobs."""

    def __init__(
        self,
        store: Store,
        driver: Driver,
        directory: NodeDirectory,
        settings: Settings,
        data: Path,
        clock: Clock,
    ) -> None:
        self._store = store
        self._driver = driver
        self._directory = directory
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
        return FleetView({node.id: _view(node) for node in self._directory})

    async def execute(
        self,
        job_id: str,
        definition: Mapping[str, Any],
        cause: Cause,
        *,
        executions: int,
        also: Sequence[NewEvent] = (),
    ) -> str:
        """Make an instance, in one change with `also`, and let it begin; gives its id.

        Raises:
            OutOfSpace: the disk is too full to begin anything new; nothing was written.
        """
        await self._refuse_when_full()
        now = self._clock()
        state, created = begin(
            job_id,
            definition,
            self.view(),
            cause=cause,
            defaults=self.defaults,
            new_id=new_id,
            now=now,
        )
        counted = NewEvent("job-changed", now, job_id=job_id, data={"executionCount": executions})
        await self._store.append([*also, created, counted])
        self._driver.take_up(state, definition["actions"])
        await self._driver.start(state.id)
        return state.id

    async def _refuse_when_full(self) -> None:
        usage = await asyncio.to_thread(shutil.disk_usage, self._data)
        if usage.free < self._settings.evidence.min_free_bytes:
            raise OutOfSpace(
                f"Only {usage.free // 1024**2} MiB are free in {self._data}; nothing new begins.",
                hint="Free some space, or lower evidence.min_free_bytes in config.toml.",
            )


def _view(node: KnownNode) -> NodeView:
    skills = {skill["name"]: skill["version"] for skill in node.skills}
    return NodeView(
        node.id,
        node.name,
        node.facts,
        node.tags,
        skills,
        node.facts_revision,
        archived=node.archived,
        health=node.health,
    )
