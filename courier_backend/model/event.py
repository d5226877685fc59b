"""The event log: what happened, in order. Everything else in the store is projected from it.

An event names its kind, when, whose (job, instance, run, node) and `data`, which depends on
the kind. Times inside `data` are RFC 3339 text. Kinds and their data:

============================ =====================================================================
``job-added``                definition (normal form), nextExecutionTime or null, exceptionReasons,
                             idempotencyKey, bodyDigest ("" when there is no key); of a recurring
                             job also anchors, settledAt, wakeAt (see the package `scheduler`)
``job-changed``              any of: definition, status, nextExecutionTime, executionCount,
                             exceptionReasons, anchors, settledAt, wakeAt, missedExecutions,
                             skippedExecutions, reason, by
``job-deleted``              by
``instance-created``         jobName, instanceType, triggeredBy, overwriteId or null, status,
                             reasonCode, reason, actionSpec, targetSpec, groups (`GroupData`),
                             runs (`RunData`: every run that will be, each pending or already
                             failed, with its facts revision); dueAt when it has a time at which it
                             was due, overridden: the window that it was begun in all the same; one
                             that is pending or skipped has neither groups nor runs; outside:
                             somebody else executes it, and tells all that follows
``instance-started``         one that was pending begins: from, status, groups, runs as above
``instance-changed``         any of: from + status, reasonCode, reason, startedAt, finishedAt,
                             cancelRequestedAt, cancelReason, lateCompletions
``group-changed``            groupNumber, status, reasonCode, reason (status: a verdict)
``run-changed``              decided by the backend: from, status, reasonCode, reason and any of
                             cancelRequestedAt, journalId, contact (``lost`` or ``back``: the
                             status stays, the reason says so)
``run-received``             told by the node, as are the five below (all carry nodeSeq):
                             from, status, waiting, place, at (the node's time); heardAt where
                             it came late: when it counts as heard
``step-started``             from, status (of the run), at, step, name, interpreter,
                             interpreterVersion, interpreterPath; with interim (``active``) and
                             attempt: that one waits for the machine to boot
``attempt-started``          at, step, attempt, pid
``attempt-finished``         at, and the fields of `protocol.AttemptFinished`
``step-finished``            at, and the fields of `protocol.StepFinished`
``run-finished``             from, status, reasonCode, reason, at, late (replaces a timeout)
``evidence-changed``         step, attempt, state, bytes, sha256, reason, path ("" when in the
                             database; its bytes then travel beside the event as `blob`)
``node-added``               name, url, token, builtin, lab, nodeId, journalId, facts, tags, skills,
                             version, capacity, factsRevision
``node-changed``             any of the above (facts with a new factsRevision), archived, health,
                             healthReason, healthSince, lastContactAt, latencySeconds,
                             clockSkewSeconds, attributes (by namespace, the operator's)
``node-removed``             by
``exception-added``          exceptionId, rrule, duration (minutes), by: a rule for all jobs
``exception-changed``        exceptionId, rrule, duration, by, anchoredAt: where it starts, if it
                             does not say so itself
``exception-removed``        exceptionId, by
``filter-added``             filterId, name, description, constraints, by
``filter-changed``           filterId, by and any of the above; ``filter-removed``: filterId, by
``list-added``               listId, name, description, nodeIds, by
``list-changed``             listId, by and any of the above; ``list-removed``: listId, by
============================ =====================================================================

``from`` is the status before, so that counters can be kept without reading.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NotRequired, TypedDict


class GroupData(TypedDict):
    """A group as it was resolved when the instance began."""

    groupNumber: int
    status: str
    reasonCode: str
    reason: str
    nodeCount: int
    batchSize: int
    batchCount: int
    distributionMethod: str
    timeoutSeconds: int
    criteria: list[dict[str, Any]]
    earlyTermination: bool


class RunData(TypedDict):
    """A run as it is created, in the order in which it will be dispatched."""

    runId: str
    nodeId: str
    nodeName: str
    groupNumber: int
    batchNumber: int
    status: str
    reasonCode: str
    reason: str
    factsRevision: int


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, not yet in the log (it has no sequence number)."""

    kind: str
    time: datetime
    job_id: str | None = None
    instance_id: str | None = None
    run_id: str | None = None
    node_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    blob: bytes | None = None


class EventItem(TypedDict):
    """An event as the API tells it. ``instance-created`` and `-started` come without `runs`."""

    seq: int
    time: str
    type: str
    jobId: str | None
    instanceId: str | None
    runId: str | None
    nodeId: str | None
    data: dict[str, Any]
    count: NotRequired[int]
