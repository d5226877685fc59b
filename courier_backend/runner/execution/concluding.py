"""Programs that tell in words of their own how they fared: what that makes of their attempt."""

import asyncio
from typing import Final

from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.runner.execution.attempt import Task
from courier_backend.runner.execution.outcome import Outcome
from courier_backend.runner.execution.spool import HELD_BYTES
from courier_backend.runner.interpreters.interpreter import ANSWER_BYTES, Answer

_BY_ITSELF: Final = frozenset({StepStatus.SUCCESS, StepStatus.FAILURE})
_END_BYTES: Final = 16 * 1024


async def concluded(task: Task, outcome: Outcome) -> Outcome:
    """The outcome with what the program said; of one that was stopped nothing is believed."""
    program, code = task.program, outcome.exit_code
    if not program.has_its_say or code is None or outcome.status not in _BY_ITSELF:
        return outcome
    if max(task.stdout.total, task.stderr.total) <= HELD_BYTES:
        return _with(outcome, _said(task, code))
    return _with(outcome, await asyncio.to_thread(_said, task, code))


def _said(task: Task, code: int) -> Answer:
    """What the program said in its answer, or at the ends of its output."""
    conclude, explain = task.program.conclude, task.program.explain
    if conclude is not None:
        return conclude(code, task.stdout.part(0, ANSWER_BYTES + 1))
    out, err = (
        spool.end(_END_BYTES).decode(errors="replace") for spool in (task.stdout, task.stderr)
    )
    return Answer(explain(code, out, err) if explain is not None else "")


def _with(outcome: Outcome, answer: Answer) -> Outcome:
    outcome.context = dict(answer.context)
    outcome.outputs = {**answer.outputs, **outcome.outputs}
    if answer.fault:
        outcome.status = StepStatus.FAILURE
        outcome.reason_code = outcome.reason_code or ReasonCode.STEP_FAILED
        outcome.reason = answer.fault
    return outcome
