"""What zero mode would do: which programs for which steps, as far as it is known beforehand."""

from collections.abc import Iterator
from typing import Any, Final

from courier_backend.model.status import ReasonCode
from courier_backend.model.variables import value_text
from courier_backend.runner.execution.clockwork import boot_id
from courier_backend.runner.execution.environment import node_environment
from courier_backend.runner.execution.host import Host, NodeHost
from courier_backend.runner.execution.requesting import request_of
from courier_backend.runner.facts import machine_facts
from courier_backend.runner.interpreters.interpreter import Interpreter, StepFault
from courier_backend.runner.interpreters.registry import Interpreters
from courier_backend.runner.masking.secrets import Secrets
from courier_backend.runner.values.conditions import unmet
from courier_backend.runner.values.inputs import Inputs, resolve_inputs
from courier_backend.runner.zero.here import Here

_NOT_KNOWN_YET: Final = frozenset({ReasonCode.MISSING_INPUT, ReasonCode.WRONG_INPUT})


def rehearse(steps: list[dict[str, Any]], here: Here) -> Iterator[dict[str, Any]]:
    """Each step as it would be executed; nothing is.

    `problem` says why it could not be; `skipped` why it would not be. What depends on outputs of
    earlier steps is not known before, and such a command stays as it is written.
    """
    node = _node(here)
    secrets = Secrets(steps)
    for number, step in enumerate(steps, 1):
        inputs = resolve_inputs(step, {}, node.fact_values, secrets.names)
        plan = {
            "stepNumber": number,
            "name": str(step.get("name") or ""),
            "interpreter": str((step.get("interpreter") or {}).get("name", "")),
            "interpreterVersion": "",
            "interpreterPath": "",
            "command": [],
            "skipped": _skipped(step, inputs),
            "problem": "",
        }
        try:
            interpreter = node.host.interpreters.named_by(step)
            plan |= _named(interpreter)
            plan["command"] = interpreter.program(request_of(step, inputs, node)).shown
        except StepFault as fault:
            if fault.code in _NOT_KNOWN_YET:
                plan["command"] = _as_written(step.get("command"), node.os_name)
            else:
                plan["problem"] = fault.sentence
        yield secrets.mask.value(plan)


def _node(here: Here) -> NodeHost:
    """This machine as executions would see it; nothing is written."""
    facts = machine_facts()
    return NodeHost(
        host=Host(boot_id(), (0, 0), interpreters=Interpreters(here.folders)),
        home=here.home,
        folder=here.home,
        os_name=str(facts["os"]),
        environment=node_environment("", str(here.home), facts),
        facts=facts,
        dry_restart=here.dry_restart,
    )


def _as_written(command: object, os_name: str) -> list[str]:
    """A command whose values are not known yet."""
    lines = command.get(os_name, command) if isinstance(command, dict) else command
    if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        return lines
    return [value_text(lines)]


def _named(interpreter: Interpreter) -> dict[str, str]:
    return {
        "interpreter": interpreter.skill["name"],
        "interpreterVersion": interpreter.skill["version"],
        "interpreterPath": interpreter.path,
    }


def _skipped(step: dict[str, Any], inputs: Inputs) -> str:
    """Why a step would be skipped, where that is known already."""
    conditions = step.get("conditions") or []
    known = all(condition["inputName"] in inputs.values for condition in conditions)
    return unmet(conditions, inputs) if known else ""
