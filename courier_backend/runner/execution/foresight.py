"""What is wrong with a run before any of it was executed.

A node whose interpreter is out of the bounds of a later step says so at once, rather than after
half of the job. Only steps count that surely will be executed and must succeed: one whose
conditions may skip it (they look at what earlier steps give) is judged when its turn comes, and so
is an interpreter that is missing, since an earlier step may install it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from courier_backend.model.status import ReasonCode
from courier_backend.model.variables import FACTS
from courier_backend.runner.execution.host import NodeHost
from courier_backend.runner.interpreters.interpreter import StepFault
from courier_backend.runner.runs.run import Run
from courier_backend.runner.values.conditions import unmet
from courier_backend.runner.values.inputs import resolve_inputs


async def foreseen(run: Run, node: NodeHost) -> tuple[int, StepFault] | None:
    """The first step after step 1 that cannot be executed here, and why.

    Step 1 itself is executed, or fails, in its turn, which is now.
    """
    steps: list[dict[str, Any]] = run.order["actions"]["steps"]
    for number, step in enumerate(steps[1:], 2):
        fault = _fault(step, node)
        if fault is not None and await asyncio.to_thread(_surely_runs, step, node):
            return number, fault
    return None


def _fault(step: Mapping[str, Any], node: NodeHost) -> StepFault | None:
    if (step.get("failureBehavior") or {}).get("action") == "retryThenIgnore":
        return None
    try:
        node.host.interpreters.named_by(dict(step))
    except StepFault as fault:
        return fault if fault.code is ReasonCode.VERSION_OUT_OF_BOUNDS else None
    return None


def _surely_runs(step: Mapping[str, Any], node: NodeHost) -> bool:
    """Whether its conditions hold whatever earlier steps do: they look at its inputs and facts."""
    conditions = step.get("conditions") or []
    fixed = step.get("inputs") or {}
    names = [str(condition["inputName"]) for condition in conditions]
    if not all(name in fixed or name.startswith(FACTS) for name in names):
        return False
    return not unmet(conditions, resolve_inputs(step, {}, node.fact_values))
