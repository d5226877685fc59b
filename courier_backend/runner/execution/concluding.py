"""Programs that tell in words of their own how they fared: what that makes of their attempt."""

import asyncio
from typing import Final

from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.runner.execution.attempt import Task
from courier_backend.runner.execution.outcome import Outcome
from courier_backend.runner.execution.spool import HELD_BYTES
from courier_backend.runner.interpreters.interpreter import ANSWER_BYTES, Answer

_BY_ITSELF: Final = frozenset({StepStatus.SUCCESS, StepStatus.FAILURE})


async def concluded(task: Task, outcome: Outcome) -> Outcome:
    """The outcome with what the program said; of one that was stopped nothing is believed."""
    conclude = task.program.conclude
    if conclude is None or outcome.exit_code is None or outcome.status not in _BY_ITSELF:
        return outcome
    if task.stdout.total <= HELD_BYTES:
        said = task.stdout.part(0, ANSWER_BYTES + 1)
    else:
        said = await asyncio.to_thread(task.stdout.part, 0, ANSWER_BYTES + 1)
    return _with(outcome, conclude(outcome.exit_code, said))


def _with(outcome: Outcome, answer: Answer) -> Outcome:
    outcome.context = dict(answer.context)
    outcome.outputs = {**answer.outputs, **outcome.outputs}
    if answer.fault:
        outcome.status = StepStatus.FAILURE
        outcome.reason_code = outcome.reason_code or ReasonCode.STEP_FAILED
        outcome.reason = answer.fault
    return outcome
