"""The interpreters of this node, and finding the one that a step names."""

from typing import Any, Final

from courier_backend import __version__
from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.interpreter import Interpreter, StepFault
from courier_backend.runner.interpreters.shell import ShellInterpreter
from courier_backend.runner.interpreters.versions import check_bounds

_SHELL: Final = ShellInterpreter()
_INSTALLED: Final[dict[str, Interpreter]] = {_SHELL.skill["name"]: _SHELL}
_OLD_SHELL_ENDING: Final = "/shell"


def skills() -> list[Skill]:
    """What a node announces."""
    return [
        {"name": "courier-runner", "version": __version__},
        *(interpreter.skill for interpreter in _INSTALLED.values()),
    ]


def interpreter_for(step: dict[str, Any]) -> Interpreter:
    """The interpreter that a step names, if its version will do.

    Raises:
        StepFault: it is not installed, or its version is out of the step's bounds.
    """
    wanted = step.get("interpreter") or {}
    name = str(wanted.get("name", ""))
    found = _INSTALLED.get(name)
    if found is None and name.endswith(_OLD_SHELL_ENDING):
        found = _SHELL
    if found is None:
        raise StepFault(
            ReasonCode.INTERPRETER_MISSING, f'the interpreter "{name}" is not installed here'
        )
    check_bounds(found.skill, wanted.get("skill") or {})
    return found
