"""What a node tells of a run, and what it means for the run."""

from datetime import timedelta
from typing import Any, Final

from courier_backend.model.protocol import Received, RunFinished, StatusLine
from courier_backend.model.status import FINAL_RUN, ReasonCode, RunStatus
from courier_backend.model.times import to_text
from courier_backend.orchestrator.contact import reach
from courier_backend.orchestrator.flow import advance
from courier_backend.orchestrator.state import RunState
from courier_backend.orchestrator.turn import Turn
from courier_backend.orchestrator.watch import watch

_ENDS: Final = frozenset(status.value for status in FINAL_RUN - {RunStatus.SKIPPED})


def hear(turn: Turn, run: RunState, line: StatusLine, age_seconds: float) -> None:
    """Take a status line.

    One that was taken before (told again by a resume) changes nothing, nor does one of a run that
    never went out, or that has ended on its node.
    """
    if line["seq"] <= run.last_seq or run.heard_at is None or run.finished_on_node:
        return
    _note_contact(turn, run, line, age_seconds)
    data = _data(line)
    if age_seconds:
        data["heardAt"] = to_text(run.heard_at)
    if line["type"] == "received":
        _received(turn, run, line, data)
    elif line["type"] == "run-finished":
        _finished(turn, run, line, data)
    elif line["type"] in {"step-started", "attempt-started"}:
        _move_on(turn, run, data, RunStatus.RUNNING, line["type"])
    else:
        turn.record(line["type"], _stopped_for(run, data), run)
    watch(turn.state, run)


def _stopped_for(run: RunState, data: dict[str, Any]) -> dict[str, Any]:
    """A node knows that it was told to stop, not why: after a time-out no operator asked."""
    if run.status is RunStatus.TIMEOUT and data.get("status") == RunStatus.CANCELED:
        return data | {"reasonCode": run.reason_code, "reason": "stopped, as the run had timed out"}
    return data


def _note_contact(turn: Turn, run: RunState, line: StatusLine, age_seconds: float) -> None:
    """The clock of the time-out starts again when the line was written, by our own clock."""
    reach(turn, run)
    run.last_seq = line["seq"]
    run.waiting = False
    run.pause_seconds = 0.0
    if line["type"] == "attempt-finished":
        run.pause_seconds = max(0.0, line["retryInSeconds"] or 0.0)
    written = turn.now - timedelta(seconds=max(0.0, age_seconds)) if age_seconds else turn.now
    if run.heard_at is None or written > run.heard_at or run.heard_at > turn.now:
        run.heard_at = written


def _data(line: StatusLine) -> dict[str, Any]:
    """The fields of a line as the event carries them."""
    data: dict[str, Any] = dict(line)
    data["nodeSeq"] = data.pop("seq")
    data["at"] = data.pop("time")
    del data["type"]
    return data


def _received(turn: Turn, run: RunState, line: Received, data: dict[str, Any]) -> None:
    forward = run.status is RunStatus.DISPATCHED
    run.waiting = bool(line["waiting"]) and (forward or run.status is RunStatus.RECEIVED)
    _move_on(turn, run, data, RunStatus.RECEIVED if forward else run.status, "run-received")


def _move_on(turn: Turn, run: RunState, data: dict[str, Any], status: RunStatus, kind: str) -> None:
    """Record a line that moves a run in flight forward; a final run stays as it is."""
    data["from"] = run.status
    if run.is_in_flight:
        run.status = status
    data["status"] = run.status
    turn.record(kind, data, run)


def _finished(turn: Turn, run: RunState, line: RunFinished, data: dict[str, Any]) -> None:
    """The node's own end of a run stands, unless another end stands already.

    A time-out is replaced, as Chef documents it, except by the `canceled` that our own stop brought
    about.
    """
    turn.close_run(run)
    before = run.status
    status, reason_code, reason = _end_told(run, line)
    late = before is RunStatus.TIMEOUT and status not in {RunStatus.TIMEOUT, RunStatus.CANCELED}
    if run.is_in_flight or late:
        turn.settle_run(run, status, reason_code, reason)
    ends = {"reasonCode": run.reason_code, "reason": run.reason}
    moves = {"from": before, "status": run.status, "late": late}
    turn.record("run-finished", data | ends | moves, run)
    if late and turn.state.is_final:
        turn.count_late_completion()
    else:
        advance(turn, [turn.state.group_of(run)])


def _end_told(run: RunState, line: RunFinished) -> tuple[RunStatus, str, str]:
    """Status and reason that a node gives; an end that is none counts as a failure."""
    told = line["status"]
    if told not in _ENDS:
        return RunStatus.FAILURE, ReasonCode.REFUSED, f'the node told an end that is none: "{told}"'
    by_us = run.cancel_asked and line["reasonCode"] in {"", ReasonCode.OPERATOR}
    if told == RunStatus.CANCELED and by_us:
        return RunStatus.CANCELED, ReasonCode.OPERATOR, run.cancel_reason
    return RunStatus(told), line["reasonCode"], line["reason"]
