"""How an instance moves on: groups start, batches go out, verdicts stand, the instance ends."""

from collections.abc import Iterable

from courier_backend.model.status import GroupStatus, InstanceStatus, ReasonCode, RunStatus
from courier_backend.orchestrator.state import GroupState, RunState
from courier_backend.orchestrator.turn import Turn

CANCELED = "canceled by an operator"


def start(turn: Turn) -> None:
    """Start what may start. Harmless when it has started already."""
    advance(turn, turn.state.groups if turn.state.parallel else ())


def advance(turn: Turn, groups: Iterable[GroupState]) -> None:
    """Something ended in these groups: do all that follows from it."""
    if turn.state.is_final:
        return
    for group in groups:
        _advance_group(turn, group)
    if not turn.state.parallel:
        _pass_on(turn)
    if turn.state.open_groups == 0:
        _end(turn)


def _pass_on(turn: Turn) -> None:
    """Of sequential groups, the next begins when all runs of the one before are final."""
    state = turn.state
    while state.current < len(state.groups):
        group = state.groups[state.current]
        if not group.over:
            _advance_group(turn, group)
        if not group.over:
            return
        state.current += 1


def _advance_group(turn: Turn, group: GroupState) -> None:
    if group.over or (group.status is GroupStatus.PENDING and not _may_start(turn, group)):
        return
    if group.status is GroupStatus.PENDING:
        turn.change_group(group, GroupStatus.RUNNING)
    if group.status is GroupStatus.RUNNING:
        _judge(turn, group)
    _send_out(turn, group)
    _close_if_over(turn, group)


def _may_start(turn: Turn, group: GroupState) -> bool:
    return turn.state.parallel or group.number == turn.state.current


def _close_if_over(turn: Turn, group: GroupState) -> None:
    """Note that the verdict of a group stands and all of its runs are final."""
    if not group.over and group.is_decided and group.is_done:
        group.over = True
        turn.state.open_groups -= 1


def _judge(turn: Turn, group: GroupState) -> None:
    """Record the verdict as soon as nothing can change it."""
    holds = group.verdict()
    if holds is None:
        return
    if holds:
        turn.change_group(group, GroupStatus.SUCCESS, ReasonCode.CRITERIA_MET)
    elif group.cancel_asked or turn.state.cancel_asked:
        reason = group.cancel_reason or canceled(turn.state.cancel_reason)
        turn.change_group(group, GroupStatus.CANCELED, ReasonCode.OPERATOR, reason)
    else:
        _fail(turn, group)
    if not holds and not turn.state.parallel:
        skip_after(turn, group)


def _fail(turn: Turn, group: GroupState) -> None:
    code, reason = group.failing()
    turn.change_group(group, GroupStatus.FAILURE, code, reason)
    if group.early_termination:
        end_pending(turn, group, RunStatus.SKIPPED, code, reason)


def _send_out(turn: Turn, group: GroupState) -> None:
    """Dispatch what the distribution method allows now.

    Batching: a whole batch once nothing is in flight. Rolling: as many as the window has room for.
    """
    run = group.next_pending()
    if run is None or (group.in_flight and not group.rolling):
        return
    batch = run.batch_number
    while run is not None and _fits(group, run, batch):
        turn.dispatch(run)
        run = group.next_pending()


def _fits(group: GroupState, run: RunState, batch: int) -> bool:
    return group.in_flight < group.batch_size if group.rolling else run.batch_number == batch


def skip_after(turn: Turn, failed: GroupState) -> None:
    """Sequential groups behind one that did not succeed never begin."""
    reason = f"group {failed.number} did not succeed"
    for group in turn.state.groups[failed.number + 1 :]:
        if group.status is GroupStatus.PENDING:
            turn.change_group(group, GroupStatus.SKIPPED, ReasonCode.GROUP_FAILED, reason)
            end_pending(turn, group, RunStatus.SKIPPED, ReasonCode.GROUP_FAILED, reason)
            _close_if_over(turn, group)


def end_pending(
    turn: Turn, group: GroupState, status: RunStatus, reason_code: str, reason: str
) -> None:
    """What has not gone out never will."""
    while (run := group.next_pending()) is not None:
        turn.change_run(run, status, reason_code, reason)


def canceled(reason: str) -> str:
    """The sentence for what an operator canceled."""
    return f"{CANCELED}: {reason}" if reason else CANCELED


def _end(turn: Turn) -> None:
    """All groups are over: the instance ends.

    It is `canceled` when it was canceled as a whole, or when nothing but cancels kept it from
    success.
    """
    groups = turn.state.groups
    failed = [group for group in groups if group.status is GroupStatus.FAILURE]
    succeeded = all(group.status is GroupStatus.SUCCESS for group in groups)
    if turn.state.cancel_asked or not (failed or succeeded):
        sentence = canceled(turn.state.cancel_reason)
        turn.end_instance(InstanceStatus.CANCELED, ReasonCode.OPERATOR, sentence)
    elif succeeded:
        turn.end_instance(InstanceStatus.SUCCESS, ReasonCode.CRITERIA_MET, "")
    else:
        _end_failed(turn, failed)


def _end_failed(turn: Turn, failed: list[GroupState]) -> None:
    code, _ = failed[0].failing()
    reason = "; ".join(f"group {group.number}: {group.failing()[1]}" for group in failed)
    turn.end_instance(InstanceStatus.FAILURE, code, reason)
