"""One turn of the decision core: the state, the moment, and the decisions so far."""

from datetime import datetime
from typing import Any

from courier_backend.model.event import NewEvent
from courier_backend.model.status import GroupStatus, InstanceStatus, ReasonCode, RunStatus
from courier_backend.model.times import to_text
from courier_backend.orchestrator.decision import Decision, Dispatch, Record, Stop
from courier_backend.orchestrator.state import GroupState, InstanceState, RunState
from courier_backend.orchestrator.watch import watch


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
            self.state.job_id,
            self.state.id,
            run.run_id if run else None,
            run.node_id if run else None,
            data,
        )
        self.decisions.append(Record(event))

    def change_run(
        self,
        run: RunState,
        status: RunStatus,
        reason_code: str = "",
        reason: str = "",
        **more: object,
    ) -> None:
        """The backend decides the status of a run (or, with the same status, notes `more`)."""
        before = run.status
        self.settle_run(run, status, reason_code, reason)
        data = {"from": before, "status": status, "reasonCode": reason_code, "reason": reason}
        self.record("run-changed", data | more, run)

    def settle_run(self, run: RunState, status: RunStatus, reason_code: str, reason: str) -> None:
        """Give a run a status and why, without a record."""
        self.state.group_of(run).move(run, status)
        run.reason_code = reason_code
        run.reason = reason
        if run.is_final:
            run.lost, run.cancel_reason = False, ""

    def dispatch(self, run: RunState) -> None:
        """Order a run from its node."""
        self.change_run(run, RunStatus.DISPATCHED)
        run.heard_at = self.now
        watch(self.state, run)
        self.decisions.append(Dispatch(run.run_id))

    def ask_to_cancel(self, run: RunState, reason: str) -> None:
        """A run in flight is to stop; its status changes when the node says so."""
        if run.cancel_asked:
            return
        run.cancel_asked_at = self.now
        run.cancel_reason = reason
        run.lost = False
        asked = to_text(self.now)
        self.change_run(run, run.status, ReasonCode.OPERATOR, reason, cancelRequestedAt=asked)
        watch(self.state, run)
        self.stop(run)

    def stop(self, run: RunState) -> None:
        """Tell the node to end a run."""
        run.stop_asked = True
        self.decisions.append(Stop(run.run_id))

    def close_run(self, run: RunState) -> None:
        """The node has nothing more to tell of a run, nor to stop."""
        run.finished_on_node = True
        run.stop_asked = False

    def change_group(
        self, group: GroupState, status: GroupStatus, reason_code: str = "", reason: str = ""
    ) -> None:
        """A group starts, is asked to stop, or its verdict stands."""
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
