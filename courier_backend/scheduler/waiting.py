"""Instances that are pending: each begins when its window closes, or when its job is free."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Final

from courier_backend.model.event import NewEvent
from courier_backend.model.status import InstanceStatus, ReasonCode
from courier_backend.orchestrator.flow import canceled
from courier_backend.recurrence.windows import ExceptionRule, blocked_by
from courier_backend.scheduler.alarm import RETRY
from courier_backend.scheduler.executions import Executions, Made
from courier_backend.scheduler.open_instances import OpenInstances
from courier_backend.scheduler.overlap import waits_sentence
from courier_backend.scheduler.schedule import own_exceptions
from courier_backend.scheduler.timetable import Timetable
from courier_backend.store.queries.schedules import PendingInstance, StoredSchedule, schedules
from courier_backend.store.store import Store

SCHEDULED: Final = "scheduled"

_log = logging.getLogger(__name__)


class Waiting:
    """All pending instances, in the order in which they were made."""

    def __init__(self, store: Store, executions: Executions, opened: OpenInstances) -> None:
        self._store = store
        self._executions = executions
        self._opened = opened
        self._pending: dict[str, PendingInstance] = {}
        self._count = count()
        self._places: dict[str, int] = {}
        self._by_job: defaultdict[str, set[str]] = defaultdict(set)
        self._times = Timetable()

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def job_ids(self) -> Iterable[str]:
        """The jobs that they are of."""
        return self._by_job

    @property
    def nearest(self) -> datetime | None:
        """When to look next; nothing for those that wait for another instance."""
        return self._times.nearest

    def add(self, pending: PendingInstance, now: datetime) -> None:
        """One more."""
        self._pending[pending.id] = pending
        self._places[pending.id] = next(self._count)
        self._by_job[pending.job_id].add(pending.id)
        self._times.put(pending.id, now)

    def look_at_job(self, job_id: str, now: datetime) -> bool:
        """Something is different for those of a job; whether there are any."""
        found = self._of(job_id)
        for each in found:
            self._times.put(each.id, now)
        return bool(found)

    def look_again(self, instance_id: str, at: datetime) -> None:
        """It could not be written that this one begins."""
        self._times.put(instance_id, at)

    def look_at_all(self, now: datetime) -> None:
        """Something is different for all."""
        for its_id in self._pending:
            self._times.put(its_id, now)

    def _of(self, job_id: str) -> list[PendingInstance]:
        return [self._pending[its_id] for its_id in self._by_job.get(job_id, ())]

    # ---- canceling

    def find(self, instance_id: str) -> PendingInstance | None:
        """A pending instance."""
        return self._pending.get(instance_id)

    def cancels_of(self, job_id: str, reason: str, now: datetime) -> list[NewEvent]:
        """What cancels those of a job."""
        return [cancel_event(each, reason, now) for each in self._of(job_id)]

    def drop(self, instance_id: str) -> None:
        """It does not wait any more."""
        pending = self._pending.pop(instance_id, None)
        self._times.put(instance_id, None)
        if pending is not None:
            del self._places[instance_id]
            self._by_job[pending.job_id].discard(instance_id)
            if not self._by_job[pending.job_id]:
                del self._by_job[pending.job_id]

    def drop_job(self, job_id: str) -> None:
        """None of a job waits any more."""
        for each in self._of(job_id):
            self.drop(each.id)

    # ---- beginning

    async def look(
        self, everywhere: Sequence[ExceptionRule], now: datetime, most: int
    ) -> tuple[list[NewEvent], list[Made]]:
        """Of those that are to be looked at: words on those that wait on, and those that begin."""
        due = [self._pending[its_id] for its_id in self._times.due(now, most)]
        jobs = await self._jobs({each.job_id for each in due})
        notes: list[NewEvent] = []
        begun: dict[str, Made] = {}
        taken: set[str] = set()
        for each in sorted(due, key=lambda each: self._places[each.id]):
            try:
                held = self._held(each, jobs[each.job_id], everywhere, taken, now)
                if held is None:
                    begun[each.id] = self._executions.start(each)
                    taken.add(each.job_id)
                elif held != (each.reason_code, each.reason):
                    notes.append(self._noted(each, *held, now))
            except Exception:  # noqa: BLE001  one that is faulty does not keep the others down
                _log.exception("instance %s cannot begin; it is looked at again", each.id)
                self._times.put(each.id, now + RETRY)
        return notes, list(begun.values())

    async def _jobs(self, job_ids: Iterable[str]) -> dict[str, StoredSchedule]:
        found = await self._store.read(lambda c: schedules(c, job_ids))
        return {job.job_id: job for job in found}

    def _held(
        self,
        pending: PendingInstance,
        job: StoredSchedule,
        everywhere: Sequence[ExceptionRule],
        taken: set[str],
        now: datetime,
    ) -> tuple[str, str] | None:
        """Why it waits on (and when to look again is noted); None: it may begin."""
        window = blocked_by(now, [*own_exceptions(job.definition, job.anchors), *everywhere])
        if window is not None:
            self._times.put(pending.id, window.ends_at)
            return ReasonCode.EXCEPTION_WINDOW, window.reason
        if pending.instance_type != SCHEDULED or job.definition["overlap"] == "parallel":
            return None
        running = self._opened.running(pending.job_id)
        if running:
            self._times.put(pending.id, None)
            return ReasonCode.OVERLAP, waits_sentence(running[0])
        if pending.job_id in taken:  # another of them begins now, and frees the job when it ends
            self._times.put(pending.id, None)
            return pending.reason_code, pending.reason
        return None

    def _noted(
        self, pending: PendingInstance, reason_code: str, reason: str, now: datetime
    ) -> NewEvent:
        self._pending[pending.id] = replace(pending, reason_code=reason_code, reason=reason)
        data = {"reasonCode": reason_code, "reason": reason}
        return _event(pending, data, now)


def cancel_event(pending: PendingInstance, reason: str, now: datetime) -> NewEvent:
    """A pending instance never begins."""
    data = {
        "from": InstanceStatus.PENDING,
        "status": InstanceStatus.CANCELED,
        "reasonCode": ReasonCode.OPERATOR,
        "reason": canceled(reason),
    }
    return _event(pending, data, now)


def _event(pending: PendingInstance, data: dict[str, str], now: datetime) -> NewEvent:
    return NewEvent(
        "instance-changed", now, job_id=pending.job_id, instance_id=pending.id, data=dict(data)
    )


def pending_of(made: Made) -> PendingInstance | None:
    """A new instance as one that waits; None: it does not."""
    event = made.event
    if event.data["status"] != InstanceStatus.PENDING:
        return None
    return PendingInstance(
        id=made.id,
        job_id=event.job_id or "",
        job_name=event.data["jobName"],
        instance_type=event.data["instanceType"],
        reason_code=event.data["reasonCode"],
        reason=event.data["reason"],
        created_at=event.time,
        action_spec=event.data["actionSpec"],
        target_spec=event.data["targetSpec"],
    )
