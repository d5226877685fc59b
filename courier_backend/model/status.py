"""The statuses of jobs, instances, runs, steps and attempts, and why they came to be.

The words on the wire are few and fixed; the detail stands in a reason code (for programs)
and a reason (a sentence for people).
"""

from enum import StrEnum
from typing import Final


class JobStatus(StrEnum):
    """Whether a job makes new instances."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    CANCELED = "canceled"


class InstanceStatus(StrEnum):
    """One execution of a job on all of its nodes."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    CANCELED = "canceled"
    SKIPPED = "skipped"


class RunStatus(StrEnum):
    """One instance on one node."""

    PENDING = "pending"
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    TIMEOUT = "timeout"
    CANCELED = "canceled"
    SKIPPED = "skipped"


class StepStatus(StrEnum):
    """One step of a run, and each of its attempts. ACTIVE: it waits for a reboot."""

    PENDING = "pending"
    RUNNING = "running"
    ACTIVE = "active"
    SUCCESS = "success"
    FAILURE = "failure"
    TIMEOUT = "timeout"
    SKIPPED = "skipped"
    CANCELED = "canceled"


class GroupStatus(StrEnum):
    """One group of an instance: a verdict once it is decided."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    CANCELED = "canceled"
    SKIPPED = "skipped"


class EvidenceState(StrEnum):
    """Where the evidence of an attempt is."""

    PENDING = "pending"
    STORED = "stored"
    LOST = "lost"
    EXPIRED = "expired"
    NONE = "none"


class ReasonCode(StrEnum):
    """Why a status is what it is, for programs."""

    NONE = ""
    EXIT_CODE = "exit-code"
    SIGNAL = "signal"
    INTERPRETER_MISSING = "interpreter-missing"
    VERSION_OUT_OF_BOUNDS = "version-out-of-bounds"
    MISSING_INPUT = "missing-input"
    WRONG_INPUT = "wrong-input"
    MISSING_OUTPUT = "missing-output"
    NO_COMMAND = "no-command-for-platform"
    SPAWN_FAILED = "spawn-failed"
    CONDITIONS = "conditions"
    NODE_UNKNOWN = "node-unknown"
    NODE_ARCHIVED = "node-archived"
    NODE_CHANGED = "node-changed"
    INTERRUPTED = "interrupted"
    CRITERIA_MET = "criteria-met"
    CRITERIA_UNREACHABLE = "criteria-unreachable"
    GROUP_FAILED = "group-failed"
    EXCEPTION_WINDOW = "exception-window"
    MISSED = "missed"
    OVERLAP = "overlap"
    OPERATOR = "operator"
    NO_NODES = "no-nodes"
    FILTER_UNKNOWN = "filter-unknown"
    LIST_UNKNOWN = "list-unknown"
    PATTERN_TOO_SLOW = "pattern-too-slow"
    WAITING_FOR_NODE = "waiting-for-node"
    UNREACHABLE = "unreachable"
    NO_CONTACT = "no-status-in-time"
    OUT_OF_MEMORY = "out-of-memory"
    STEP_TIMEOUT = "step-timeout"
    STEP_FAILED = "step-failed"
    CANCEL_UNCONFIRMED = "cancel-unconfirmed"
    REFUSED = "refused-by-node"


NODE_IS_BUSY: Final = "the node is busy with other runs"
"""The sentence to `ReasonCode.WAITING_FOR_NODE`."""
UNRESOLVED: Final = frozenset(
    {ReasonCode.FILTER_UNKNOWN, ReasonCode.LIST_UNKNOWN, ReasonCode.PATTERN_TOO_SLOW}
)
"""Why nobody can tell which nodes a group has."""

FINAL_INSTANCE: Final = frozenset(
    {
        InstanceStatus.SUCCESS,
        InstanceStatus.FAILURE,
        InstanceStatus.CANCELED,
        InstanceStatus.SKIPPED,
    }
)
FINAL_RUN: Final = frozenset(
    {
        RunStatus.SUCCESS,
        RunStatus.FAILURE,
        RunStatus.TIMEOUT,
        RunStatus.CANCELED,
        RunStatus.SKIPPED,
    }
)
IN_FLIGHT_RUN: Final = frozenset({RunStatus.DISPATCHED, RunStatus.RECEIVED, RunStatus.RUNNING})
FINAL_STEP: Final = frozenset(
    {
        StepStatus.SUCCESS,
        StepStatus.FAILURE,
        StepStatus.TIMEOUT,
        StepStatus.SKIPPED,
        StepStatus.CANCELED,
    }
)
