"""The answers of the backend's API, as typed dictionaries: same keys, same types as Chef Courier's.

Keys that stand in Chef's answers keep their type (`inputs` of a step is text, unused ids are the
zero id, absent times the zero time); keys of ours are added beside them. Where a time of ours is
absent it is the zero time too, so that every time is text.
"""

from typing import Any, NotRequired

from typing_extensions import TypedDict


class Pagination(TypedDict):
    """Where a page stands; `nextLink` continues after its last row (keyset), or is empty."""

    itemsPerPage: int
    nextLink: str
    page: int
    pageItemCount: int
    previousLink: str
    startIndex: int
    totalItems: int
    totalPages: int


class LastInstance(TypedDict):
    """The newest instance of a job."""

    id: str
    status: str
    createdAt: str


class JobItem(TypedDict):
    """A job: its definition in normal form, and what became of it.

    `exceptionReasons`: the windows before the next execution. `missedExecutions` were due while no
    backend was there, `skippedExecutions` fell into a window or onto another execution; none of
    them happened.
    """

    id: str
    name: str
    description: str
    scheduleRule: str
    exceptionRules: list[dict[str, Any]]
    allowManualExecution: bool
    overlap: str
    missed: str
    target: dict[str, Any]
    actions: dict[str, Any]
    status: str
    displayStatus: str
    createdAt: str
    modifiedAt: str
    executionCount: int
    nextExecutionTime: str
    exceptionReasons: list[str]
    missedExecutions: int
    skippedExecutions: int
    lastInstance: LastInstance | None


class JobAdded(TypedDict):
    """The answer to a new job. `instanceId` is "" until it executes (never so for immediate)."""

    id: str
    exceptionReasons: list[str]
    nextExecutionTime: str
    instanceId: str
    warnings: list["ProblemItem"]


class GroupItem(TypedDict):
    """A group of an instance, as resolved, with its verdict and the counts of its runs."""

    groupNumber: int
    status: str
    reasonCode: str
    reason: str
    nodeCount: int
    batchSize: int
    batchCount: int
    distributionMethod: str
    timeoutSeconds: int
    runCounts: dict[str, int]


class InstanceItem(TypedDict):
    """An instance. `runCounts` counts its runs by status.

    `dueAt`: the time of the schedule that it belongs to. `overridden`: the window in which it was
    begun by hand all the same. One that is pending or skipped has no groups and no runs.
    `outside`: somebody else executes it, and tells how it goes.
    """

    id: str
    jobId: str
    jobName: str
    status: str
    reasonCode: str
    reason: str
    actionSpec: dict[str, Any]
    targetSpec: dict[str, Any]
    createdAt: str
    updatedAt: str
    startedAt: str
    finishedAt: str
    lastUpdatedBy: str
    instanceType: str
    triggeredBy: str
    overwriteId: str | None
    dueAt: str
    overridden: str
    cancelRequestedAt: str
    lateCompletions: int
    outside: bool
    totalRuns: int
    runCounts: dict[str, int]
    groups: list[GroupItem]


class RunItem(TypedDict):
    """A run: one instance on one node. `currentStep` is 0 before the first."""

    runId: str
    instanceId: str
    jobId: str
    nodeId: str
    nodeName: str
    groupNumber: int
    batchNumber: int
    status: str
    reasonCode: str
    reason: str
    createdAt: str
    dispatchedTime: str
    receivedTime: str
    startedTime: str
    lastUpdateTime: str
    finishedTime: str
    cancelRequestedAt: str
    waitingPlace: int
    currentStep: int
    stepCount: int


class EvidenceItem(TypedDict):
    """Where the evidence of an attempt is."""

    state: str
    bytes: int
    sha256: str
    reason: str


class AttemptItem(TypedDict):
    """One attempt of a step."""

    attemptNumber: int
    status: str
    exitCode: int | None
    signal: str | None
    reasonCode: str
    reason: str
    startedAt: str
    finishedAt: str
    durationSeconds: float
    stdoutBytes: int
    stderrBytes: int
    evidence: EvidenceItem


class StepItem(TypedDict):
    """A step of a run. `inputs` and `outputs` are JSON text, "" when there are none."""

    stepNumber: int
    name: str
    status: str
    numAttempts: int
    inputs: str
    outputs: str
    reason: str
    reasonCode: str
    ignored: bool
    interpreter: str
    interpreterPath: str
    interpreterVersion: str
    startedAt: str
    finishedAt: str
    attempts: list[AttemptItem]


class OutputItem(TypedDict):
    """A part of an attempt's output. `final`: nothing follows; `nextOffset` is where to go on."""

    stream: str
    offset: int
    nextOffset: int
    text: str
    totalBytes: int
    final: bool


class ArtifactItem(TypedDict):
    """A signed link to the evidence of an attempt, good for 15 minutes."""

    artifactUrl: str
    state: str
    bytes: int
    sha256: str
    fileName: str
    reason: str


class AttributeItem(TypedDict):
    """One fact of a node; namespace `agent` for facts, `tags` for the operator's own."""

    name: str
    value: str
    namespace: str


class SkillItem(TypedDict):
    """A skill of a node."""

    name: str
    version: str


class FilterItem(TypedDict):
    """A saved filter."""

    id: str
    name: str
    description: str
    constraints: dict[str, Any]
    createdAt: str
    modifiedAt: str


class ListItem(TypedDict):
    """A saved list of nodes. `nodes`: the nodes themselves, where they were asked for."""

    id: str
    name: str
    description: str
    nodeIds: list[str]
    nodeCount: int
    nodes: NotRequired[list["NodeItem"]]
    createdAt: str
    modifiedAt: str


class NodeItem(TypedDict):
    """A node. `healthStatus` is `reachable`, `offline` or `unknown`, since `healthSince`."""

    id: str
    name: str
    url: str
    healthStatus: str
    healthReason: str
    healthSince: str
    enrollmentLevel: str
    attributes: list[AttributeItem]
    installedSkills: list[SkillItem]
    requiredSkills: list[SkillItem]
    tags: dict[str, str]
    cohortId: str
    archived: bool
    builtin: bool
    lab: bool
    lastContactAt: str
    latencySeconds: float
    clockSkewSeconds: float
    runnerVersion: str
    capacity: int
    activeRuns: int


class ProblemItem(TypedDict):
    """One thing wrong (`error`) or odd (`warning`) in a job file; `line` from 1, 0 unknown."""

    severity: str
    path: str
    line: int
    column: int
    message: str
    didYouMean: str


class PlanNode(TypedDict):
    """A node that a group would run on, and what is wrong with that, if anything."""

    id: str
    name: str
    problem: NotRequired[str]


class LeftOutItem(TypedDict):
    """A node that a filter or a saved list leaves out: why, a sentence for each constraint."""

    id: str
    name: str
    reasons: list[str]


class FilterTest(TypedDict):
    """What a filter admits now; of the others the first of `leftOutCount`, with the reasons.

    `warnings`: what it names that no node has.
    """

    matched: list[PlanNode]
    matchedCount: int
    leftOut: list[LeftOutItem]
    leftOutCount: int
    warnings: list[str]


class PlanGroup(TypedDict):
    """A group as it would be resolved now. `leftOut`: the first of `leftOutCount` nodes."""

    groupNumber: int
    nodes: list[PlanNode]
    batches: list[list[str]]
    rolling: bool
    timeoutSeconds: int
    criteria: list[dict[str, Any]]
    leftOut: list[LeftOutItem]
    leftOutCount: int


class BlockedItem(TypedDict):
    """An execution that an exception window prevents; `ruleId` is "" for a rule of the job."""

    time: str
    rule: str
    source: str
    ruleId: str


class EstimateItem(TypedDict):
    """When a job executes next, and what will not happen in between."""

    estimates: list[str]
    blockedByExceptions: list[BlockedItem]


class WindowItem(TypedDict):
    """A time in which nothing is executed: `[start, end)`."""

    start: str
    end: str


class ExceptionItem(TypedDict):
    """A global exception rule. `nextWindow`: the one that is open, or the next to open."""

    exceptionId: str
    rrule: str
    duration: int
    createdAt: str
    modifiedAt: str
    nextWindow: WindowItem | None


class ExceptionId(TypedDict):
    """The id of an exception rule that was taken away."""

    exceptionId: str


class ManualItem(TypedDict):
    """An execution that was asked for by hand: the job, its instance, the id of the request."""

    id: str
    instanceId: str
    overwriteId: str


class PlanItem(TypedDict):
    """What a job file would do; nothing is written and no node is called."""

    valid: bool
    name: str
    problems: list[ProblemItem]
    groups: list[PlanGroup]
    nextExecutions: list[str]
    blockedByExceptions: list[BlockedItem]
    warnings: list[str]


class Submission(TypedDict):
    """A job file as text; `bodyFormat` json, yaml, toml or "" (by `fileName`, then by trying).

    `plainInputs`: the names of those `inputs` whose values stood on a command line; `keptFrom`:
    the job whose sensitive values are meant where the file says ``{"sensitive": true}``.
    """

    body: str
    bodyFormat: str
    fileName: str
    nodeIds: list[str]
    inputs: dict[str, str]
    plainInputs: NotRequired[list[str]]
    keptFrom: NotRequired[str]


class Submitted(TypedDict):
    """What became of a submission."""

    jobId: str
    instanceId: str
    exceptionReasons: list[str]
    nextExecutionTime: str
    warnings: list[ProblemItem]


class CancelItem(TypedDict):
    """The answer to a cancel: what was asked to stop, and what was final already."""

    id: str
    status: str
    alreadyFinal: bool
    stopping: int
    prevented: int


class ChangeItem(TypedDict):
    """One thing that would change: in words, as the kind of its event, and whose it is."""

    type: str
    sentence: str
    jobId: str
    instanceId: str
    runId: str
    nodeId: str


class DryRun(TypedDict):
    """What a request would have changed; nothing was. `dryRun` is always true.

    `fails`: a part of it would fail.
    """

    dryRun: bool
    fails: bool
    changes: list[ChangeItem]


class ErrorBody(TypedDict):
    """An RFC 9457 problem; `code`, `hint` and `problems` are ours."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    problems: list[ProblemItem]


class Overview(TypedDict):
    """Counters of everything, from the same transactions as the events."""

    jobs: dict[str, int]
    instances: dict[str, int]
    runs: dict[str, int]
    nodes: dict[str, int]
    lastSeq: int
    now: str


class BackendStatus(TypedDict):
    """The backend of a data folder."""

    pid: int
    version: str
    url: str
    startedAt: str
    home: str
    activeInstances: int
    activeRuns: int
    scheduledJobs: int
    clients: int
    idleSeconds: float


class IdItem(TypedDict):
    """The id of what was meant."""

    id: str


class Activated(TypedDict):
    """A job that was started by hand: its id, and that of the new instance."""

    id: str
    instanceId: str


class LabItem(TypedDict):
    """A node of the lab."""

    id: str
    name: str
    url: str
    home: str


class NodeWish(TypedDict):
    """A node to take in, or to bring up to date; `attributes` by namespace."""

    url: str
    token: str
    name: str
    tags: dict[str, str]
    attributes: dict[str, dict[str, str]]


class ImportedNode(TypedDict):
    """What became of a node: `added`, `changed`, `unchanged` or `failed` (with the reason)."""

    id: str
    name: str
    url: str
    outcome: str
    reason: str


class FleetSkillItem(TypedDict):
    """A skill that nodes of the fleet have: in which versions, and how many nodes."""

    name: str
    versions: list[str]
    nodeCount: int


class NamedItem(TypedDict):
    """Something that is known by an id and a name."""

    id: str
    name: str


class NodeStatus(TypedDict):
    """How a node is, and since when."""

    id: str
    name: str
    healthStatus: str
    healthReason: str
    healthSince: str
    enrollmentLevel: str
    archived: bool
    lastContactAt: str
    latencySeconds: float
    clockSkewSeconds: float
    runnerVersion: str
    activeRuns: int
