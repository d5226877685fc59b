"""What the API asks of the rest of the backend. It sees nothing but this."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from courier_backend.api.activity import Activity
from courier_backend.evidence.links import Links
from courier_backend.fleet.saved import SavedTargets
from courier_backend.model.wire import (
    BackendStatus,
    CancelItem,
    EstimateItem,
    EvidenceItem,
    ExceptionItem,
    ImportedNode,
    InstanceItem,
    JobItem,
    LabItem,
    ManualItem,
    NodeItem,
    NodeWish,
    OutputItem,
    PlanItem,
    RunItem,
    StepItem,
    Submission,
    Submitted,
)
from courier_backend.store.store import Store

Mark = Mapping[str, Any]
"""A line of live output: `output` of the protocol, ``dropped`` with its bytes, or ``end``."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """Evidence that is stored: in memory (`data`) or as a file (`path`); `sha256` in hex."""

    name: str
    sha256: str
    bytes_total: int
    data: bytes | None = None
    path: Path | None = None


class OutsideWork(Protocol):
    """Instances that somebody else executes; and one that is executed here at once."""

    async def create(self, sub: Submission, *, by: str) -> InstanceItem:
        """An instance with all of its runs, for somebody else to execute."""
        ...

    async def direct(self, sub: Submission, *, by: str) -> InstanceItem:
        """An instance that is executed here, at once."""
        ...

    async def complete_instance(self, instance_id: str, sub: Submission) -> InstanceItem:
        """The instance is over."""
        ...

    async def receive(self, run_id: str) -> RunItem:
        """A node has its run."""
        ...

    async def time_out(self, run_id: str) -> RunItem:
        """A run was not heard of in time."""
        ...

    async def complete(self, run_id: str, sub: Submission) -> RunItem:
        """A run has ended on its node."""
        ...

    async def update_step(self, run_id: str, number: int, sub: Submission) -> StepItem:
        """A step begins, waits or ends."""
        ...

    async def attach(self, run_id: str, step: int, attempt: int, draft: Path) -> EvidenceItem:
        """Keep the evidence of an attempt."""
        ...


class Service(Protocol):
    """The commands. `by` is who asks, as history will name them. All raise `CourierError`."""

    @property
    def store(self) -> Store:
        """Where queries go."""
        ...

    @property
    def saved(self) -> SavedTargets:
        """The saved filters and lists."""
        ...

    @property
    def links(self) -> Links:
        """Signs and checks links to evidence."""
        ...

    @property
    def outside(self) -> OutsideWork:
        """Takes down what others tell of instances that they execute."""
        ...

    @property
    def activity(self) -> Activity:
        """Where the API counts its use."""
        ...

    async def add_job(self, sub: Submission, *, idempotency_key: str, by: str) -> Submitted:
        """Accept a job; the same key gives the same job."""
        ...

    async def plan(self, sub: Submission) -> PlanItem:
        """Say what a job would do."""
        ...

    async def update_job(self, job_id: str, sub: Submission, *, by: str) -> JobItem:
        """Give a job another definition."""
        ...

    async def delete_job(self, job_id: str, *, by: str) -> None:
        """Take a job away; its history stays."""
        ...

    async def cancel_job(self, job_id: str, *, instances: bool, reason: str, by: str) -> CancelItem:
        """No instances any more; `instances`: and stop those that are not final."""
        ...

    async def activate(self, job_id: str, *, by: str) -> str:
        """Start one instance now; its id."""
        ...

    async def manual_job(
        self,
        job_id: str,
        *,
        triggered_at: datetime | None,
        triggered_by: str,
        override: bool,
        by: str,
    ) -> ManualItem:
        """Start one instance beside the schedule; `override`: in a window, too."""
        ...

    async def set_active(self, job_id: str, active: bool, *, by: str) -> JobItem:
        """Let the schedule of a job count again, or let it rest."""
        ...

    async def estimate(self, job_id: str, count: int) -> EstimateItem:
        """When a job executes next, and what does not happen between."""
        ...

    async def past_due(self, deadline: datetime) -> list[JobItem]:
        """Jobs that are to execute at or before a moment, the nearest first."""
        ...

    async def add_exception(self, body: Mapping[str, Any], *, by: str) -> ExceptionItem:
        """Let all jobs pause in the windows of a rule: `rrule`, and `duration` in minutes."""
        ...

    async def get_exception(self, exception_id: str) -> ExceptionItem:
        """One rule."""
        ...

    async def update_exception(
        self, exception_id: str, body: Mapping[str, Any], *, by: str
    ) -> ExceptionItem:
        """Another rule under the same id."""
        ...

    async def delete_exception(self, exception_id: str, *, by: str) -> None:
        """A rule holds no more."""
        ...

    def live_exception(self, item: ExceptionItem) -> ExceptionItem:
        """A stored rule with the window that is open now, or opens next."""
        ...

    async def cancel_instance(
        self, instance_id: str, *, group_number: int | None, reason: str, by: str
    ) -> CancelItem:
        """Stop an instance, or one group of it."""
        ...

    async def cancel_run(self, run_id: str, *, reason: str, by: str) -> CancelItem:
        """Stop one run."""
        ...

    async def retry(self, instance_id: str, *, only: str, by: str) -> Submitted:
        """A new instance on the nodes that did not succeed ("failed"), or on all ("all")."""
        ...

    async def add_node(
        self, url: str, token: str, *, name: str, tags: dict[str, str], by: str
    ) -> NodeItem:
        """Add a node after having asked it who it is."""
        ...

    async def import_nodes(self, wishes: Sequence[NodeWish], *, by: str) -> list[ImportedNode]:
        """Many nodes at once; what became of each, in their order."""
        ...

    async def change_node(
        self,
        node_id: str,
        *,
        name: str | None = None,
        tags: dict[str, str] | None = None,
        archived: bool | None = None,
        by: str,
    ) -> NodeItem:
        """Change what is given."""
        ...

    async def describe_node(
        self, node_id: str, attributes: Sequence[tuple[str, str, str]], *, by: str
    ) -> NodeItem:
        """Set attributes (namespace, name, value); "" takes one away."""
        ...

    async def tag_node(self, node_id: str, tags: Mapping[str, str | None], *, by: str) -> NodeItem:
        """Set some tags of a node; None takes one away."""
        ...

    async def remove_node(self, node_id: str, *, by: str) -> None:
        """Forget a node."""
        ...

    def live_node(self, item: NodeItem) -> NodeItem:
        """A stored node with what is known of it right now."""
        ...

    async def lab_up(self, count: int, seed: int | None) -> list[LabItem]:
        """As many lab nodes as this, all answering."""
        ...

    async def lab_status(self) -> list[LabItem]:
        """The lab's nodes."""
        ...

    async def lab_down(self) -> list[LabItem]:
        """End the lab; the nodes that were."""
        ...

    async def evidence(
        self, run_id: str, step: int, attempt: int, *, wait_seconds: float
    ) -> EvidenceFile:
        """Stored evidence; waits while it is on its way.

        Raises:
            NotFound: no such attempt.
            NotYet: still on its way after the wait.
            Gone: lost, expired, or there never was any; says why.
        """
        ...

    async def output(
        self, run_id: str, step: int, attempt: int, *, stream: str, offset: int, limit: int
    ) -> OutputItem:
        """A part of the output, from the node while it runs and from the evidence after."""
        ...

    def live_output(
        self, run_id: str, step: int, attempt: int
    ) -> AbstractAsyncContextManager[AsyncIterator[Mark]]:
        """The output as it comes, bounded for a reader that does not keep up."""
        ...

    def status(self) -> BackendStatus:
        """How the backend is."""
        ...

    async def stop(self, cancel_all: bool) -> None:
        """Begin to end the backend; `cancel_all`: cancel what runs first, and wait for it."""
        ...


__all__ = ["EvidenceFile", "LabItem", "Mark", "Service"]
