"""What a node tells of a run, and what it means for the run."""

from datetime import timedelta
from typing import Any

from courier_backend.model.protocol import StatusLine
from courier_backend.model.status import RunStatus
from courier_backend.orchestrator.flow import advance
from courier_backend.orchestrator.state import RunState
from courier_backend.orchestrator.turn import Turn

_NOT_TOLD_ON = frozenset({"type", "seq", "time"})


def hear(turn: Turn, run: RunState, line: StatusLine, age_seconds: float) -> None:
    """Take a status line. One that was taken before, told again by a resume, changes nothing."""
    if line["seq"] <= run.last_seq:
        return
    run.last_seq = line["seq"]
    run.unreachable = ""
    run.heard_at = turn.now - timedelta(seconds=age_seconds)
    run.pause_seconds = 0.0
    match line["type"]:
        case "received":
            _received(turn, run, line)
        case "step-started" | "attempt-started":
            _under_way(turn, run, line)
        case "attempt-finished":
            run.pause_seconds = line["retryInSeconds"] or 0.0
            turn.record(line["type"], _data(line), run)
        case "step-finished":
            turn.record(line["type"], _data(line), run)
        case "run-finished":
            _finished(turn, run, line)


def _data(line: Any) -> dict[str, Any]:  # noqa: ANN401  any of the status lines
    """The fields of a line as the event carries them."""
    data = {key: value for key, value in line.items() if key not in _NOT_TOLD_ON}
    return data | {"nodeSeq": line["seq"], "at": line["time"]}


def _moved(turn: Turn, run: RunState, status: RunStatus) -> dict[str, Any]:
    """Move a run in flight to `status`; what the event says of it. A final run stays."""
    before = run.status
    if run.is_in_flight:
        turn.set_run_status(run, status)
    return {"from": before, "status": run.status}


def _received(turn: Turn, run: RunState, line: Any) -> None:  # noqa: ANN401
    run.waiting = bool(line["waiting"])
    turn.record("run-received", _data(line) | _moved(turn, run, RunStatus.RECEIVED), run)


def _under_way(turn: Turn, run: RunState, line: Any) -> None:  # noqa: ANN401
    was_waiting, run.waiting = run.waiting, False
    turn.record(line["type"], _data(line) | _moved(turn, run, RunStatus.RUNNING), run)
    if was_waiting:
        turn.state.watch(run)


def _finished(turn: Turn, run: RunState, line: Any) -> None:  # noqa: ANN401
    """The node's own end of a run stands, unless another one stands already.

    A time-out is replaced, as Chef documents it, except by the `canceled` that our own stop brought
    about.
    """
    run.finished_on_node = True
    run.waiting = False
    told = RunStatus(line["status"])
    late = run.status is RunStatus.TIMEOUT and told is not RunStatus.CANCELED
    before = run.status
    if run.is_in_flight or late:
        turn.set_run_status(run, told)
    data = _data(line) | {"from": before, "status": run.status, "late": late}
    if before == run.status and not late:
        data["reasonCode"] = data["reason"] = ""
    turn.record("run-finished", data, run)
    if late and turn.state.is_final:
        turn.count_late_completion()
    else:
        advance(turn)
