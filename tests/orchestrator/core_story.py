"""A story told to the decision core, for tests that read like the specification."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, cast

from core_ledger import Ledger

from courier_backend.model.event import NewEvent
from courier_backend.model.protocol import StatusLine
from courier_backend.model.times import to_text
from courier_backend.orchestrator.begin import Cause, Defaults, begin
from courier_backend.orchestrator.decide import decide, next_due
from courier_backend.orchestrator.decision import Decision, Dispatch, Record, Stop
from courier_backend.orchestrator.happening import (
    CancelAsked,
    Happening,
    Reached,
    Refused,
    Started,
    Tick,
    Told,
    Unreachable,
)
from courier_backend.orchestrator.state import RunState
from courier_backend.targeting.view import FleetView, NodeView

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STEP = {
    "name": "work",
    "command": {"linux": ["true"]},
    "conditions": [],
    "failureBehavior": {"action": "retryThenFail"},
}


def criterion(status: str, amount: int, *, percent: bool = False) -> dict[str, Any]:
    """One success criterion."""
    kind = "percent" if percent else "number"
    return {"status": status, "numRuns": {"type": kind, "value": amount}}


def group(nodes: Iterable[str], **more: Any) -> dict[str, Any]:
    """A group in normal form; `batch` is a number, or a text with % behind."""
    batch = more.pop("batch", None)
    size = {"type": "", "value": 0}
    if isinstance(batch, int):
        size = {"type": "number", "value": batch}
    elif batch:
        size = {"type": "percent", "value": int(batch.rstrip("%"))}
    spec = {
        "timeoutSeconds": 60,
        "batchSize": size,
        "distributionMethod": "batching",
        "earlyTermination": False,
        "successCriteria": [],
        "nodeListType": "nodes",
        "nodeIdentifiers": list(nodes) or None,
        "filter": None,
    }
    assert more.keys() <= spec.keys() | {"queueTimeoutSeconds", "filterId"}
    return spec | more


def definition(groups: Sequence[dict[str, Any]], *, parallel: bool = False) -> dict[str, Any]:
    """A job in normal form, as far as the core reads it."""
    return {
        "name": "a job",
        "target": {
            "executionType": "parallel" if parallel else "sequential",
            "groups": list(groups),
        },
        "actions": {"accessMode": "agent", "steps": [STEP]},
    }


def linux_nodes(names: Iterable[str]) -> dict[str, NodeView]:
    """Nodes that can do the work."""
    return {name: NodeView(name, f"node {name}", {"os": "linux"}) for name in names}


class Story:
    """An instance, its clock, and what was decided and recorded so far."""

    def __init__(
        self,
        *groups: dict[str, Any],
        parallel: bool = False,
        nodes: dict[str, NodeView] | None = None,
        defaults: Defaults | None = None,
        ids: str = "id",
    ) -> None:
        named = [node for each in groups for node in each["nodeIdentifiers"] or ()]
        number = count(1)
        self.now = BEGIN
        self.defaults = defaults or Defaults()
        self.job = definition(groups, parallel=parallel)
        self.state, self.created = begin(
            "job",
            self.job,
            FleetView(linux_nodes(named) if nodes is None else nodes),
            cause=Cause(),
            defaults=self.defaults,
            new_id=lambda: f"{ids}-{next(number):04}",
            now=self.now,
        )
        self.ledger = Ledger(self.created, self.defaults.queue_timeout_seconds)
        self.dispatched: list[str] = []
        self.stopped: list[str] = []
        self.events: list[NewEvent] = []

    # ---- what happens

    def happen(self, happening: Happening) -> list[Decision]:
        """Let something happen now."""
        decisions = decide(self.state, happening, self.now)
        for decision in decisions:
            self._take(decision)
        return decisions

    def start(self) -> "Story":
        """Let the instance begin."""
        self.happen(Started())
        return self

    def wait(self, seconds: float) -> list[Decision]:
        """Let time pass, and have time-outs judged."""
        self.now += timedelta(seconds=seconds)
        return self.happen(Tick())

    def tell(self, node: str, kind: str, group: int = 0, **fields: Any) -> list[Decision]:
        """A status line of a run, with the next `seq` unless one is given."""
        run = self.run(node, group)
        age = fields.pop("age", 0.0)
        written = to_text(self.now - timedelta(seconds=age))
        line = {"type": kind, "seq": run.last_seq + 1, "time": written} | fields
        return self.happen(Told(run.run_id, cast("StatusLine", line), age))

    def received(self, node: str, group: int = 0, *, waiting: bool = False) -> list[Decision]:
        """The node has the order."""
        return self.tell(node, "received", group, waiting=waiting, place=int(waiting))

    def working(self, node: str, group: int = 0) -> list[Decision]:
        """A step begins."""
        return self.tell(node, "step-started", group, step=1, name="work")

    def attempt(self, node: str, group: int = 0, *, retry_in: float | None = None) -> None:
        """An attempt failed, and may be repeated."""
        self.tell(node, "attempt-finished", group, step=1, attempt=1, retryInSeconds=retry_in)

    def finish(
        self,
        node: str,
        status: str = "success",
        group: int = 0,
        *,
        code: str = "",
        reason: str = "",
    ) -> list[Decision]:
        """The run ends on its node."""
        return self.tell(node, "run-finished", group, status=status, reasonCode=code, reason=reason)

    def refuse(self, node: str, group: int = 0, code: str = "node-changed") -> list[Decision]:
        """The node will never execute the run."""
        run_id = self.run(node, group).run_id
        self.ledger.note_refusal(run_id)
        return self.happen(Refused(run_id, code, "it is another node"))

    def unreachable(
        self, node: str, reason: str = "connection refused", *, group: int = 0
    ) -> list[Decision]:
        """The node does not answer."""
        return self.happen(Unreachable(self.run(node, group).run_id, reason))

    def reached(self, node: str, *, group: int = 0) -> list[Decision]:
        """The node answers."""
        return self.happen(Reached(self.run(node, group).run_id))

    def cancel(
        self, node: str | None = None, *, group: int | None = None, reason: str = ""
    ) -> list[Decision]:
        """Cancel one run, one group, or all."""
        run_id = None if node is None else self.run(node, group or 0).run_id
        return self.happen(CancelAsked(reason, None if run_id else group, run_id))

    # ---- what is so

    def run(self, node: str, group: int = 0) -> RunState:
        """The run of a group on a node."""
        return next(run for run in self.state.groups[group].runs if run.node_id == node)

    def status(self, node: str, group: int = 0) -> str:
        """The status of a run, with its reason code behind a colon."""
        run = self.run(node, group)
        row = self.ledger.runs[run.run_id]
        assert (row.status, row.reason_code) == (run.status, run.reason_code)
        return f"{row.status}: {row.reason_code}" if row.reason_code else row.status

    def statuses(self, group: int = 0) -> dict[str, str]:
        """The statuses of a group's runs by node."""
        runs = self.state.groups[group].runs
        return {run.node_id: self.status(run.node_id, group) for run in runs}

    def verdict(self, group: int = 0) -> str:
        """The status of a group, as recorded."""
        recorded = self.ledger.groups[group]
        assert recorded["status"] == self.state.groups[group].status
        return f"{recorded['status']}: {recorded['reasonCode']}".rstrip(": ")

    @property
    def end(self) -> str:
        """The status of the instance, as recorded."""
        assert self.ledger.status == self.state.status
        return self.ledger.status

    @property
    def due_in(self) -> float | None:
        """Seconds until time-outs are to be judged."""
        due = next_due(self.state)
        return None if due is None else (due - self.now).total_seconds()

    def last(self, kind: str) -> NewEvent:
        """The newest event of a kind."""
        return next(event for event in reversed(self.events) if event.kind == kind)

    def _take(self, decision: Decision) -> None:
        match decision:
            case Record(event):
                assert event.time == self.now
                self.events.append(event)
                self.ledger.take(event)
            case Dispatch(run_id):
                self.dispatched.append(self.state.runs[run_id].node_id)
            case Stop(run_id):
                self.stopped.append(self.state.runs[run_id].node_id)
