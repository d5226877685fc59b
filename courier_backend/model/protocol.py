"""What backend and runner say to each other: the run order and the lines of a run's stream.

A stream is NDJSON. Status lines carry ``seq`` (from 1, without gaps) and are journalled and
synced on the node before they are sent; output, evidence and heartbeat lines carry none.
"""

from typing import Any, Final, Literal, NotRequired, TypedDict

PROTOCOL: Final = "1.0"
JOURNAL_HEADER: Final = "Courier-Journal"
"""Header of every answer of a node: its `journalId`; another one means that its home was lost."""

TOTAL_HEADER: Final = "Courier-Total"
"""Header of an answer with a part of an output: the size of all of it, in bytes."""

INLINE_EVIDENCE_BYTES: Final = 256 * 1024
"""A zip up to this size follows its `attempt-finished` on the stream."""
ORDER_BYTES: Final = 4 * 1024 * 1024
"""The longest order that a node takes."""
HEARTBEAT_SECONDS: Final = 5.0
MISSED_HEARTBEATS: Final = 3


class RunOrder(TypedDict):
    """The body of ``POST /v1/runs``. `actions` is in the normal form of the definition."""

    runId: str
    instanceId: str
    jobId: str
    nodeId: str
    groupNumber: int
    actions: dict[str, Any]


class _Status(TypedDict):
    seq: int
    time: str


class Received(_Status):
    """The node has the order on disk. `waiting`: it is busy; `place`: 1 is next, 0 not waiting."""

    type: Literal["received"]
    waiting: bool
    place: int


class StepStarted(_Status):
    """A step begins (also told when it leaves the queue of a busy node).

    Told again with `interim` when `attempt` has asked for a restart of the machine: the step is
    ``active`` until that attempt ends, which is after the boot.
    """

    type: Literal["step-started"]
    step: int
    name: str
    interpreter: str
    interpreterVersion: str
    interpreterPath: str
    interim: NotRequired[Literal["active"]]
    attempt: NotRequired[int]


class AttemptStarted(_Status):
    """The process waits at its gate; it runs once this line is on the node's disk."""

    type: Literal["attempt-started"]
    step: int
    attempt: int
    pid: int


class EvidenceNote(TypedDict):
    """What evidence the node holds of an attempt; `inline`: it follows on the stream."""

    state: Literal["ready", "none"]
    bytes: int
    sha256: str
    inline: bool
    reason: str


class AttemptFinished(_Status):
    """An attempt ended. `retryInSeconds` is null when it is the last one."""

    type: Literal["attempt-finished"]
    step: int
    attempt: int
    status: str
    exitCode: int | None
    signal: str | None
    reasonCode: str
    reason: str
    startedAt: str
    durationSeconds: float
    stdoutBytes: int
    stderrBytes: int
    outputs: dict[str, Any]
    retryInSeconds: float | None
    evidence: EvidenceNote


class StepFinished(_Status):
    """A step ended; `ignored`: it failed and the run goes on."""

    type: Literal["step-finished"]
    step: int
    status: str
    ignored: bool
    numAttempts: int
    reasonCode: str
    reason: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class RunFinished(_Status):
    """The run ended on the node; nothing of it runs any more."""

    type: Literal["run-finished"]
    status: str
    reasonCode: str
    reason: str


class Output(TypedDict):
    """Output as it comes; `offset` and `bytes` count raw bytes, `text` is decoded leniently.

    Sensitive values are masked before anything is counted. A stream that may hold one that is not
    known yet is told by its size alone: `hidden`, without text.
    """

    type: Literal["output"]
    step: int
    attempt: int
    stream: Literal["stdout", "stderr"]
    offset: int
    bytes: int
    text: str
    hidden: NotRequired[int]


class EvidenceLine(TypedDict):
    """A small zip, base64, with its digest in hex."""

    type: Literal["evidence"]
    step: int
    attempt: int
    sha256: str
    data: str


class Heartbeat(TypedDict):
    """The node lives; `now` is its own clock."""

    type: Literal["heartbeat"]
    now: str


StatusLine = Received | StepStarted | AttemptStarted | AttemptFinished | StepFinished | RunFinished
Line = StatusLine | Output | EvidenceLine | Heartbeat

STATUS_TYPES: Final = frozenset(
    {
        "received",
        "step-started",
        "attempt-started",
        "attempt-finished",
        "step-finished",
        "run-finished",
    }
)


class Skill(TypedDict):
    """Something a node can do, with its version."""

    name: str
    version: str


class NodeIdentity(TypedDict):
    """The answer of ``GET /v1/node``."""

    nodeId: str
    name: str
    journalId: str
    protocols: list[str]
    version: str
    now: str
    facts: dict[str, Any]
    tags: dict[str, str]
    skills: list[Skill]
    capacity: int
    activeRuns: NotRequired[int]
