"""An instance in memory: what the decision core knows and counts. Mutable, but only by the core."""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from courier_backend.model.status import (
    FINAL_INSTANCE,
    FINAL_RUN,
    IN_FLIGHT_RUN,
    GroupStatus,
    InstanceStatus,
    RunStatus,
)
from courier_backend.targeting.criteria import Tally


@dataclass(slots=True)
class RunState:
    """One run. `heard_at`: the last status of the node, or the dispatch before the first."""

    run_id: str
    node_id: str
    group_number: int
    batch_number: int
    status: RunStatus = RunStatus.PENDING
    heard_at: datetime | None = None
    pause_seconds: float = 0.0
    waiting: bool = False
    last_seq: int = 0
    cancel_asked: bool = False
    stop_asked: bool = False
    unreachable: str = ""
    finished_on_node: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the status is one that stays."""
        return self.status in FINAL_RUN

    @property
    def is_in_flight(self) -> bool:
        """Whether a node may have it."""
        return self.status in IN_FLIGHT_RUN


@dataclass(slots=True)
class GroupState:
    """One group: its runs in the order of dispatch, and counts that are kept, never recounted."""

    number: int
    batch_size: int
    rolling: bool
    timeout_seconds: float
    queue_timeout_seconds: float
    criteria: list[dict[str, Any]]
    early_termination: bool
    runs: list[RunState] = field(default_factory=list)
    status: GroupStatus = GroupStatus.PENDING
    cancel_asked: bool = False
    next_index: int = 0
    counts: Counter[RunStatus] = field(default_factory=Counter)

    @property
    def in_flight(self) -> int:
        """Runs that nodes may have."""
        return sum(self.counts[status] for status in IN_FLIGHT_RUN)

    @property
    def is_done(self) -> bool:
        """Whether all runs are final."""
        return not self.counts[RunStatus.PENDING] and not self.in_flight

    @property
    def is_decided(self) -> bool:
        """Whether the verdict stands."""
        return self.status not in {GroupStatus.PENDING, GroupStatus.RUNNING}

    def tally(self) -> Tally:
        """The counts that criteria are judged by."""
        succeeded = self.counts[RunStatus.SUCCESS]
        ended = sum(self.counts[status] for status in FINAL_RUN)
        return Tally(len(self.runs), succeeded, ended - succeeded)


@dataclass(slots=True)
class InstanceState:
    """One instance. `due` holds one entry for each run in flight, never later than its time-out."""

    id: str
    job_id: str
    parallel: bool
    groups: list[GroupState]
    status: InstanceStatus = InstanceStatus.RUNNING
    cancel_asked: bool = False
    late_completions: int = 0
    runs: dict[str, RunState] = field(default_factory=dict)
    due: list[tuple[datetime, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runs = {run.run_id: run for group in self.groups for run in group.runs}
        for group in self.groups:
            group.counts = Counter(run.status for run in group.runs)

    @property
    def is_final(self) -> bool:
        """Whether the instance has ended."""
        return self.status in FINAL_INSTANCE

    def group_of(self, run: RunState) -> GroupState:
        """The group that a run belongs to."""
        return self.groups[run.group_number]

    def in_flight(self) -> Iterator[RunState]:
        """Runs that nodes may have."""
        return (run for run in self.runs.values() if run.is_in_flight)

    def watch(self, run: RunState) -> None:
        """Enter a run that goes out into the watch of time-outs."""
        due = self.due_of(run)
        if due is not None:
            heapq.heappush(self.due, (due, run.run_id))

    def due_of(self, run: RunState) -> datetime | None:
        """When the run times out if nothing more is heard; None when it cannot any more."""
        if not run.is_in_flight or run.heard_at is None:
            return None
        group = self.group_of(run)
        if run.waiting:
            return run.heard_at + timedelta(seconds=group.queue_timeout_seconds)
        return run.heard_at + timedelta(seconds=group.timeout_seconds + run.pause_seconds)
