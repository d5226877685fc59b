"""The decision core: what an instance does next. No I/O, no clock, no chance.

`decide` takes what happened and the present moment, brings the state forward and gives what is to
be recorded, ordered and stopped. The same state and happenings give the same decisions, which is
what makes recovery after a crash, and testing by simulation, possible.
"""

from datetime import datetime

from courier_backend.model.status import ReasonCode, RunStatus
from courier_backend.orchestrator.canceling import cancel
from courier_backend.orchestrator.contact import lose, reach
from courier_backend.orchestrator.decision import Decision
from courier_backend.orchestrator.flow import advance, start
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
from courier_backend.orchestrator.hearing import hear
from courier_backend.orchestrator.state import InstanceState, RunState
from courier_backend.orchestrator.turn import Turn
from courier_backend.orchestrator.watch import next_due, overdue

__all__ = ["decide", "next_due"]


def decide(state: InstanceState, happening: Happening, now: datetime) -> list[Decision]:
    """Bring `state` forward by what happened; what is to be done, in order."""
    turn = Turn(state, now)
    match happening:
        case Told(run_id, line, age_seconds):
            hear(turn, state.runs[run_id], line, age_seconds)
        case Started():
            start(turn)
        case Tick():
            _tick(turn)
        case CancelAsked(reason, group_number, run_id):
            cancel(turn, reason, group_number, run_id)
        case Refused(run_id, reason_code, reason):
            _refused(turn, state.runs[run_id], reason_code, reason)
        case Unreachable(run_id, reason):
            lose(turn, state.runs[run_id], reason)
        case Reached(run_id):
            reach(turn, state.runs[run_id])
    return turn.decisions


def _refused(turn: Turn, run: RunState, reason_code: str, reason: str) -> None:
    turn.close_run(run)
    if not run.is_in_flight:
        return
    if run.cancel_asked:
        turn.change_run(run, RunStatus.CANCELED, ReasonCode.CANCEL_UNCONFIRMED, reason)
    else:
        turn.change_run(run, RunStatus.FAILURE, reason_code, reason)
    advance(turn, [turn.state.group_of(run)])


def _tick(turn: Turn) -> None:
    """Time out what was not heard of for too long."""
    for run in overdue(turn.state, turn.now):
        _time_out(turn, run)
        advance(turn, [turn.state.group_of(run)])


def _time_out(turn: Turn, run: RunState) -> None:
    if run.cancel_asked:
        reason = "the node did not confirm the cancel before the time-out"
        turn.change_run(run, RunStatus.CANCELED, ReasonCode.CANCEL_UNCONFIRMED, reason)
    elif run.waiting:
        reason = "it waited for too long on a busy node, and was withdrawn"
        turn.change_run(run, RunStatus.TIMEOUT, ReasonCode.WAITING_FOR_NODE, reason)
    elif run.unreachable:
        turn.change_run(run, RunStatus.TIMEOUT, ReasonCode.UNREACHABLE, run.unreachable)
    else:
        seconds = turn.state.group_of(run).timeout.total_seconds()
        reason = f"the node told no status for {seconds:g} s"
        turn.change_run(run, RunStatus.TIMEOUT, ReasonCode.NO_CONTACT, reason)
    turn.stop(run)
