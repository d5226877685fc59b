"""What one look at a job writes: instances and the job's next time, as one change. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from courier_backend.model.errors import CourierError
from courier_backend.model.event import NewEvent
from courier_backend.model.status import InstanceStatus, JobStatus, ReasonCode
from courier_backend.orchestrator.begin import Cause, Held
from courier_backend.recurrence.recurrence import next_occurrence
from courier_backend.recurrence.windows import ExceptionRule, Window, blocked_by
from courier_backend.scheduler.crowds import PAUSE, Crowds
from courier_backend.scheduler.executions import Executions, Made
from courier_backend.scheduler.open_instances import OpenInstances
from courier_backend.scheduler.overlap import Fate, fate, skip_sentence, waits_sentence
from courier_backend.scheduler.schedule import Schedule, accounted, read_schedule
from courier_backend.scheduler.settling import Due, NotExecuted, Watch, settle, together
from courier_backend.scheduler.upcoming import NOTHING, Upcoming, upcoming
from courier_backend.store.queries.schedules import StoredSchedule
from courier_backend.targeting.view import FleetView


@dataclass(slots=True)
class Turn:
    """One job at one moment."""

    job: StoredSchedule
    now: datetime
    made: list[Made] = field(default_factory=list)
    coming: Upcoming = NOTHING
    change: dict[str, Any] = field(default_factory=dict)

    @property
    def events(self) -> list[NewEvent]:
        """What is to be appended as one change; nothing when nothing is different."""
        events = [each.event for each in self.made]
        if self.change:
            job_id = self.job.job_id
            events.append(NewEvent("job-changed", self.now, job_id=job_id, data=self.change))
        return events


class Turns:
    """Takes turns of jobs, by the state of the fleet and of what is open."""

    def __init__(self, executions: Executions, opened: OpenInstances) -> None:
        self._executions = executions
        self._opened = opened
        self.crowds = Crowds()

    def take(
        self,
        job: StoredSchedule,
        everywhere: Sequence[ExceptionRule],
        watch: Watch,
        fleet: FleetView,
        now: datetime,
    ) -> Turn:
        """Account for all that was due, and find what comes next."""
        turn = Turn(job, now)
        schedule = _schedule(job)
        if schedule is None:
            return turn
        rules = (*schedule.exceptions, *everywhere)
        settled = accounted(job.settled_at or schedule.rule.eve, now)
        found = settle(schedule.rule, rules, schedule.missed, settled, now, watch)
        until = max(settled, now)
        window = blocked_by(now, rules) if any(each.made_up for each in found.due) else None
        executed = self._add_due(turn, schedule, found.due, window, fleet)
        for each in found.not_executed:
            turn.made.append(self._not_executed(job, each))
        turn.made.sort(key=lambda made: str(made.event.data["dueAt"]))
        pause = PAUSE if self.crowds.is_crowded(job.job_id) else timedelta(0)
        turn.coming = upcoming(schedule.rule, rules, until + pause)
        if turn.made or turn.coming.wake_at != job.wake_at or settled != job.settled_at:
            counts = {
                "executionCount": job.executions + executed,
                "missedExecutions": job.missed + found.count(ReasonCode.MISSED),
                "skippedExecutions": job.skipped
                + (len(found.due) - executed)
                + found.count(ReasonCode.EXCEPTION_WINDOW),
            }
            turn.change = turn.coming.data(until) | counts
        return turn

    def move(self, job: StoredSchedule, everywhere: Sequence[ExceptionRule], now: datetime) -> Turn:
        """What comes next by other rules for all jobs; no change where it is the same."""
        turn = Turn(job, now)
        schedule = _schedule(job)
        if schedule is None:
            return turn
        settled = accounted(job.settled_at or schedule.rule.eve, now)
        turn.coming = upcoming(schedule.rule, (*schedule.exceptions, *everywhere), settled)
        shown = (job.next_at, job.wake_at, tuple(job.reasons))
        if shown != (turn.coming.next_at, turn.coming.wake_at, turn.coming.reasons):
            turn.change = turn.coming.data(settled)
        return turn

    def _add_due(
        self,
        turn: Turn,
        schedule: Schedule,
        due: Sequence[Due],
        window: Window | None,
        fleet: FleetView,
    ) -> int:
        """Instances for executions, by the overlap policy; how many are executed.

        What is made up for in a window waits until it closes.
        """
        job = turn.job
        running = self._opened.running(job.job_id)
        waiting = self._opened.waiting(job.job_id)
        skipped: list[datetime] = []
        for each in due:
            what = self._fate(job, schedule, each, len(running), len(waiting))
            if what is Fate.SKIP:
                skipped.append(each.at)
                continue
            held = None
            if what is Fate.WAIT:
                held = _pending(ReasonCode.OVERLAP, waits_sentence([*running, *waiting][0]))
            elif each.made_up and window is not None:
                held = _pending(ReasonCode.EXCEPTION_WINDOW, window.reason)
            made = self._made(job, Cause(due_at=each.at), held, fleet)
            turn.made.append(made)
            (running if held is None else waiting).append(made.id)
        executed = len(due) - len(skipped)
        turn.made += self._skipped(job, skipped, [*running, *waiting])
        self.crowds.note(job.job_id, executed=executed, skipped=len(skipped))
        return executed

    def _made(self, job: StoredSchedule, cause: Cause, held: Held | None, fleet: FleetView) -> Made:
        if held is None:
            return self._executions.make(job.job_id, job.definition, cause, fleet)
        return self._executions.hold(job.job_id, job.definition, cause, held)

    def _fate(
        self, job: StoredSchedule, schedule: Schedule, due: Due, running: int, waiting: int
    ) -> Fate:
        if self.crowds.was_taken(job.job_id, due.at):
            return Fate.SKIP
        in_line = due.made_up and schedule.missed == "run-all"
        return fate(schedule.overlap, running=running, waiting=waiting, in_line=in_line)

    def _skipped(
        self, job: StoredSchedule, times: Sequence[datetime], opened: Sequence[str]
    ) -> list[Made]:
        """An instance for each execution that falls onto another one, or one for very many."""
        if not times:
            return []
        reason = skip_sentence(opened)
        if self.crowds.is_crowded(job.job_id) and len(times) > 1:
            reason = f"{together(len(times), times[0], times[-1])}: {reason}"
            times = times[:1]
        told = [NotExecuted(at, 1, ReasonCode.OVERLAP, reason) for at in times]
        return [self._not_executed(job, each) for each in told]

    def _not_executed(self, job: StoredSchedule, each: NotExecuted) -> Made:
        held = Held(InstanceStatus.SKIPPED, each.reason_code, each.reason)
        return self._executions.hold(job.job_id, job.definition, Cause(due_at=each.at), held)


def has_occurred(job: StoredSchedule, now: datetime) -> bool:
    """Whether something of a job is to be accounted for; what cannot be read is looked at."""
    try:
        schedule = _schedule(job)
    except CourierError:
        return True
    if schedule is None:
        return False
    settled = accounted(job.settled_at or schedule.rule.eve, now)
    occurred = next_occurrence(schedule.rule, settled)
    return occurred is not None and occurred <= now


def _pending(reason_code: ReasonCode, reason: str) -> Held:
    return Held(InstanceStatus.PENDING, reason_code, reason)


def _schedule(job: StoredSchedule) -> Schedule | None:
    """The schedule of a job; None where it executes nothing any more."""
    if job.is_deleted or job.status != JobStatus.ACTIVE:
        return None
    return read_schedule(job.definition, job.anchors)
