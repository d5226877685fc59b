"""The decision core: what an instance does next. No I/O, no clock, no chance.

`decide` takes what happened and the present moment, brings the state forward and gives what is to
be recorded, ordered and stopped. The same state and happenings give the same decisions, which is
what makes recovery after a crash, and testing by simulation, possible.
"""

import heapq
from datetime import datetime

from courier_backend.model.status import ReasonCode, RunStatus
from courier_backend.orchestrator.decision import Decision
from courier_backend.orchestrator.flow import advance, cancel
from courier_backend.orchestrator.happening import (
    CancelAsked,
    Happening,
    Refused,
    Started,
    Tick,
    Told,
    Unreachable,
)
from courier_backend.orchestrator.hearing import hear
from courier_backend.orchestrator.state import InstanceState, RunState
from courier_backend.orchestrator.turn import Turn


def decide(state: InstanceState, happening: Happening, now: datetime) -> list[Decision]:
    """Bring `state` forward by what happened; what is to be done, in order."""
    turn = Turn(state, now)
    match happening:
        case Told(run_id, line, age_seconds):
            hear(turn, state.runs[run_id], line, age_seconds)
        case Started():
            advance(turn)
        case Tick():
            _judge_due(turn)
        case CancelAsked(reason, group_number, run_id):
            cancel(turn, reason, group_number, run_id)
        case Refused(run_id, reason_code, reason):
            _refused(turn, state.runs[run_id], reason_code, reason)
        case Unreachable(run_id, reason):
            state.runs[run_id].unreachable = reason
    return turn.decisions


def next_due(state: InstanceState) -> datetime | None:
    """When `Tick` is needed next; may be early, is never late."""
    return state.due[0][0] if state.due else None


def _refused(turn: Turn, run: RunState, reason_code: str, reason: str) -> None:
    run.finished_on_node = True
    if not run.is_in_flight:
        return
    if run.cancel_asked:
        turn.end_run(run, RunStatus.CANCELED, ReasonCode.OPERATOR, "canceled by an operator")
    else:
        turn.end_run(run, RunStatus.FAILURE, reason_code, reason)
    advance(turn)


def _judge_due(turn: Turn) -> None:
    """Time out what was not heard of for too long. An entry that came early is entered again."""
    state = turn.state
    while state.due and state.due[0][0] <= turn.now:
        _, run_id = heapq.heappop(state.due)
        run = state.runs[run_id]
        due = state.due_of(run)
        if due is None:
            continue
        if due > turn.now:
            heapq.heappush(state.due, (due, run_id))
        else:
            _time_out(turn, run)
    advance(turn)


def _time_out(turn: Turn, run: RunState) -> None:
    if run.cancel_asked:
        reason = "the node did not confirm the cancel before the time-out"
        turn.end_run(run, RunStatus.CANCELED, ReasonCode.CANCEL_UNCONFIRMED, reason)
    elif run.waiting:
        reason = "it waited for too long on a busy node, and was withdrawn"
        turn.end_run(run, RunStatus.TIMEOUT, ReasonCode.WAITING_FOR_NODE, reason)
    elif run.unreachable:
        turn.end_run(run, RunStatus.TIMEOUT, ReasonCode.UNREACHABLE, run.unreachable)
    else:
        seconds = turn.state.group_of(run).timeout_seconds
        reason = f"the node told no status for {seconds:g} s"
        turn.end_run(run, RunStatus.TIMEOUT, ReasonCode.NO_CONTACT, reason)
    turn.stop(run)
