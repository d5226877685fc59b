"""What one look at a job writes: instances and the job's next time, as one change. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from courier_backend.model.event import NewEvent
from courier_backend.model.status import InstanceStatus, ReasonCode
from courier_backend.orchestrator.begin import Cause, Held
from courier_backend.recurrence.windows import ExceptionRule
from courier_backend.scheduler.executions import Executions, Made
from courier_backend.scheduler.open_instances import OpenInstances
from courier_backend.scheduler.overlap import Fate, fate, skip_sentence, waits_sentence
from courier_backend.scheduler.schedule import Schedule, accounted, read_schedule
from courier_backend.scheduler.settling import Due, NotExecuted, Watch, settle
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
        schedule = read_schedule(job.definition, job.anchors)
        if schedule is None:
            return turn
        rules = (*schedule.exceptions, *everywhere)
        settled = accounted(job.settled_at or schedule.rule.eve, now)
        found = settle(schedule.rule, rules, schedule.missed, settled, now, watch)
        until = max(settled, now)
        turn.coming = upcoming(schedule.rule, rules, until)
        executed = self._add_due(turn, schedule, found.due, fleet)
        for each in found.not_executed:
            turn.made.append(self._not_executed(job, each))
        turn.made.sort(key=lambda made: str(made.event.data["dueAt"]))
        overlapped = len(found.due) - executed
        if turn.made or turn.coming.wake_at != job.wake_at or settled != job.settled_at:
            counts = {
                "executionCount": job.executions + executed,
                "missedExecutions": job.missed + found.count(ReasonCode.MISSED),
                "skippedExecutions": job.skipped
                + overlapped
                + found.count(ReasonCode.EXCEPTION_WINDOW),
            }
            turn.change = turn.coming.data(until) | counts
        return turn

    def move(self, job: StoredSchedule, everywhere: Sequence[ExceptionRule], now: datetime) -> Turn:
        """What comes next by other rules for all jobs; no change where it is the same."""
        turn = Turn(job, now)
        schedule = read_schedule(job.definition, job.anchors)
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
        fleet: FleetView,
    ) -> int:
        """An instance for each execution, by the overlap policy; how many are executed."""
        running = self._opened.running(turn.job.job_id)
        waiting = self._opened.waiting(turn.job.job_id)
        for each in due:
            cause = Cause(due_at=each.at)
            what = fate(
                schedule.overlap,
                running=len(running),
                waiting=len(waiting),
                in_line=each.made_up and schedule.missed == "run-all",
            )
            made = self._instance(turn.job, cause, what, [*running, *waiting], fleet)
            turn.made.append(made)
            if what is Fate.WAIT:
                waiting.append(made.id)
            elif what is Fate.BEGIN and made.state is not None:
                running.append(made.id)
        return sum(each.event.data["status"] != InstanceStatus.SKIPPED for each in turn.made)

    def _instance(
        self,
        job: StoredSchedule,
        cause: Cause,
        what: Fate,
        opened: Sequence[str],
        fleet: FleetView,
    ) -> Made:
        if what is Fate.BEGIN:
            return self._executions.make(job.job_id, job.definition, cause, fleet)
        if what is Fate.WAIT:
            reason = waits_sentence(opened[0])
            held = Held(InstanceStatus.PENDING, ReasonCode.OVERLAP, reason)
        else:
            reason = skip_sentence(opened[0], len(opened) - 1)
            held = Held(InstanceStatus.SKIPPED, ReasonCode.OVERLAP, reason)
        return self._executions.hold(job.job_id, job.definition, cause, held)

    def _not_executed(self, job: StoredSchedule, each: NotExecuted) -> Made:
        held = Held(InstanceStatus.SKIPPED, each.reason_code, each.reason)
        return self._executions.hold(job.job_id, job.definition, Cause(due_at=each.at), held)
