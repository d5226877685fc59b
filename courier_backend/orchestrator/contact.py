"""Contact with the node of a run: lost, and found again."""

from typing import Final

from courier_backend.model.status import NODE_IS_BUSY, ReasonCode
from courier_backend.orchestrator.state import RunState
from courier_backend.orchestrator.turn import Turn

_AGAIN: Final = "; it is tried again"


def lose(turn: Turn, run: RunState, reason: str) -> None:
    """The node did not answer. Remembered, so that a time-out can say why nothing was heard.

    Of a run that was heard of, the first break of a stream is most often mended by the next try
    and would only make noise: such a run says so from the second time on. One that is to stop
    says that instead.
    """
    serious = bool(run.unreachable) or not run.last_seq
    run.unreachable = reason
    if serious and not run.lost and run.is_in_flight and not run.cancel_asked:
        run.lost = True
        code = ReasonCode.UNREACHABLE
        turn.change_run(run, run.status, code, f"{reason}{_AGAIN}", contact="lost")


def reach(turn: Turn, run: RunState) -> None:
    """The node answers."""
    was_lost, run.lost, run.unreachable = run.lost, False, ""
    if was_lost and run.is_in_flight:
        code, reason = (ReasonCode.WAITING_FOR_NODE, NODE_IS_BUSY) if run.waiting else ("", "")
        turn.change_run(run, run.status, code, reason, contact="back")


def cause_of(reason: str) -> str:
    """Why contact was lost, from the reason that the run was given then."""
    return reason.removesuffix(_AGAIN)
