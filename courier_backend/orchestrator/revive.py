"""An instance brought back from what was recorded of it, to go on as if nothing had happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from courier_backend.model.status import (
    IN_FLIGHT_RUN,
    UNRESOLVED,
    GroupStatus,
    InstanceStatus,
    ReasonCode,
    RunStatus,
)
from courier_backend.orchestrator.contact import cause_of
from courier_backend.orchestrator.flow import CANCELED
from courier_backend.orchestrator.state import GroupState, InstanceState, RunState
from courier_backend.orchestrator.watch import watch


@dataclass(frozen=True, slots=True)
class RunRow:
    """What was recorded of a run.

    `heard_at`: the last status that the node told, else the dispatch; None before that.
    `last_seq`: of the node's last status line. `waiting`: that line said so. `pause_seconds`: its
    `retryInSeconds`, when it was an `attempt-finished`. `finished_on_node`: the node told its end,
    or refused.
    """

    run_id: str
    node_id: str
    group_number: int
    batch_number: int
    status: str
    reason_code: str = ""
    reason: str = ""
    heard_at: datetime | None = None
    last_seq: int = 0
    waiting: bool = False
    pause_seconds: float = 0.0
    cancel_requested_at: datetime | None = None
    finished_on_node: bool = False
    unreachable: str = ""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """What was recorded of a group: what its `GroupData` said, and where it stands now."""

    number: int
    status: str
    reason_code: str
    batch_size: int
    rolling: bool
    timeout_seconds: float
    queue_timeout_seconds: float
    criteria: Sequence[Mapping[str, Any]]
    early_termination: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """What was recorded of an instance. `runs` stand in the order of `instance-created`."""

    id: str
    job_id: str
    parallel: bool
    status: str
    cancel_asked: bool
    late_completions: int
    groups: Sequence[GroupRow]
    runs: Sequence[RunRow]
    cancel_reason: str = ""


def revive(row: InstanceRow) -> InstanceState:
    """The state from which an instance goes on."""
    runs: list[list[RunState]] = [[] for _ in row.groups]
    for each in row.runs:
        runs[each.group_number].append(_run(each))
    state = InstanceState(
        row.id,
        row.job_id,
        row.parallel,
        [_group(group, runs[group.number]) for group in row.groups],
        status=InstanceStatus(row.status),
        cancel_asked=row.cancel_asked,
        cancel_reason=row.cancel_reason,
        late_completions=row.late_completions,
    )
    for run in state.in_flight():
        watch(state, run)
    return state


def _group(row: GroupRow, runs: list[RunState]) -> GroupState:
    status = GroupStatus(row.status)
    stopping = status is GroupStatus.RUNNING and row.reason_code == ReasonCode.OPERATOR
    is_unresolved = row.reason_code in UNRESOLVED
    return GroupState(
        number=row.number,
        batch_size=row.batch_size,
        rolling=row.rolling,
        timeout=timedelta(seconds=row.timeout_seconds),
        queue_timeout=timedelta(seconds=row.queue_timeout_seconds),
        criteria=[dict(criterion) for criterion in row.criteria],
        early_termination=row.early_termination,
        runs=runs,
        status=status,
        cancel_asked=stopping,
        cancel_reason=row.reason if stopping else "",
        fault=row.reason_code if is_unresolved else "",
        fault_reason=row.reason if is_unresolved else "",
    )


def _cancel_reason(row: RunRow) -> str:
    """Why a run that is in flight is to stop."""
    if row.cancel_requested_at is None or row.status not in IN_FLIGHT_RUN:
        return ""
    return row.reason if row.reason_code == ReasonCode.OPERATOR else CANCELED


def _run(row: RunRow) -> RunState:
    """A run; the node is to be asked again to stop where it has not answered."""
    status = RunStatus(row.status)
    lost = status in IN_FLIGHT_RUN and row.reason_code == ReasonCode.UNREACHABLE
    to_stop = row.cancel_requested_at is not None or status is RunStatus.TIMEOUT
    return RunState(
        run_id=row.run_id,
        node_id=row.node_id,
        group_number=row.group_number,
        batch_number=row.batch_number,
        status=status,
        reason_code=row.reason_code,
        reason=row.reason,
        heard_at=row.heard_at,
        pause_seconds=row.pause_seconds,
        waiting=row.waiting,
        last_seq=row.last_seq,
        cancel_asked_at=row.cancel_requested_at,
        cancel_reason=_cancel_reason(row),
        stop_asked=to_stop and not row.finished_on_node,
        unreachable=cause_of(row.reason) if lost else row.unreachable,
        lost=lost,
        finished_on_node=row.finished_on_node,
    )
