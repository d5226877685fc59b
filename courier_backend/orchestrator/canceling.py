"""Canceling: what waits never begins, what runs is asked to stop, what is final stays."""

from collections.abc import Iterable

from courier_backend.model.status import GroupStatus, ReasonCode, RunStatus
from courier_backend.model.times import to_text
from courier_backend.orchestrator.flow import advance, canceled, skip_after
from courier_backend.orchestrator.state import GroupState, RunState
from courier_backend.orchestrator.turn import Turn


def cancel(turn: Turn, reason: str, group_number: int | None, run_id: str | None) -> None:
    """Stop the instance, one group, or one run. Asked again, it changes nothing."""
    state = turn.state
    if state.is_final:
        return
    sentence = canceled(reason)
    if run_id is not None:
        run = state.runs[run_id]
        _cancel_runs(turn, [run], sentence)
        advance(turn, [state.group_of(run)])
        return
    if group_number is None:
        _note(turn, reason)
    groups = state.groups if group_number is None else [state.groups[group_number]]
    for group in groups:
        _cancel_group(turn, group, sentence)
    advance(turn, groups)


def _note(turn: Turn, reason: str) -> None:
    if not turn.state.cancel_asked:
        turn.state.cancel_asked = True
        turn.state.cancel_reason = reason
        data = {"cancelRequestedAt": to_text(turn.now), "cancelReason": reason}
        turn.record("instance-changed", data)


def _cancel_group(turn: Turn, group: GroupState, sentence: str) -> None:
    if group.over:
        return
    waits = group.status is GroupStatus.PENDING
    if waits:
        turn.change_group(group, GroupStatus.CANCELED, ReasonCode.OPERATOR, sentence)
    elif not group.is_decided and not group.cancel_asked:
        turn.change_group(group, group.status, ReasonCode.OPERATOR, sentence)
    group.cancel_asked = True
    group.cancel_reason = group.cancel_reason or sentence
    _cancel_runs(turn, group.runs, sentence)
    if waits and not turn.state.parallel and not turn.state.cancel_asked:
        skip_after(turn, group)


def _cancel_runs(turn: Turn, runs: Iterable[RunState], sentence: str) -> None:
    for run in runs:
        if run.status is RunStatus.PENDING:
            turn.change_run(run, RunStatus.CANCELED, ReasonCode.OPERATOR, sentence)
        elif run.is_in_flight:
            turn.ask_to_cancel(run, sentence)
