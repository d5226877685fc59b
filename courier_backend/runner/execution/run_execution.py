"""One run: its steps in order, from wherever it stands, to its end."""

from contextlib import suppress
from typing import Any

from courier_backend.model.status import ReasonCode, RunStatus, StepStatus
from courier_backend.runner.execution.foresight import foreseen
from courier_backend.runner.execution.host import NodeHost
from courier_backend.runner.execution.progress import progress_of
from courier_backend.runner.execution.step_execution import StepExecution
from courier_backend.runner.interpreters.interpreter import StepFault
from courier_backend.runner.masking.mask import Mask
from courier_backend.runner.masking.secrets import Secrets
from courier_backend.runner.runs.run import Run


async def execute(run: Run, node: NodeHost) -> None:
    """Execute what is left of a run; at the end it is finished."""
    node.look_again()
    progress = progress_of(run)
    failed = progress.failed
    if progress.is_fresh and not run.cancel_asked and (found := await foreseen(run, node)):
        _finish_foreseen(run, *found)
        return
    while failed is None and progress.step <= len(run.order["actions"]["steps"]):
        if not progress.step_begun:
            await run.may_go_on()
        if run.cancel_asked and not progress.step_begun:
            finish_canceled(run)
            return
        execution = StepExecution(run, node, progress)
        line = await execution.execute()
        failed = None if _goes_on(line) else line
        progress = progress.after(line, execution.given(line))
        node.look_again()
    if not run.finished:
        _finish(run, failed)


def mask_of(run: Run) -> Mask:
    """What hides all that is secret in a run, with what its steps have given so far."""
    steps = run.order["actions"]["steps"]
    secrets = Secrets(steps)
    with suppress(Exception):  # whatever is wrong with its lines, the run must end
        progress = progress_of(run)
        secrets = Secrets(steps, progress.outputs, progress.seen)
    return secrets.mask


def finish_broken(run: Run, error: BaseException) -> None:
    """End a run that the runner could not make sense of, or stumbled over."""
    if not run.finished:
        sentence = mask_of(run).text(f"the runner could not execute it: {error!r}")
        _tell_end(run, RunStatus.FAILURE, ReasonCode.REFUSED, sentence)


def finish_untrusted(run: Run) -> None:
    """End a run of a journal that does not tell for sure what was executed."""
    sentence = "the journal of the node was copied, restored or damaged, so the run ends here"
    _tell_end(run, RunStatus.FAILURE, ReasonCode.INTERRUPTED, sentence)


def finish_canceled(run: Run) -> None:
    """End a run that is not to do anything (more)."""
    _tell_end(run, RunStatus.CANCELED, ReasonCode.NONE, "")


def _goes_on(line: dict[str, Any]) -> bool:
    return bool(line["ignored"]) or line["status"] in {StepStatus.SUCCESS, StepStatus.SKIPPED}


def _finish(run: Run, failed: dict[str, Any] | None) -> None:
    if failed is None:
        _tell_end(run, RunStatus.SUCCESS, ReasonCode.NONE, "")
        return
    if failed["status"] == StepStatus.CANCELED:
        unconfirmed = failed["reasonCode"] == ReasonCode.CANCEL_UNCONFIRMED
        code = ReasonCode.CANCEL_UNCONFIRMED if unconfirmed else ReasonCode.NONE
        _tell_end(run, RunStatus.CANCELED, code, failed["reason"] if unconfirmed else "")
        return
    _tell_end(
        run,
        RunStatus.FAILURE,
        failed["reasonCode"],
        _of_step(run, failed["step"], failed["reason"]),
    )


def _finish_foreseen(run: Run, number: int, fault: StepFault) -> None:
    """End a run of which a later step cannot be executed, before anything was."""
    reason = _of_step(run, number, f"{fault.sentence}; nothing was executed")
    _tell_end(run, RunStatus.FAILURE, fault.code, reason)


def _of_step(run: Run, number: int, reason: str) -> str:
    steps = run.order["actions"]["steps"]
    name = steps[number - 1].get("name") or ""
    sentence = f'step {number} "{name}": {reason}' if name else f"step {number}: {reason}"
    return Secrets(steps).mask.text(sentence)


def _tell_end(run: Run, status: RunStatus, code: str, reason: str) -> None:
    run.tell({"type": "run-finished", "status": status, "reasonCode": code, "reason": reason})
