"""Jobs: accepting them, changing them, and letting them execute."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from courier_backend.model.errors import BadInput, Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.job import Job
from courier_backend.model.status import JobStatus, RunStatus
from courier_backend.model.times import ZERO_TIME, Clock, to_text
from courier_backend.model.wire import JobItem, PlanItem, ProblemItem, Submission, Submitted
from courier_backend.orchestrator.begin import Cause
from courier_backend.scheduler.executions import Executions
from courier_backend.service.planning import NO_RECURRENCE, plan_of, target_warnings
from courier_backend.service.submission import accepted, parsed
from courier_backend.store.queries.instances import get_instance
from courier_backend.store.queries.jobs import get_job, job_by_key, jobs_named
from courier_backend.store.queries.runs import instance_node_ids
from courier_backend.store.store import Store


class Jobs:
    """What the service does with jobs."""

    def __init__(self, store: Store, executions: Executions, clock: Clock) -> None:
        self._store = store
        self._executions = executions
        self._clock = clock
        self._adding = asyncio.Lock()
        # Executions are counted one after another: the next count is the last one and 1.
        self._counting = asyncio.Lock()

    def plan(self, submission: Submission) -> PlanItem:
        """What a job file would do now."""
        return plan_of(
            parsed(submission), self._executions.view(), self._executions.defaults, self._clock
        )

    async def add(self, submission: Submission, *, idempotency_key: str, by: str) -> Submitted:
        """Accept a job; an immediate one begins to execute. It is on disk before this returns.

        Raises:
            BadInput: the file has errors, or the key was used with another file.
            OutOfSpace: the disk is too full to begin anything new.
        """
        job, problems = accepted(submission)
        if job.schedule_rule != "immediate":
            raise BadInput(f"{NO_RECURRENCE}.", hint='Use "immediate".')
        executions = self._executions
        problems = [*problems, *target_warnings(job, executions.view(), executions.defaults)]
        if not idempotency_key:
            return await self._add(job, problems, "", "", by)
        digest = _digest(job)
        async with self._adding:
            known = await self._store.read(lambda c: job_by_key(c, idempotency_key))
            if known is None:
                return await self._add(job, problems, idempotency_key, digest, by)
            if known.body_digest != digest:
                raise BadInput(
                    "This Idempotency-Key was used before with another job.",
                    hint="Use a new key for a new job.",
                )
            return _submitted(known.job_id, known.instance_id, ZERO_TIME, problems)

    async def _add(
        self, job: Job, problems: list[ProblemItem], key: str, digest: str, by: str
    ) -> Submitted:
        now = self._clock()
        normal = job.normal()
        job_id = new_id()
        same_name = await self._store.read(lambda c: jobs_named(c, job.name))
        data: dict[str, Any] = {
            "definition": normal,
            "nextExecutionTime": None,
            "exceptionReasons": [],
            "idempotencyKey": key,
            "bodyDigest": digest,
            "by": by,
        }
        added = NewEvent("job-added", now, job_id=job_id, data=data)
        cause = Cause(triggered_by=by)
        instance_id = await self._executions.execute(
            job_id, normal, cause, executions=1, also=[added]
        )
        if same_name:
            problems = [*problems, _same_name(job.name, same_name)]
        return _submitted(job_id, instance_id, to_text(now), problems)

    async def activate(self, job_id: str, by: str) -> str:
        """Start one instance of a job now; gives its id.

        Raises:
            NotFound: there is no such job.
            Conflict: the job was canceled.
        """
        async with self._counting:
            item = await self._store.read(lambda c: get_job(c, job_id))
            if item["status"] != JobStatus.ACTIVE:
                raise Conflict(
                    f'The job "{item["name"]}" is {item["status"]}; it starts no instance.'
                )
            cause = Cause("manual", by)
            return await self._executions.execute(
                job_id, _definition(item), cause, executions=item["executionCount"] + 1
            )

    async def retry(self, instance_id: str, only: str, by: str) -> Submitted:
        """A new instance of the same job on the nodes that did not succeed, or on all.

        Raises:
            NotFound: there is no such instance.
            Conflict: it still runs, its job is gone, or no node is left to retry.
        """
        async with self._counting:
            return await self._retry(instance_id, only, by)

    async def _retry(self, instance_id: str, only: str, by: str) -> Submitted:
        item = await self._store.read(lambda c: get_instance(c, instance_id))
        if item["status"] in {"running", "pending"}:
            raise Conflict("The instance still runs.", hint="Wait for it, or cancel it first.")
        job = await self._store.read(lambda c: get_job(c, item["jobId"]))
        wanted = set(RunStatus) if only == "all" else set(RunStatus) - {RunStatus.SUCCESS}
        found = await self._store.read(lambda c: instance_node_ids(c, instance_id, wanted))
        definition = _definition(job) | {
            "actions": item["actionSpec"],
            "target": _narrowed(item["targetSpec"], found),
        }
        if not definition["target"]["groups"]:
            raise Conflict("Every run of this instance succeeded; there is nothing to retry.")
        cause = Cause("manual", by)
        new_instance = await self._executions.execute(
            job["id"], definition, cause, executions=job["executionCount"] + 1
        )
        return _submitted(job["id"], new_instance, to_text(self._clock()), [])

    async def update(self, job_id: str, submission: Submission, by: str) -> JobItem:
        """Give a job another definition; what runs goes on with the old one.

        Raises:
            NotFound: there is no such job.
            BadInput: the file has errors.
        """
        job, _ = accepted(submission)
        if job.schedule_rule != "immediate":
            raise BadInput(f"{NO_RECURRENCE}.", hint='Use "immediate".')
        await self._store.read(lambda c: get_job(c, job_id))
        await self._change(job_id, "job-changed", {"definition": job.normal(), "by": by})
        return await self._store.read(lambda c: get_job(c, job_id))

    async def delete(self, job_id: str, by: str) -> None:
        """Take a job away; its history stays.

        Raises:
            NotFound: there is no such job.
        """
        await self._store.read(lambda c: get_job(c, job_id))
        await self._change(job_id, "job-deleted", {"by": by})

    async def cancel(self, job_id: str, reason: str, by: str) -> JobItem:
        """Let a job make no instances any more.

        Raises:
            NotFound: there is no such job.
        """
        item = await self._store.read(lambda c: get_job(c, job_id))
        if item["status"] != JobStatus.CANCELED:
            data = {"status": JobStatus.CANCELED, "nextExecutionTime": None, "by": by}
            await self._change(job_id, "job-changed", data | {"reason": reason})
        return item

    async def _change(self, job_id: str, kind: str, data: dict[str, Any]) -> None:
        await self._store.append([NewEvent(kind, self._clock(), job_id=job_id, data=data)])


_DEFINITION_KEYS = (
    "name",
    "description",
    "scheduleRule",
    "exceptionRules",
    "allowManualExecution",
    "overlap",
    "missed",
    "target",
    "actions",
)


def _definition(item: JobItem) -> dict[str, Any]:
    """The definition of a stored job, in normal form."""
    every: dict[str, Any] = dict(item)
    return {key: every[key] for key in _DEFINITION_KEYS}


def _narrowed(target: Mapping[str, Any], found: Mapping[int, list[str]]) -> dict[str, Any]:
    """The target on the nodes found, group by group; groups without any are left out."""
    groups = [
        group | {"nodeListType": "nodes", "nodeIdentifiers": found[number], "filter": None}
        for number, group in enumerate(target["groups"])
        if found.get(number)
    ]
    return dict(target) | {"groups": groups}


def _digest(job: Job) -> str:

    body = orjson.dumps(job.normal(), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


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
    job_id: str, instance_id: str, next_time: str, problems: list[ProblemItem]
) -> Submitted:
    return {
        "jobId": job_id,
        "instanceId": instance_id,
        "exceptionReasons": [],
        "nextExecutionTime": next_time,
        "warnings": problems,
    }
