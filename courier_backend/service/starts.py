"""Starting a job now: an immediate one, by hand, or again where it did not succeed."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

from courier_backend.model.errors import Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.status import InstanceStatus, JobStatus, ReasonCode, RunStatus
from courier_backend.model.times import ZERO_TIME, Clock, to_text
from courier_backend.model.wire import ManualItem, Submitted
from courier_backend.orchestrator.begin import Cause, Held
from courier_backend.recurrence.windows import Window, blocked_by, clear_from
from courier_backend.scheduler.executions import Executions, Made
from courier_backend.scheduler.schedule import own_exceptions
from courier_backend.scheduler.scheduler import Scheduler
from courier_backend.store.queries.instances import get_instance
from courier_backend.store.queries.runs import instance_node_ids
from courier_backend.store.queries.schedules import StoredSchedule
from courier_backend.store.store import Store


class Starts:
    """Makes instances that nobody scheduled. In a window they wait until it closes."""

    def __init__(
        self, store: Store, executions: Executions, scheduler: Scheduler, clock: Clock
    ) -> None:
        self._store = store
        self._executions = executions
        self._scheduler = scheduler
        self._clock = clock

    def window(
        self, definition: Mapping[str, Any], anchors: Mapping[str, Any], now: datetime
    ) -> Window | None:
        """The window that is open for a job now."""
        rules = [*own_exceptions(definition, anchors), *self._scheduler.exceptions]
        return blocked_by(now, rules)

    def when(
        self,
        definition: Mapping[str, Any],
        anchors: Mapping[str, Any],
        now: datetime,
        window: Window | None,
    ) -> datetime | None:
        """When what is to execute at once does: now, or when no window is open any more."""
        if window is None:
            return now
        rules = [*own_exceptions(definition, anchors), *self._scheduler.exceptions]
        return clear_from(now, rules)

    def make(
        self,
        job_id: str,
        definition: Mapping[str, Any],
        cause: Cause,
        window: Window | None,
        *,
        override: bool = False,
    ) -> Made:
        """An instance that begins now; in a window it is pending, unless that is overridden."""
        if window is None:
            return self._executions.make(job_id, definition, cause)
        if override:
            cause = replace(cause, overridden=window.reason)
            return self._executions.make(job_id, definition, cause)
        held = Held(InstanceStatus.PENDING, ReasonCode.EXCEPTION_WINDOW, window.reason)
        return self._executions.hold(job_id, definition, cause, held)

    async def activate(self, job_id: str, by: str) -> str:
        """Start one instance of a job; gives its id.

        Raises:
            NotFound: there is no such job.
            Conflict: the job is not active.
        """
        async with self._scheduler.changing(job_id) as job:
            _refuse_unless_active(job)
            made = await self._start(job, job.definition, Cause("manual", by))
            return made.id

    async def direct(
        self, job_id: str, definition: Mapping[str, Any], cause: Cause, added: NewEvent | None
    ) -> None:
        """Start one instance on a target and with steps of its own; `added` makes its job.

        Raises:
            NotFound: there is no such job.
        """
        if added is None:
            async with self._scheduler.changing(job_id) as job:
                await self._start(job, definition, cause)
            return
        await self._executions.refuse_when_full()
        window = self.window(definition, {}, self._clock())
        await self.begin_new(added, self.make(job_id, definition, cause, window))

    async def begin_new(self, added: NewEvent, made: Made) -> None:
        """Write a job with its first instance, and let that begin, or wait for its window.

        Raises:
            OutOfSpace: the disk refuses; there is no such job then.
        """
        counted = NewEvent(
            "job-changed", added.time, job_id=added.job_id, data={"executionCount": 1}
        )
        # Who deletes the job meanwhile must find what waits.
        async with self._scheduler.lock if made.state is None else nullcontext():
            await self._store.append([added, made.event, counted])
            await self._scheduler.begun(made)

    async def by_hand(
        self, job_id: str, *, triggered_at: datetime | None, triggered_by: str, override: bool
    ) -> ManualItem:
        """Start one instance beside the schedule, if the job allows it.

        Raises:
            NotFound: there is no such job.
            Conflict: the job is not active, or does not allow it.
        """
        async with self._scheduler.changing(job_id) as job:
            if not job.definition["allowManualExecution"]:
                raise Conflict(
                    f'The job "{job.definition["name"]}" allows no runs by hand.',
                    hint="Set allowManualExecution to true in its definition.",
                )
            _refuse_unless_active(job)
            cause = Cause("manual", triggered_by, new_id(), triggered_at)
            made = await self._start(job, job.definition, cause, override=override)
        return {"id": job_id, "instanceId": made.id, "overwriteId": cause.overwrite_id or ""}

    async def retry(self, instance_id: str, only: str, by: str) -> Submitted:
        """A new instance of the same job on the nodes that did not succeed, or on all.

        Raises:
            NotFound: there is no such instance.
            Conflict: it has not ended, its job is gone, or no node is left to retry.
        """
        item = await self._store.read(lambda c: get_instance(c, instance_id))
        if item["status"] in {"running", "pending"}:
            raise Conflict("The instance has not ended.", hint="Wait for it, or cancel it first.")
        wanted = set(RunStatus) if only == "all" else set(RunStatus) - {RunStatus.SUCCESS}
        if not item["totalRuns"]:
            raise Conflict(
                "The instance never began on any node; there is nothing to retry.",
                hint="`courier scheduler jobs activated-job` starts its job.",
            )
        found = await self._store.read(lambda c: instance_node_ids(c, instance_id, wanted))
        target = _narrowed(item["targetSpec"], found)
        if not target["groups"]:
            raise Conflict("Every run of this instance succeeded; there is nothing to retry.")
        async with self._scheduler.changing(item["jobId"]) as job:
            now = self._clock()
            window = self.window(job.definition, job.anchors, now)
            when = self.when(job.definition, job.anchors, now, window)
            definition = job.definition | {"actions": item["actionSpec"], "target": target}
            made = await self._start(job, definition, Cause("manual", by))
        return {
            "jobId": item["jobId"],
            "instanceId": made.id,
            "exceptionReasons": reasons_of(made),
            "nextExecutionTime": ZERO_TIME if when is None else to_text(when),
            "warnings": [],
        }

    async def _start(
        self,
        job: StoredSchedule,
        definition: Mapping[str, Any],
        cause: Cause,
        *,
        override: bool = False,
    ) -> Made:
        await self._executions.refuse_when_full()
        now = self._clock()
        window = self.window(job.definition, job.anchors, now)
        made = self.make(job.job_id, definition, cause, window, override=override)
        data = {"executionCount": job.executions + 1}
        counted = NewEvent("job-changed", now, job_id=job.job_id, data=data)
        await self._store.append([made.event, counted])
        await self._scheduler.begun(made)
        return made


def reasons_of(made: Made) -> list[str]:
    """The window that an instance waits for, if any."""
    is_pending = made.event.data["status"] == InstanceStatus.PENDING
    return [made.event.data["reason"]] if is_pending else []


def _refuse_unless_active(job: StoredSchedule) -> None:
    if job.status != JobStatus.ACTIVE:
        name = job.definition["name"]
        raise Conflict(f'The job "{name}" is {job.status}; it starts no instance.')


def _narrowed(target: Mapping[str, Any], found: Mapping[int, list[str]]) -> dict[str, Any]:
    """The target on the nodes found, group by group; groups without any are left out."""
    groups = [
        group | {"nodeListType": "nodes", "nodeIdentifiers": found[number], "filter": None}
        for number, group in enumerate(target["groups"])
        if found.get(number)
    ]
    return dict(target) | {"groups": groups}
