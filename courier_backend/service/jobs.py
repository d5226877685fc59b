"""Jobs: accepting them, changing them, letting them rest, taking them away."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from courier_backend.daemon.vault import Vault
from courier_backend.model.errors import BadInput, Conflict, NotFound
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.job import Job
from courier_backend.model.problems import problem_sentence
from courier_backend.model.status import JobStatus
from courier_backend.model.times import ZERO_TIME, Clock, to_text
from courier_backend.model.wire import JobItem, PlanItem, ProblemItem, Submission, Submitted
from courier_backend.orchestrator.begin import Cause
from courier_backend.scheduler.executions import Executions
from courier_backend.scheduler.schedule import accounted, anchors_of, read_schedule
from courier_backend.scheduler.scheduler import Scheduler
from courier_backend.scheduler.upcoming import NOTHING, Upcoming, upcoming
from courier_backend.service.planning import plan_of, target_warnings
from courier_backend.service.schedules import Schedules, blocked_item
from courier_backend.service.starts import Starts
from courier_backend.service.submission import accepted, parsed
from courier_backend.store.queries.jobs import get_job, job_by_key, jobs_named
from courier_backend.store.queries.schedules import StoredSchedule
from courier_backend.store.rehearsal import note
from courier_backend.store.store import Store

PLANNED = 10
"""So many executions does a plan tell."""


class Jobs:
    """What the service does with jobs."""

    def __init__(
        self,
        store: Store,
        executions: Executions,
        scheduler: Scheduler,
        schedules: Schedules,
        starts: Starts,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._store = store
        self._vault = vault
        self._executions = executions
        self._scheduler = scheduler
        self._schedules = schedules
        self._starts = starts
        self._clock = clock
        self._adding = asyncio.Lock()

    async def plan(self, submission: Submission) -> PlanItem:
        """What a job file would do now.

        Raises:
            BadInput: there is no job whose sensitive values it could keep.
        """
        now, kept = self._clock(), await self._kept(submission)
        found = await parsed(submission, now, self._executions.names(), kept)
        plan = plan_of(found, self._executions.view(), self._executions.defaults)
        if found.job is not None:
            self._add_times(plan, found.job.normal(), now)
        return plan

    def _add_times(self, plan: PlanItem, normal: Mapping[str, Any], now: datetime) -> None:
        anchors = anchors_of(normal, now)
        schedule = read_schedule(normal, anchors)
        if schedule is not None:
            coming = self._schedules.coming(schedule, schedule.rule.eve, PLANNED)
            plan["nextExecutions"] = coming["estimates"]
            plan["blockedByExceptions"] = coming["blockedByExceptions"]
            return
        window = self._starts.window(normal, anchors, now)
        when = self._starts.when(normal, anchors, now, window)
        if when is None:
            plan["warnings"].append(
                "no end of the exception windows is in sight: it will not begin"
            )
        else:
            plan["nextExecutions"] = [to_text(when)]
        if window is not None:
            plan["blockedByExceptions"] = [blocked_item(now, window)]

    async def add(self, submission: Submission, *, idempotency_key: str, by: str) -> Submitted:
        """Accept a job; an immediate one begins to execute. It is on disk before this returns.

        Raises:
            BadInput: the file has errors, or the key was used with another file.
            OutOfSpace: the disk is too full to begin anything new.
        """
        kept, executions = await self._kept(submission), self._executions
        job, problems = await accepted(submission, self._clock(), executions.names(), kept)
        problems = [*problems, *target_warnings(job, executions.view(), executions.defaults)]
        if not idempotency_key:
            return await self._add(job, problems, "", "", by)
        digest = self._vault.digest(job.normal())
        async with self._adding:
            known = await self._store.read(lambda c: job_by_key(c, idempotency_key))
            if known is None:
                return await self._add(job, problems, idempotency_key, digest, by)
            if known.body_digest != digest:
                raise BadInput(
                    "This Idempotency-Key was used before with another job.",
                    hint="Use a new key for a new job.",
                )
            item = await self._store.read(lambda c: get_job(c, known.job_id))
            return _submitted(known.job_id, known.instance_id, item["nextExecutionTime"], problems)

    async def _kept(self, submission: Submission) -> Mapping[str, Any] | None:
        """The actions whose sensitive values a new job keeps; they are sealed anew for it.

        Raises:
            BadInput: there is no such job, or its values do not open.
        """
        source = submission.get("keptFrom", "")
        if not source:
            return None
        try:
            item = await self._store.read(lambda c: get_job(c, source))
            return self._vault.opened(item["actions"], source)
        except (NotFound, Conflict) as error:
            raise BadInput(f"keptFrom: {error.message}", hint=error.hint) from error

    async def _add(
        self, job: Job, problems: list[ProblemItem], key: str, digest: str, by: str
    ) -> Submitted:
        same_name = await self._store.read(lambda c: jobs_named(c, job.name))
        if same_name:
            problems = [*problems, _same_name(job.name, same_name)]
        for each in problems:
            note(f"warn: {problem_sentence(each)}")
        await self._executions.refuse_when_full()
        normal = job.normal()
        data: dict[str, Any] = {
            "definition": normal,
            "nextExecutionTime": None,
            "exceptionReasons": [],
            "anchors": anchors_of(normal, self._clock()),
            "idempotencyKey": key,
            "bodyDigest": digest,
            "by": by,
        }
        if read_schedule(normal, data["anchors"]) is None:
            return await self._add_immediate(data, problems, by)
        return await self._add_recurring(data, problems)

    async def _add_immediate(
        self, data: dict[str, Any], problems: list[ProblemItem], by: str
    ) -> Submitted:
        now, job_id = self._clock(), new_id()
        normal, anchors = data["definition"], data["anchors"]
        window = self._starts.window(normal, anchors, now)
        made = self._starts.make(job_id, normal, Cause(triggered_by=by), window)
        data["exceptionReasons"] = [window.reason] if window else []
        added = NewEvent("job-added", now, job_id=job_id, data=data)
        await self._starts.begin_new(added, made)
        when = self._starts.when(normal, anchors, now, window)
        next_time = ZERO_TIME if when is None else to_text(when)
        return _submitted(job_id, made.id, next_time, problems, data["exceptionReasons"])

    async def _add_recurring(self, data: dict[str, Any], problems: list[ProblemItem]) -> Submitted:
        job_id = new_id()
        # No other rules for all jobs may come between their windows being asked for and the job.
        async with self._scheduler.lock:
            coming, about = self._next(data["definition"], data["anchors"], None)
            added = NewEvent("job-added", self._clock(), job_id=job_id, data=data | about)
            await self._store.append([added])
            self._scheduler.expect(job_id, coming.wake_at)
        next_time = about["nextExecutionTime"] or ZERO_TIME
        return _submitted(job_id, "", next_time, problems, list(coming.reasons))

    def _next(
        self, normal: Mapping[str, Any], anchors: Mapping[str, Any], settled: datetime | None
    ) -> tuple[Upcoming, dict[str, Any]]:
        """What comes of a definition, and as events tell it; `settled` None: from its beginning."""
        schedule = read_schedule(normal, anchors)
        if schedule is None:
            return NOTHING, NOTHING.data(None)
        settled = settled or schedule.rule.eve
        rules = (*schedule.exceptions, *self._scheduler.exceptions)
        coming = upcoming(schedule.rule, rules, settled)
        return coming, coming.data(settled)

    async def update(self, job_id: str, submission: Submission, by: str) -> JobItem:
        """Give a job another definition; what runs or waits goes on with the old one.

        Raises:
            NotFound: there is no such job.
            BadInput: the file has errors.
            Conflict: a sensitive value that it keeps does not open any more.
        """
        async with self._scheduler.changing(job_id) as before:
            kept = before.definition["actions"]
            job, _ = await accepted(submission, self._clock(), self._executions.names(), kept)
            normal = job.normal()
            self._vault.opened(normal["actions"], job_id)
            anchors = anchors_of(normal, self._clock(), before.definition, before.anchors)
            same = normal["scheduleRule"] == before.definition["scheduleRule"]
            coming, about = self._next(normal, anchors, before.settled_at if same else None)
            if before.status != JobStatus.ACTIVE:
                coming, about = NOTHING, NOTHING.data(before.settled_at if same else None)
            data = {"definition": normal, "anchors": anchors, "by": by} | about
            await self._change(job_id, data)
            self._scheduler.expect(job_id, coming.wake_at)
        return await self._store.read(lambda c: get_job(c, job_id))

    async def set_active(self, job_id: str, active: bool, by: str) -> JobItem:
        """Let a job rest, or let its schedule count again from now on.

        Raises:
            NotFound: there is no such job.
            Conflict: it was canceled.
        """
        async with self._scheduler.changing(job_id, ends=not active) as before:
            if before.status == JobStatus.CANCELED:
                raise Conflict(
                    f'The job "{before.definition["name"]}" was canceled, which is for good.',
                    hint="Add it again as a new job.",
                )
            if active and before.status != JobStatus.ACTIVE:
                now = self._clock()
                settled = max(now, accounted(before.settled_at or now, now))
                coming, about = self._next(before.definition, before.anchors, settled)
                await self._change(job_id, {"status": JobStatus.ACTIVE, "by": by} | about)
                self._scheduler.expect(job_id, coming.wake_at)
            elif not active and before.status != JobStatus.INACTIVE:
                await self._end(before, JobStatus.INACTIVE, "its job was deactivated", by)
        return await self._store.read(lambda c: get_job(c, job_id))

    async def cancel(self, job_id: str, reason: str, by: str) -> JobItem:
        """Let a job make no instances any more, and begin none of those that wait.

        Raises:
            NotFound: there is no such job.
        """
        async with self._scheduler.changing(job_id, ends=True) as before:
            item = await self._store.read(lambda c: get_job(c, job_id))
            if before.status != JobStatus.CANCELED:
                await self._end(before, JobStatus.CANCELED, reason or "its job was canceled", by)
        return item

    async def _end(self, job: StoredSchedule, status: JobStatus, reason: str, by: str) -> None:
        """A job begins nothing any more, in one change with the end of what waits."""
        data = {"status": status, "by": by, "reason": reason} | NOTHING.data(job.settled_at)
        canceled = self._scheduler.cancels_of(job.job_id, reason)
        await self._change(job.job_id, data, *canceled)
        self._scheduler.forget(job.job_id)

    async def delete(self, job_id: str, by: str) -> None:
        """Take a job away; its history stays.

        Raises:
            NotFound: there is no such job.
        """
        async with self._scheduler.changing(job_id, ends=True):
            deleted = NewEvent("job-deleted", self._clock(), job_id=job_id, data={"by": by})
            canceled = self._scheduler.cancels_of(job_id, "its job was deleted")
            await self._store.append([*canceled, deleted])
            self._scheduler.forget(job_id)

    async def _change(self, job_id: str, data: dict[str, Any], *before: NewEvent) -> None:
        changed = NewEvent("job-changed", self._clock(), job_id=job_id, data=data)
        await self._store.append([*before, changed])


def _same_name(name: str, count: int) -> ProblemItem:
    others = "another job has" if count == 1 else f"{count} other jobs have"
    return {
        "severity": "warning",
        "path": "name",
        "line": 0,
        "column": 0,
        "message": f'{others} the name "{name}"; commands that take names will refuse it',
        "didYouMean": "",
    }


def _submitted(
    job_id: str,
    instance_id: str,
    next_time: str,
    problems: list[ProblemItem],
    reasons: list[str] | None = None,
) -> Submitted:
    return {
        "jobId": job_id,
        "instanceId": instance_id,
        "exceptionReasons": reasons or [],
        "nextExecutionTime": next_time,
        "warnings": problems,
    }
