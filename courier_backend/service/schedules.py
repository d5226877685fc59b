"""Questions about schedules: what comes next, what is past due; and rules for all jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from courier_backend.model.errors import BadInput, NotFound
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.status import JobStatus
from courier_backend.model.times import Clock, to_text
from courier_backend.model.wire import (
    BlockedItem,
    EstimateItem,
    ExceptionItem,
    JobItem,
    WindowItem,
)
from courier_backend.recurrence.execution import estimate
from courier_backend.recurrence.recurrence import next_occurrence
from courier_backend.recurrence.windows import ExceptionRule, Window, blocked_by, parse_exception
from courier_backend.scheduler.schedule import Schedule, read_schedule
from courier_backend.scheduler.scheduler import Scheduler
from courier_backend.store.queries.exceptions import all_exceptions, get_exception
from courier_backend.store.queries.schedules import StoredSchedule, past_due, schedules
from courier_backend.store.store import Store

MOST_ESTIMATES: Final = 1_000
MOST_BLOCKED: Final = 1_000


class Schedules:
    """What the service knows of schedules."""

    def __init__(self, store: Store, scheduler: Scheduler, clock: Clock) -> None:
        self._store = store
        self._scheduler = scheduler
        self._clock = clock

    async def estimate(self, job_id: str, count: int) -> EstimateItem:
        """The next executions of a job; none of one that is not active.

        Raises:
            NotFound: there is no such job.
            BadInput: it is immediate, or too many are asked for.
        """
        if not 1 <= count <= MOST_ESTIMATES:
            raise BadInput(f"count: {count} is not between 1 and {MOST_ESTIMATES}.")
        job = await self._job(job_id)
        schedule = read_schedule(job.definition, job.anchors)
        if schedule is None:
            raise BadInput("can not estimate for immediate")
        if job.status != JobStatus.ACTIVE:
            return {"estimates": [], "blockedByExceptions": []}
        after = max(job.settled_at or schedule.rule.eve, self._clock())
        return self.coming(schedule, after, count)

    def coming(self, schedule: Schedule, after: datetime, count: int) -> EstimateItem:
        """The executions after a moment, and what does not happen between them."""
        rules = (*schedule.exceptions, *self._scheduler.exceptions)
        found = estimate(schedule.rule, rules, after, count=count, most_skipped=MOST_BLOCKED)
        return {
            "estimates": [to_text(at) for at in found.times],
            "blockedByExceptions": [blocked_item(each.at, each.window) for each in found.blocked],
        }

    async def _job(self, job_id: str) -> StoredSchedule:
        found = await self._store.read(lambda c: schedules(c, [job_id]))
        if not found or found[0].is_deleted:
            raise NotFound(f"There is no job {job_id}.", hint="`courier job list` shows them.")
        return found[0]

    async def past_due(self, deadline: datetime) -> list[JobItem]:
        """Active jobs that are to execute at or before a moment, the nearest first."""
        return await self._store.read(lambda c: past_due(c, deadline))

    # ---- rules for all jobs

    async def add_exception(self, body: Mapping[str, Any], by: str) -> ExceptionItem:
        """Let all jobs pause in the windows of a rule.

        Raises:
            BadInput: it is no rule, or its duration is none.
        """
        now = self._clock()
        rule = _read(body, new_id(), now)
        event = _event("exception-added", rule, body, by, now)
        await self._scheduler.replace_exceptions(event, lambda rules: [*rules, rule])
        return await self.get_exception(rule.id)

    async def get_exception(self, exception_id: str) -> ExceptionItem:
        """One rule.

        Raises:
            NotFound: there is none.
        """
        item = await self._store.read(lambda c: get_exception(c, exception_id))
        return self.live_exception(item)

    async def update_exception(
        self, exception_id: str, body: Mapping[str, Any], by: str
    ) -> ExceptionItem:
        """Another rule or duration under the same id; a rule that stays as it is keeps its start.

        Raises:
            NotFound: there is none.
            BadInput: it is no rule, or its duration is none.
        """
        await self.get_exception(exception_id)
        now = self._clock()
        since = await self._start(exception_id, body, now)
        rule = _read(body, exception_id, since)
        event = _event("exception-changed", rule, body, by, now)
        event.data["anchoredAt"] = to_text(since)
        await self._scheduler.replace_exceptions(
            event, lambda rules: [*(each for each in rules if each.id != exception_id), rule]
        )
        return await self.get_exception(exception_id)

    async def _start(self, exception_id: str, body: Mapping[str, Any], now: datetime) -> datetime:
        """Where a changed rule starts that does not say so itself."""
        for stored in await self._store.read(all_exceptions):
            if stored.id == exception_id and stored.rrule == body.get("rrule"):
                return stored.anchored_at
        return now

    async def delete_exception(self, exception_id: str, by: str) -> None:
        """The rule holds no more.

        Raises:
            NotFound: there is none.
        """
        await self.get_exception(exception_id)
        data = {"exceptionId": exception_id, "by": by}
        event = NewEvent("exception-removed", self._clock(), data=data)
        await self._scheduler.replace_exceptions(
            event, lambda rules: [each for each in rules if each.id != exception_id]
        )

    def live_exception(self, item: ExceptionItem) -> ExceptionItem:
        """A stored rule with the window that is open now, or opens next."""
        rule = next((r for r in self._scheduler.exceptions if r.id == item["exceptionId"]), None)
        return item if rule is None else item | {"nextWindow": _next_window(rule, self._clock())}


def _read(body: Mapping[str, Any], exception_id: str, now: datetime) -> ExceptionRule:
    """The rule in a body; without a start it counts from the event that tells it."""
    unknown = sorted(body.keys() - {"rrule", "duration", "exceptionId"})
    if unknown:
        raise BadInput(f"{unknown[0]}: an exception rule has only rrule and duration.")
    rrule, duration = body.get("rrule"), body.get("duration")
    if not isinstance(rrule, str):
        raise BadInput('rrule: must be a rule like "RRULE:FREQ=DAILY;DTSTART=20260101T020000".')
    if not isinstance(duration, int) or isinstance(duration, bool):
        raise BadInput("duration: must be a whole number of minutes.")
    try:
        return parse_exception(rrule, duration, now, source="global", rule_id=exception_id)
    except BadInput as error:
        raise BadInput(f"{error.message}.", hint=error.hint) from error


def _event(
    kind: str, rule: ExceptionRule, body: Mapping[str, Any], by: str, now: datetime
) -> NewEvent:
    data = {
        "exceptionId": rule.id,
        "rrule": body["rrule"],
        "duration": body["duration"],
        "by": by,
    }
    return NewEvent(kind, now, data=data)


def blocked_item(at: datetime, window: Window) -> BlockedItem:
    """An execution that a window prevents."""
    rule = window.exception
    return {
        "time": to_text(at),
        "rule": rule.rule.shown,
        "source": rule.source,
        "ruleId": rule.id,
    }


def _next_window(rule: ExceptionRule, now: datetime) -> WindowItem | None:
    window = blocked_by(now, [rule])
    if window is None:
        opens = next_occurrence(rule.rule, now)
        window = None if opens is None else Window(rule, opens, opens + rule.duration)
    if window is None:
        return None
    return {"start": to_text(window.starts_at), "end": to_text(window.ends_at)}
