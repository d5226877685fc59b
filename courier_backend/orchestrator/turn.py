"""One turn of the decision core: the state, the moment, and the decisions so far."""

from datetime import datetime
from typing import Any

from courier_backend.model.event import NewEvent
from courier_backend.model.status import GroupStatus, InstanceStatus, RunStatus
from courier_backend.model.times import to_text
from courier_backend.orchestrator.decision import Decision, Dispatch, Record, Stop
from courier_backend.orchestrator.state import GroupState, InstanceState, RunState


class Turn:
    """Changes the state and writes down each change; nothing else changes it."""

    __slots__ = ("decisions", "now", "state")

    def __init__(self, state: InstanceState, now: datetime) -> None:
        self.state = state
        self.now = now
        self.decisions: list[Decision] = []

    def record(self, kind: str, data: dict[str, Any], run: RunState | None = None) -> None:
        """Put an event of this instance, or of one of its runs, into the log."""
        event = NewEvent(
            kind,
            self.now,
            job_id=self.state.job_id,
            instance_id=self.state.id,
            run_id=run.run_id if run else None,
            node_id=run.node_id if run else None,
            data=data,
        )
        self.decisions.append(Record(event))

    def set_run_status(self, run: RunState, status: RunStatus) -> None:
        """Change a status and the counts with it."""
        counts = self.state.group_of(run).counts
        counts[run.status] -= 1
        counts[status] += 1
        run.status = status

    def end_run(self, run: RunState, status: RunStatus, reason_code: str, reason: str) -> None:
        """The backend ends a run."""
        data = {"from": run.status, "status": status, "reasonCode": reason_code, "reason": reason}
        self.set_run_status(run, status)
        self.record("run-changed", data, run)

    def dispatch(self, run: RunState) -> None:
        """Order a run from its node."""
        data = {"from": run.status, "status": RunStatus.DISPATCHED, "reasonCode": "", "reason": ""}
        self.set_run_status(run, RunStatus.DISPATCHED)
        run.heard_at = self.now
        self.state.watch(run)
        self.record("run-changed", data, run)
        self.decisions.append(Dispatch(run.run_id))

    def ask_to_cancel(self, run: RunState) -> None:
        """A run in flight is to stop; its status changes when the node says so."""
        if run.cancel_asked:
            return
        run.cancel_asked = True
        data = {
            "from": run.status,
            "status": run.status,
            "reasonCode": "",
            "reason": "",
            "cancelRequestedAt": to_text(self.now),
        }
        self.record("run-changed", data, run)
        self.stop(run)

    def stop(self, run: RunState) -> None:
        """Tell the node to end a run."""
        run.stop_asked = True
        self.decisions.append(Stop(run.run_id))

    def set_group_status(
        self, group: GroupState, status: GroupStatus, reason_code: str = "", reason: str = ""
    ) -> None:
        """A group starts, or its verdict stands."""
        group.status = status
        data = {
            "groupNumber": group.number,
            "status": status,
            "reasonCode": reason_code,
            "reason": reason,
        }
        self.record("group-changed", data)

    def end_instance(self, status: InstanceStatus, reason_code: str, reason: str) -> None:
        """The instance is final."""
        data = {
            "from": self.state.status,
            "status": status,
            "reasonCode": reason_code,
            "reason": reason,
            "finishedAt": to_text(self.now),
        }
        self.state.status = status
        self.record("instance-changed", data)

    def count_late_completion(self) -> None:
        """A node told its own end after the instance had ended without it."""
        self.state.late_completions += 1
        self.record("instance-changed", {"lateCompletions": self.state.late_completions})
