"""How an instance moves on: groups, batches, verdicts, cancels, and the end."""

from courier_backend.model.status import GroupStatus, InstanceStatus, ReasonCode, RunStatus
from courier_backend.model.times import to_text
from courier_backend.orchestrator.state import GroupState, RunState
from courier_backend.orchestrator.turn import Turn
from courier_backend.targeting.criteria import judge

_CANCELED = "canceled by an operator"


def advance(turn: Turn) -> None:
    """Start what may start, judge what can be judged, end what has ended."""
    state = turn.state
    if state.is_final:
        return
    for group in state.groups:
        _advance_group(turn, group)
        if not state.parallel and not _may_pass(turn, group):
            break
    if all(group.is_done and group.is_decided for group in state.groups):
        _end(turn)


def _may_pass(turn: Turn, group: GroupState) -> bool:
    """Whether the next of sequential groups may begin; skips the rest when this one failed."""
    if not group.is_done:
        return False
    if group.status is not GroupStatus.SUCCESS:
        _skip_after(turn, group)
    return True


def _advance_group(turn: Turn, group: GroupState) -> None:
    if group.status is GroupStatus.PENDING:
        turn.set_group_status(group, GroupStatus.RUNNING)
    _judge(turn, group)
    _send_out(turn, group)


def _judge(turn: Turn, group: GroupState) -> None:
    """Record the verdict as soon as nothing can change it."""
    if group.status is not GroupStatus.RUNNING:
        return
    holds = judge(group.criteria, group.tally())
    if holds:
        turn.set_group_status(group, GroupStatus.SUCCESS, ReasonCode.CRITERIA_MET)
    elif holds is False and (group.cancel_asked or turn.state.cancel_asked):
        turn.set_group_status(group, GroupStatus.CANCELED, ReasonCode.OPERATOR, _CANCELED)
    elif holds is False:
        _failed(turn, group)


def _failed(turn: Turn, group: GroupState) -> None:
    if not group.runs:
        turn.set_group_status(
            group, GroupStatus.FAILURE, ReasonCode.NO_NODES, "the group has no node"
        )
        return
    reason = "the success criteria cannot be met any more"
    turn.set_group_status(group, GroupStatus.FAILURE, ReasonCode.CRITERIA_UNREACHABLE, reason)
    if group.early_termination:
        _end_pending(turn, group, RunStatus.SKIPPED, ReasonCode.CRITERIA_UNREACHABLE, reason)


def _send_out(turn: Turn, group: GroupState) -> None:
    """Dispatch what the distribution method allows now."""
    if not group.rolling and group.in_flight:
        return
    batch: int | None = None
    while (run := _next_pending(group)) is not None:
        if group.rolling:
            if group.in_flight >= group.batch_size:
                return
        elif batch is None:
            batch = run.batch_number
        elif run.batch_number != batch:
            return
        turn.dispatch(run)


def _next_pending(group: GroupState) -> RunState | None:
    while group.next_index < len(group.runs):
        run = group.runs[group.next_index]
        if run.status is RunStatus.PENDING:
            return run
        group.next_index += 1
    return None


def _skip_after(turn: Turn, failed: GroupState) -> None:
    """Groups behind one that failed never begin."""
    reason = f"group {failed.number} did not succeed"
    for group in turn.state.groups[failed.number + 1 :]:
        if group.status is GroupStatus.PENDING:
            turn.set_group_status(group, GroupStatus.SKIPPED, ReasonCode.GROUP_FAILED, reason)
            _end_pending(turn, group, RunStatus.SKIPPED, ReasonCode.GROUP_FAILED, reason)


def _end_pending(
    turn: Turn, group: GroupState, status: RunStatus, reason_code: str, reason: str
) -> None:
    while (run := _next_pending(group)) is not None:
        turn.end_run(run, status, reason_code, reason)


def _end(turn: Turn) -> None:
    """All groups are decided and all runs are final: the instance ends."""
    groups = turn.state.groups
    failed = [group for group in groups if group.status is GroupStatus.FAILURE]
    if all(group.status is GroupStatus.SUCCESS for group in groups):
        turn.end_instance(InstanceStatus.SUCCESS, ReasonCode.CRITERIA_MET, "")
    elif turn.state.cancel_asked or not failed:
        turn.end_instance(InstanceStatus.CANCELED, ReasonCode.OPERATOR, _CANCELED)
    else:
        first = failed[0]
        code = ReasonCode.NO_NODES if not first.runs else ReasonCode.CRITERIA_UNREACHABLE
        numbers = ", ".join(str(group.number) for group in failed)
        reason = f"the success criteria of group {numbers} did not hold"
        turn.end_instance(InstanceStatus.FAILURE, code, reason)


def cancel(turn: Turn, reason: str, group_number: int | None, run_id: str | None) -> None:
    """Stop the instance, one group, or one run: pending ones at once, others when they say so."""
    state = turn.state
    if state.is_final:
        return
    if run_id is not None:
        _cancel_runs(turn, [state.runs[run_id]], reason)
    elif group_number is not None:
        state.groups[group_number].cancel_asked = True
        _cancel_runs(turn, state.groups[group_number].runs, reason)
    else:
        _note_cancel(turn, reason)
        _cancel_runs(turn, list(state.runs.values()), reason)
        for group in state.groups:
            if group.status is GroupStatus.PENDING:
                turn.set_group_status(group, GroupStatus.CANCELED, ReasonCode.OPERATOR, _CANCELED)
    advance(turn)


def _note_cancel(turn: Turn, reason: str) -> None:
    if not turn.state.cancel_asked:
        turn.state.cancel_asked = True
        data = {"cancelRequestedAt": to_text(turn.now), "cancelReason": reason}
        turn.record("instance-changed", data)


def _cancel_runs(turn: Turn, runs: list[RunState], reason: str) -> None:
    sentence = f"{_CANCELED}: {reason}" if reason else _CANCELED
    for run in runs:
        if run.status is RunStatus.PENDING:
            turn.end_run(run, RunStatus.CANCELED, ReasonCode.OPERATOR, sentence)
        elif run.is_in_flight:
            turn.ask_to_cancel(run)
