"""Instances that somebody else executes: they are made here, and told of, one thing at a time."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from courier_backend.delivery.directory import NodeDirectory
from courier_backend.evidence.keeper import Wanted
from courier_backend.evidence.receiving import keep
from courier_backend.model.errors import Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.outside_bodies import (
    DirectInstance,
    InstanceEnd,
    NewInstance,
    RunEnd,
    read_direct_instance,
    read_instance_end,
    read_new_instance,
    read_run_end,
    read_step_update,
)
from courier_backend.model.status import EvidenceState
from courier_backend.model.times import Clock
from courier_backend.model.wire import EvidenceItem, InstanceItem, RunItem, StepItem, Submission
from courier_backend.orchestrator.begin import Cause
from courier_backend.orchestrator.outside.about import Outside
from courier_backend.orchestrator.outside.beginning import created, definition_of, job_for
from courier_backend.orchestrator.outside.runs import completed, received, timed_out
from courier_backend.orchestrator.outside.steps import stepped
from courier_backend.orchestrator.outside.verdicts import ended
from courier_backend.service.outside_masking import Open, masked_end, masked_update
from courier_backend.service.starts import Starts
from courier_backend.store.queries.evidence import stored_evidence
from courier_backend.store.queries.instances import get_instance
from courier_backend.store.queries.runs import get_evidence, get_run
from courier_backend.store.queries.steps import list_steps
from courier_backend.store.queries.taken import taken_ids
from courier_backend.store.rehearsal import rehearse
from courier_backend.store.store import Store


class OutsideWork:
    """Takes down what is told of instances that are not executed here."""

    def __init__(
        self,
        store: Store,
        starts: Starts,
        directory: NodeDirectory,
        evidence: Path,
        clock: Clock,
        *,
        opened: Open,
        timeout_seconds: int,
    ) -> None:
        self._store = store
        self._starts = starts
        self._timeout_seconds = timeout_seconds
        self._directory = directory
        self._evidence = evidence
        self._clock = clock
        self._opened = opened
        # What is told depends on what was told before.
        self._telling = asyncio.Lock()

    async def create(self, sub: Submission, *, by: str) -> InstanceItem:
        """An instance with all of its runs, in one change.

        Raises:
            BadInput: the body has errors.
            Conflict: there is an instance or a run with one of these ids.
        """
        body = read_new_instance(*_text(sub))
        now = self._clock()
        instance = created(body, new_id, self._name_of, now, timeout_seconds=self._timeout_seconds)
        instance_id = instance.instance_id or ""
        async with self._telling:
            added = await self._missing_job(instance.job_id or "", body, by)
            await self._refuse_taken(instance_id, [run["runId"] for run in instance.data["runs"]])
            await self._store.append([*([added] if added else []), instance])
        return await self._store.read(lambda c: get_instance(c, instance_id))

    async def direct(self, sub: Submission, *, by: str) -> InstanceItem:
        """An instance that is executed here, at once, as the body says.

        Raises:
            BadInput: the body has errors.
            Conflict: there is an instance with this id.
        """
        body = read_direct_instance(*_text(sub))
        job_id, instance_id = body.job_id.lower() or new_id(), body.instance_id.lower() or new_id()
        async with self._telling:
            added = await self._missing_job(job_id, body, by)
            await self._refuse_taken(instance_id, [])
            cause = Cause("manual", by, instance_id=instance_id)
            await self._starts.direct(job_id, definition_of(body), cause, added)
        return await self._store.read(lambda c: get_instance(c, instance_id))

    async def _missing_job(
        self, job_id: str, body: NewInstance | DirectInstance, by: str
    ) -> NewEvent | None:
        """What makes the job, when there is none of this id: an instance belongs to a job."""
        if await self._store.read(lambda c: taken_ids(c, "job", [job_id])):
            return None
        return job_for(job_id, body, self._clock(), by)

    async def _refuse_taken(self, instance_id: str, run_ids: Sequence[str]) -> None:
        if await self._store.read(lambda c: taken_ids(c, "instance", [instance_id])):
            raise Conflict(f"There is an instance {instance_id} already.")
        known = await self._store.read(lambda c: taken_ids(c, "run", run_ids))
        if known:
            raise Conflict(f"There is a run {min(known)} already.")

    def _name_of(self, node_id: str) -> str:
        node = self._directory.find(node_id)
        return node.name if node else node_id

    async def complete_instance(self, instance_id: str, sub: Submission) -> InstanceItem:
        """The instance is over, as told or as its criteria say.

        Raises:
            BadInput: the body has errors.
            NotFound: there is none.
            Conflict: it has ended, or is executed here.
        """
        end = read_instance_end(*_text(sub)) if sub["body"].strip() else InstanceEnd()
        async with self._telling:
            instance = await self._store.read(lambda c: get_instance(c, instance_id))
            _refuse_ours(instance)
            end = masked_end(end, instance, self._opened)
            await self._store.append(ended(instance, end, self._clock()))
        return await self._store.read(lambda c: get_instance(c, instance_id))

    async def receive(self, run_id: str) -> RunItem:
        """A node has its run.

        Raises:
            NotFound: there is no such run.
            Conflict: it was received already, has ended, or is executed here.
        """
        return await self._tell(run_id, received)

    async def time_out(self, run_id: str) -> RunItem:
        """A run was not heard of in time.

        Raises:
            NotFound: there is no such run.
            Conflict: it has ended, or is executed here.
        """
        return await self._tell(run_id, timed_out)

    async def complete(self, run_id: str, sub: Submission) -> RunItem:
        """A run has ended on its node.

        Raises:
            BadInput: the body has errors.
            NotFound: there is no such run.
            Conflict: it has ended, or is executed here.
        """
        end = read_run_end(*_text(sub)) if sub["body"].strip() else RunEnd()
        return await self._tell(
            run_id, lambda about: completed(about, masked_end(end, about.instance, self._opened))
        )

    async def update_step(self, run_id: str, number: int, sub: Submission) -> StepItem:
        """A step of a run begins, waits or ends.

        Raises:
            BadInput: the body has errors.
            NotFound: there is no such run or step.
            Conflict: it has ended, or is executed here.
        """
        update = read_step_update(*_text(sub))
        async with self._telling:
            about = await self._about(run_id)
            steps = await self._store.read(lambda c: list_steps(c, run_id))
            update = masked_update(update, about.instance, self._opened)
            await self._store.append(stepped(about, steps, number, update))
        return (await self._store.read(lambda c: list_steps(c, run_id)))[number - 1]

    async def attach(self, run_id: str, step: int, attempt: int, draft: Path) -> EvidenceItem:
        """Keep the evidence of an attempt, which lies in `draft`.

        Raises:
            NotFound: there is no such attempt.
            Conflict: it has evidence already, or is executed here.
            BadInput: it is no zip.
        """
        async with self._telling:
            about = await self._about(run_id)
            found = await self._store.read(lambda c: stored_evidence(c, run_id, step, attempt))
            if found.state == EvidenceState.STORED:
                raise Conflict(f"Attempt {attempt} of step {step} has its evidence already.")
            rehearse(f"keep the evidence of attempt {attempt} of step {step} of run {run_id}")
            wanted = _wanted(about.run, step, attempt)
            await self._store.append([await keep(draft, wanted, self._evidence, self._clock)])
        return await self._store.read(lambda c: get_evidence(c, run_id, step, attempt))

    async def _tell(self, run_id: str, told: Callable[[Outside], list[NewEvent]]) -> RunItem:
        async with self._telling:
            await self._store.append(told(await self._about(run_id)))
        return await self._store.read(lambda c: get_run(c, run_id))

    async def _about(self, run_id: str) -> Outside:
        run = await self._store.read(lambda c: get_run(c, run_id))
        instance = await self._store.read(lambda c: get_instance(c, run["instanceId"]))
        _refuse_ours(instance)
        return Outside(instance, run, self._clock())


def _text(sub: Submission) -> tuple[str, str, str]:
    return sub["body"], sub["bodyFormat"], sub["fileName"]


def _refuse_ours(instance: InstanceItem) -> None:
    if not instance["outside"]:
        raise Conflict(
            f"Instance {instance['id']} is executed here: its nodes tell how its runs are.",
            hint="`courier cancel instance` and `courier cancel run` stop them.",
        )


def _wanted(run: RunItem, step: int, attempt: int) -> Wanted:
    return Wanted(
        run_id=run["runId"],
        instance_id=run["instanceId"],
        job_id=run["jobId"],
        node_id=run["nodeId"],
        step=step,
        attempt=attempt,
        bytes=0,
        sha256="",
    )
