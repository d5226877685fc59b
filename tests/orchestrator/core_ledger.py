"""What the store would keep of an instance: rows projected from the records alone.

It is strict: a record whose `from` is not the status before, or that changes a final status
against the rules, is an error.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from courier_backend.model.event import NewEvent
from courier_backend.model.status import FINAL_INSTANCE, FINAL_RUN
from courier_backend.model.times import from_text
from courier_backend.orchestrator.revive import GroupRow, InstanceRow, RunRow

DECIDED = {"success", "failure", "canceled", "skipped"}


@dataclass(frozen=True)
class Change:
    """A status as it was recorded."""

    run_id: str
    before: str
    status: str
    reason_code: str
    late: bool


class Ledger:
    """Rows, kept up to date by `take`."""

    def __init__(self, created: NewEvent, queue_timeout_seconds: float) -> None:
        data = created.data
        assert created.kind == "instance-created"
        assert created.instance_id is not None
        assert created.job_id is not None
        self.created = data
        self.status = str(data["status"])
        self.finished_at: datetime | None = None
        self.cancel_reason: str | None = None
        self.cancel_requests = 0
        self.changes: list[Change] = []
        self.groups = {each["groupNumber"]: dict(each) for each in data["groups"]}
        self.runs = {each["runId"]: _new_row(each) for each in data["runs"]}
        self._ids = (created.instance_id, created.job_id)
        self._queue_timeout_seconds = queue_timeout_seconds
        self._late = 0

    def take(self, event: NewEvent) -> None:
        """Project one event."""
        assert (event.instance_id, event.job_id) == self._ids
        if event.kind == "instance-changed":
            self._instance_changed(event)
        elif event.kind == "group-changed":
            self._group_changed(event.data)
        else:
            self._run_event(event)

    def row(self, unreachable: dict[str, str] | None = None) -> InstanceRow:
        """What recovery would read."""
        known = unreachable or {}
        runs = [replace(row, unreachable=known.get(row.run_id, "")) for row in self.runs.values()]
        return InstanceRow(
            id=self._ids[0],
            job_id=self._ids[1],
            parallel=self.created["targetSpec"]["executionType"] == "parallel",
            status=self.status,
            cancel_asked=self.cancel_requests > 0,
            late_completions=self._late,
            groups=[self._group_row(group) for group in self.groups.values()],
            runs=runs,
            cancel_reason=self.cancel_reason or "",
        )

    def note_refusal(self, run_id: str) -> None:
        """Delivery knows that the node has nothing more to tell."""
        self.runs[run_id] = replace(self.runs[run_id], finished_on_node=True)

    def _group_row(self, group: dict[str, Any]) -> GroupRow:
        return GroupRow(
            number=group["groupNumber"],
            status=group["status"],
            reason_code=group["reasonCode"],
            batch_size=group["batchSize"],
            rolling=group["distributionMethod"] == "rolling",
            timeout_seconds=group["timeoutSeconds"],
            queue_timeout_seconds=self._queue_timeout_seconds,
            criteria=group["criteria"],
            early_termination=group["earlyTermination"],
            reason=group["reason"],
        )

    def _instance_changed(self, event: NewEvent) -> None:
        data = event.data
        if "lateCompletions" in data:
            assert data == {"lateCompletions": self._late + 1}
            assert self.status in FINAL_INSTANCE
            self._late += 1
            return
        assert self.status == "running"
        if "cancelRequestedAt" in data:
            assert from_text(data["cancelRequestedAt"]) == event.time
            self.cancel_reason = data["cancelReason"]
            self.cancel_requests += 1
            return
        assert data["from"] == self.status
        assert data["status"] in FINAL_INSTANCE
        assert from_text(data["finishedAt"]) == event.time
        self.status = data["status"]
        self.finished_at = event.time

    def _group_changed(self, data: dict[str, Any]) -> None:
        group = self.groups[data["groupNumber"]]
        assert group["status"] not in DECIDED, "a verdict stands"
        assert data.keys() == {"groupNumber", "status", "reasonCode", "reason"}
        group.update(data)

    def _run_event(self, event: NewEvent) -> None:
        assert event.run_id is not None
        row = self.runs[event.run_id]
        assert event.node_id == row.node_id
        project = self._decided if event.kind == "run-changed" else self._told
        self.runs[event.run_id] = project(row, event)

    def _decided(self, row: RunRow, event: NewEvent) -> RunRow:
        data = event.data
        row = self._with_status(row, data)
        if "cancelRequestedAt" in data:
            assert row.cancel_requested_at is None, "asked once"
            row = replace(row, cancel_requested_at=from_text(data["cancelRequestedAt"]))
        if data["status"] == "dispatched" and data["from"] == "pending":
            row = replace(row, heard_at=event.time)
        return row

    def _told(self, row: RunRow, event: NewEvent) -> RunRow:
        data = event.data
        assert row.heard_at is not None, "nothing is told of a run that never went out"
        assert data["nodeSeq"] > row.last_seq
        if "status" in data and "from" in data:
            row = self._with_status(row, data)
        return replace(
            row,
            heard_at=_heard_at(row, event),
            last_seq=data["nodeSeq"],
            waiting=data.get("waiting", False) and row.status == "received",
            pause_seconds=data.get("retryInSeconds") or 0.0,
            finished_on_node=event.kind == "run-finished",
        )

    def _with_status(self, row: RunRow, data: dict[str, Any]) -> RunRow:
        late = bool(data.get("late"))
        assert data["from"] == row.status
        if row.status in FINAL_RUN and data["status"] != row.status:
            assert row.status == "timeout"
            assert late, "only a late completion changes a final status"
        if data["status"] != row.status:
            change = Change(
                row.run_id, row.status, data["status"], data.get("reasonCode", ""), late
            )
            self.changes.append(change)
        if "reasonCode" not in data:
            return replace(row, status=data["status"])
        code, reason = data["reasonCode"], data["reason"]
        return replace(row, status=data["status"], reason_code=code, reason=reason)


def _heard_at(row: RunRow, event: NewEvent) -> datetime:
    """When the line was written (stories write it by our clock), but no earlier than heard of."""
    assert row.heard_at is not None
    written = min(from_text(event.data["at"]), event.time)
    return written if row.heard_at > event.time else max(written, row.heard_at)


def _new_row(data: dict[str, Any]) -> RunRow:
    return RunRow(
        run_id=data["runId"],
        node_id=data["nodeId"],
        group_number=data["groupNumber"],
        batch_number=data["batchNumber"],
        status=data["status"],
        reason_code=data["reasonCode"],
        reason=data["reason"],
    )
