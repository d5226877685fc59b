"""An instance in memory: what the decision core knows and counts. Mutable, but only by the core."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from courier_backend.model.status import (
    FINAL_INSTANCE,
    FINAL_RUN,
    IN_FLIGHT_RUN,
    GroupStatus,
    InstanceStatus,
    ReasonCode,
    RunStatus,
)
from courier_backend.targeting.criteria import Bar, bar_of


@dataclass(slots=True)
class RunState:
    """One run. `heard_at`: the last status of the node, or the dispatch before the first.

    `reason_code` and `reason` belong to a final status, or say that contact is `lost`, or that the
    run is to stop.
    `unreachable`: why the node did not answer when it was last tried. `stop_asked`: the node is to
    end it, and has not said that it did. `finished_on_node`: the node has nothing more to tell.
    `watched` is when the watch of time-outs looks at the run next.
    """

    run_id: str
    node_id: str
    group_number: int
    batch_number: int
    status: RunStatus = RunStatus.PENDING
    reason_code: str = ""
    reason: str = ""
    heard_at: datetime | None = None
    pause_seconds: float = 0.0
    waiting: bool = False
    last_seq: int = 0
    cancel_asked_at: datetime | None = None
    cancel_reason: str = ""
    stop_asked: bool = False
    unreachable: str = ""
    lost: bool = False
    finished_on_node: bool = False
    index: int = 0
    watched: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether the status is one that stays."""
        return self.status in FINAL_RUN

    @property
    def is_in_flight(self) -> bool:
        """Whether a node may have it."""
        return self.status in IN_FLIGHT_RUN

    @property
    def cancel_asked(self) -> bool:
        """Whether the node was asked to cancel it."""
        return self.cancel_asked_at is not None


PENDING: Final = 0
IN_FLIGHT: Final = 1
SUCCEEDED: Final = 2
FAILED: Final = 3

_PLACE: Final[Mapping[RunStatus, int]] = {
    RunStatus.PENDING: PENDING,
    **dict.fromkeys(IN_FLIGHT_RUN, IN_FLIGHT),
    **dict.fromkeys(FINAL_RUN, FAILED),
    RunStatus.SUCCESS: SUCCEEDED,
}


@dataclass(slots=True)
class GroupState:
    """One group: its runs in the order of dispatch, and counts that are kept, never recounted.

    `over`: the verdict stands and all runs are final. `next_index`: no run before it is pending.
    `fault`: why nobody can tell which nodes it has; then it has no runs, and fails.
    """

    number: int
    batch_size: int
    rolling: bool
    timeout: timedelta
    queue_timeout: timedelta
    criteria: list[dict[str, Any]]
    early_termination: bool
    runs: list[RunState]
    status: GroupStatus = GroupStatus.PENDING
    cancel_asked: bool = False
    cancel_reason: str = ""
    fault: str = ""
    fault_reason: str = ""
    over: bool = False
    next_index: int = 0
    counts: list[int] = field(init=False)
    bar: Bar = field(init=False)

    def __post_init__(self) -> None:
        self.bar = bar_of(self.criteria, len(self.runs))
        self.counts = [0, 0, 0, 0]
        for run in self.runs:
            self.counts[_PLACE[run.status]] += 1
        self.over = self.is_done and self.is_decided

    @property
    def in_flight(self) -> int:
        """Runs that nodes may have."""
        return self.counts[IN_FLIGHT]

    @property
    def failed(self) -> int:
        """Runs that ended otherwise than in success."""
        return self.counts[FAILED]

    @property
    def is_done(self) -> bool:
        """Whether all runs are final."""
        return not self.counts[PENDING] and not self.counts[IN_FLIGHT]

    @property
    def is_decided(self) -> bool:
        """Whether the verdict stands."""
        return self.status is not GroupStatus.PENDING and self.status is not GroupStatus.RUNNING

    def verdict(self) -> bool | None:
        """Whether the criteria will hold, cannot hold, or (None) may still go either way."""
        return self.bar.judge(self.counts[SUCCEEDED], self.counts[FAILED])

    def failing(self) -> tuple[str, str]:
        """Why the criteria cannot hold: a code and a sentence."""
        if self.fault:
            return self.fault, self.fault_reason
        code = ReasonCode.CRITERIA_UNREACHABLE if self.runs else ReasonCode.NO_NODES
        return code, self.bar.sentence(self.failed)

    def move(self, run: RunState, status: RunStatus) -> None:
        """Give a run another status, and count it there."""
        self.counts[_PLACE[run.status]] -= 1
        self.counts[_PLACE[status]] += 1
        run.status = status

    def next_pending(self) -> RunState | None:
        """The run to be dispatched next."""
        while self.next_index < len(self.runs):
            run = self.runs[self.next_index]
            if run.status is RunStatus.PENDING:
                return run
            self.next_index += 1
        return None


@dataclass(slots=True)
class InstanceState:
    """One instance.

    `current`: of sequential groups, all before it are over. `open_groups` counts those that are
    not over. `due` is a heap for the watch of time-outs.
    """

    id: str
    job_id: str
    parallel: bool
    groups: list[GroupState]
    status: InstanceStatus = InstanceStatus.RUNNING
    cancel_asked: bool = False
    cancel_reason: str = ""
    late_completions: int = 0
    current: int = 0
    open_groups: int = field(init=False)
    runs: dict[str, RunState] = field(init=False)
    in_order: list[RunState] = field(init=False)
    due: list[tuple[datetime, int]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.in_order = [run for group in self.groups for run in group.runs]
        for index, run in enumerate(self.in_order):
            run.index = index
        self.runs = {run.run_id: run for run in self.in_order}
        self.open_groups = sum(not group.over for group in self.groups)

    @property
    def is_final(self) -> bool:
        """Whether the instance has ended."""
        return self.status in FINAL_INSTANCE

    def group_of(self, run: RunState) -> GroupState:
        """The group that a run belongs to."""
        return self.groups[run.group_number]

    def in_flight(self) -> Iterator[RunState]:
        """Runs that nodes may have."""
        return (run for run in self.in_order if run.is_in_flight)
