"""The scheduler: looks at jobs when they are due, and at pending instances when they may begin.

It sleeps until the nearest of these moments. Everything that changes a job's schedule holds `lock`
while it does, so that a job is looked at, or changed, but never both at once.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from courier_backend.model.errors import CourierError, NotFound, OutOfSpace
from courier_backend.model.event import EventItem, NewEvent
from courier_backend.model.times import Clock
from courier_backend.recurrence.windows import ExceptionRule
from courier_backend.scheduler.alarm import LOOK_SECONDS, RETRY, Alarm
from courier_backend.scheduler.executions import Executions, Made
from courier_backend.scheduler.open_instances import OpenInstances
from courier_backend.scheduler.schedule import WRONG_BY, read_exceptions
from courier_backend.scheduler.settling import Watch
from courier_backend.scheduler.timetable import Timetable
from courier_backend.scheduler.turn import Turn, Turns, has_occurred
from courier_backend.scheduler.waiting import Waiting, cancel_event, pending_of
from courier_backend.store.queries.exceptions import all_exceptions
from courier_backend.store.queries.schedules import (
    StoredSchedule,
    open_instances,
    pending_instances,
    schedules,
    settled_after,
    wakes,
)
from courier_backend.store.rehearsal import is_rehearsal
from courier_backend.store.store import Store

AT_ONCE: Final = 200
"""So many jobs are looked at together."""

TOGETHER: Final = 10
"""After so many, who asks the backend something else gets a turn."""

GAP: Final = timedelta(seconds=2 * LOOK_SECONDS)
"""After so long without a look nobody watched."""

_log = logging.getLogger(__name__)


class Scheduler:
    """Makes jobs execute. `load` reads what there is, `run` works until it is canceled."""

    def __init__(
        self,
        store: Store,
        executions: Executions,
        *,
        grace: timedelta,
        clock: Clock,
        alarm: Alarm,
    ) -> None:
        self._store = store
        self._executions = executions
        self._grace = grace
        self._clock = clock
        self._alarm = alarm
        self._opened = OpenInstances(self._freed)
        self._turns = Turns(executions, self._opened)
        self._waiting = Waiting(store, executions, self._opened)
        self._jobs = Timetable()
        self._watched_since = self._looked_at = clock()
        self._not_before: datetime | None = None
        self._resting = False
        self.exceptions: tuple[ExceptionRule, ...] = ()
        self.lock = asyncio.Lock()

    @property
    def scheduled(self) -> int:
        """Jobs with something to come, be it an instance that waits."""
        return len(self._jobs) + sum(job_id not in self._jobs for job_id in self._waiting.job_ids)

    @property
    def is_needed(self) -> bool:
        """Whether something is to happen one day."""
        return bool(self._jobs) or bool(self._waiting)

    async def load(self) -> None:
        """Read what is scheduled, open and pending. Before anything else is written."""
        self._store.listen(self._hear)
        now = self._clock()
        self._opened.load(await self._store.read(open_instances))
        for pending in await self._store.read(pending_instances):
            self._waiting.add(pending, now)
        self._jobs = Timetable(await self._store.read(wakes))
        self.exceptions = tuple(read_exceptions(await self._store.read(all_exceptions)))
        await self._believe(now)

    async def _believe(self, now: datetime) -> None:
        """The clock was set back by much: look at what was accounted for by the wrong time."""
        late = await self._store.read(lambda c: settled_after(c, now + WRONG_BY))
        for job_id in late:
            _log.warning("job %s was accounted for beyond %s: it is counted anew", job_id, now)
            self._jobs.put(job_id, now)

    async def run(self) -> None:
        """Look whenever something is due."""
        self._watched_since = self._looked_at = self._clock()
        while True:
            await self._look()
            await self._sleep()

    async def rest(self) -> None:
        """Begin nothing any more: the backend ends. What is being looked at is done first."""
        self._resting = True
        async with self.lock:
            return

    def go_on(self) -> None:
        """The backend could not end."""
        self._resting = False
        self._alarm.ring()

    async def _sleep(self) -> None:
        nearest = self._nearest()
        await self._alarm.wait(nearest)
        if nearest is None:  # there was nothing to watch over
            self._looked_at = self._clock()

    def _nearest(self) -> datetime | None:
        if self._resting:
            return None
        moments = [at for at in (self._jobs.nearest, self._waiting.nearest) if at is not None]
        if not moments or self._not_before is None:
            return min(moments, default=None)
        return max(min(moments), self._not_before)

    # ---- looking

    async def _look(self) -> None:
        now = self._clock()
        begun: list[str] = []
        try:
            await self._notice_leaps(now)
            due = self._nearest()
            if due is None or due > now:
                return
            self._not_before = None
            async with self.lock:
                if self._resting:
                    return
                await self._executions.refuse_when_full()
                # What waits goes first: what is due then takes its place in the queue.
                await self._begin_waiting(now, begun)
                await self._settle_due(now, begun)
        except OutOfSpace as error:
            _log.warning("%s", error)
            self._watched_since = now
            self._not_before = now + RETRY
        except Exception:  # noqa: BLE001  schedules must go on when they can
            _log.exception("looking at what is due failed; it is looked at again")
            self._not_before = now + RETRY
        await self._executions.start_all(begun)

    async def _notice_leaps(self, now: datetime) -> None:
        if now - self._looked_at > GAP:
            _log.warning("nobody watched since %s; what was due is missed", self._looked_at)
            self._watched_since = now
        if now < self._looked_at - GAP:
            await self._look_anew(now)
        self._watched_since = min(self._watched_since, now)
        self._looked_at = now

    async def _look_anew(self, now: datetime) -> None:
        """The clock was set back: what was put off until a moment by the wrong time is not."""
        async with self.lock:
            self._not_before = None
            self._jobs = Timetable(await self._store.read(wakes))
            self._waiting.look_at_all(now)
            await self._believe(now)

    async def _settle_due(self, now: datetime, begun: list[str]) -> None:
        """Look at all jobs that are due; what is found for some is written while others are read.

        `begun`: what is to be started then.

        Raises:
            OutOfSpace: the disk refused some of it.
        """
        writing: list[tuple[Turn, asyncio.Task[CourierError | None]]] = []
        async with asyncio.TaskGroup() as group:
            try:
                while job_ids := self._jobs.due(now, AT_ONCE):
                    turns = await self._turns_of(job_ids, now)
                    writing += [
                        (each, group.create_task(self._write(each.events))) for each in turns
                    ]
            except Exception:  # noqa: BLE001  what is being written must be taken up all the same
                _log.exception("looking at what is due failed; it is looked at again")
                self._not_before = now + RETRY
        self._finish([(turn, task.result()) for turn, task in writing], now, begun)

    async def _settle(self, job_ids: Sequence[str], now: datetime) -> None:
        """The same of some jobs, due or not."""
        turns = await self._turns_of(job_ids, now)
        faults = await asyncio.gather(*(self._write(turn.events) for turn in turns))
        begun: list[str] = []
        try:
            self._finish(list(zip(turns, faults, strict=True)), now, begun)
        finally:  # what was written begins, also when the disk refused the rest
            await self._executions.start_all(begun)

    async def _turns_of(self, job_ids: Sequence[str], now: datetime) -> list[Turn]:
        """What there is to be written of jobs, which are to be looked at anew after that.

        One that is faulty does not keep the others down.
        """
        found = await self._store.read(lambda c: schedules(c, job_ids))
        known = {job.job_id for job in found}
        for job_id in job_ids:  # whatever happens here, it is looked at again
            self._jobs.put(job_id, now + RETRY if job_id in known else None)
        fleet = self._executions.view()
        watch = Watch(self._watched_since, self._grace)
        turns: list[Turn] = []
        for number, job in enumerate(found):
            if number % TOGETHER == 0:
                await asyncio.sleep(0)
            try:
                turns.append(self._turns.take(job, self.exceptions, watch, fleet, now))
            except Exception:  # noqa: BLE001
                _log.exception("job %s could not be looked at; it is looked at again", job.job_id)
            else:
                self._jobs.put(job.job_id, turns[-1].coming.wake_at)
        return turns

    def _finish(
        self,
        written: Sequence[tuple[Turn, CourierError | None]],
        now: datetime,
        begun: list[str],
    ) -> None:
        """Take up what was written; look again at what was not.

        Raises:
            OutOfSpace: the disk refused some of it.
        """
        for turn, fault in written:
            if fault is None:
                begun += self._take_up(turn.made)
            else:
                self._jobs.put(turn.job.job_id, now + RETRY)
        _raise_full(fault for _, fault in written)

    async def _write(self, events: Sequence[NewEvent]) -> CourierError | None:
        try:
            await self._store.append(events)
        except CourierError as error:
            _log.warning("a change of a schedule was not written: %s", error)
            return error
        return None

    async def begun(self, *made: Made) -> None:
        """Instances are on disk: let them begin, or wait."""
        await self._executions.start_all(self._take_up(made))

    def _take_up(self, made: Sequence[Made]) -> list[str]:
        for each in made:
            if pending := pending_of(each):
                self._waiting.add(pending, self._clock())
                self._alarm.ring()
        return self._executions.take_up(made)

    async def _begin_waiting(self, now: datetime, begun: list[str]) -> None:
        notes, made = await self._waiting.look(self.exceptions, now, AT_ONCE)
        await self._write(notes)
        faults = await asyncio.gather(*(self._write([each.event]) for each in made))
        for each, fault in zip(made, faults, strict=True):
            if fault is None:
                self._waiting.drop(each.id)
                begun += self._executions.take_up([each])
            else:
                self._waiting.look_again(each.id, now + RETRY)
        _raise_full(faults)

    def _hear(self, events: Sequence[EventItem]) -> None:
        self._opened.hear(events)

    def _freed(self, job_id: str) -> None:
        """An instance of a job ended: another one may begin."""
        now = self._clock()
        if self._turns.crowds.free(job_id, now):
            self._jobs.put(job_id, now)
            self._alarm.ring()
        if self._waiting.look_at_job(job_id, now):
            self._alarm.ring()

    # ---- changes

    @asynccontextmanager
    async def changing(self, job_id: str, *, ends: bool = False) -> AsyncIterator[StoredSchedule]:
        """Hold a job still while it is changed; what was due is accounted for before.

        A job that `ends` by the change does so on a full disk, too: what was due is then dropped.

        Raises:
            NotFound: there is no such job.
            OutOfSpace: what was due cannot be written.
        """
        async with self.lock:
            job = await self._one(job_id)
            if job.wake_at is not None and not is_rehearsal():
                try:
                    if ends:
                        await self._executions.refuse_when_full()
                    await self._settle([job_id], self._clock())
                except OutOfSpace as error:
                    if not ends:
                        raise
                    _log.warning("what was due of job %s is dropped: %s", job_id, error)
                job = await self._one(job_id)
            yield job

    async def _one(self, job_id: str) -> StoredSchedule:
        found = await self._store.read(lambda c: schedules(c, [job_id]))
        if not found or found[0].is_deleted:
            raise NotFound(f"There is no job {job_id}.", hint="`courier job list` shows them.")
        return found[0]

    def expect(self, job_id: str, wake_at: datetime | None) -> None:
        """A job is on disk with this as the next moment to look at it."""
        self._jobs.put(job_id, wake_at)
        self._waiting.look_at_job(job_id, self._clock())
        self._alarm.ring()

    def is_pending(self, instance_id: str) -> bool:
        """Whether an instance waits to begin."""
        return self._waiting.find(instance_id) is not None

    async def cancel_pending(self, instance_id: str, reason: str) -> bool:
        """An instance that waits never begins; False: none waits under this id."""
        async with self.lock:
            pending = self._waiting.find(instance_id)
            if pending is None:
                return False
            await self._store.append([cancel_event(pending, reason, self._clock())])
            self._waiting.drop(instance_id)
            return True

    def cancels_of(self, job_id: str, reason: str) -> list[NewEvent]:
        """What cancels the pending instances of a job; to be written with the reason for it."""
        return self._waiting.cancels_of(job_id, reason, self._clock())

    def forget(self, job_id: str) -> None:
        """A job begins nothing any more, and its pending instances were canceled."""
        self._jobs.put(job_id, None)
        self._turns.crowds.clear(job_id)
        self._waiting.drop_job(job_id)

    async def replace_exceptions(
        self, event: NewEvent, change: Callable[[list[ExceptionRule]], list[ExceptionRule]]
    ) -> None:
        """Other rules hold for all jobs: write that with every job's next time, as one change.

        Raises:
            OutOfSpace: the disk refuses; nothing was changed.
        """
        async with self.lock:
            rules = tuple(change(list(self.exceptions)))
            now = self._clock()
            events: list[NewEvent] = [event]
            moved: dict[str, datetime | None] = {}
            every = self._jobs.ids()
            for begin in range(0, len(every), AT_ONCE):
                for turn in await self._moved(every[begin : begin + AT_ONCE], rules, now):
                    moved[turn.job.job_id] = turn.coming.wake_at
                    events += turn.events
            await self._store.append(events)
            self.exceptions = rules
            for job_id, wake_at in moved.items():
                self._jobs.put(job_id, wake_at)
            self._waiting.look_at_all(now)
        self._alarm.ring()

    async def _moved(
        self, job_ids: Sequence[str], rules: Sequence[ExceptionRule], now: datetime
    ) -> list[Turn]:
        """Account for what was due by the rules until now; then what other rules make different."""
        found = await self._store.read(lambda c: schedules(c, job_ids))
        late = [job.job_id for job in found if has_occurred(job, now)]
        if late and not is_rehearsal():
            await self._settle(late, now)
            found = await self._store.read(lambda c: schedules(c, job_ids))
        moved: list[Turn] = []
        for number, job in enumerate(found):
            if number % TOGETHER == 0:
                await asyncio.sleep(0)
            try:
                moved.append(self._turns.move(job, rules, now))
            except Exception:  # noqa: BLE001  rules for all do not wait for one that is faulty
                _log.exception("what comes next of job %s cannot be told", job.job_id)
        return [turn for turn in moved if turn.change]


def _raise_full(faults: Iterable[CourierError | None]) -> None:
    for fault in faults:
        if isinstance(fault, OutOfSpace):
            raise fault
