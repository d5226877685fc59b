"""The interpreters of a runner, and finding the one that a step names."""

from collections.abc import Iterable
from typing import Any, Final

from courier_backend import __version__
from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.interpreter import Interpreter, StepFault
from courier_backend.runner.interpreters.shell import ShellInterpreter
from courier_backend.runner.interpreters.versions import check_bounds

_OLD_SHELL_ENDING: Final = "/shell"


def _of_the_runner() -> list[Interpreter]:
    """Those that are part of the runner."""
    return [ShellInterpreter()]


class Interpreters:
    """Those that a runner has."""

    def __init__(self, given: Iterable[Interpreter] | None = None) -> None:
        own = _of_the_runner() if given is None else given
        self._own = {interpreter.skill["name"]: interpreter for interpreter in own}

    def skills(self) -> list[Skill]:
        """What a node announces."""
        return [
            {"name": "courier-runner", "version": __version__},
            *(interpreter.skill for interpreter in self._own.values()),
        ]

    def named_by(self, step: dict[str, Any]) -> Interpreter:
        """The interpreter that a step names, if its version will do.

        Raises:
            StepFault: it is not installed, or its version is out of the step's bounds.
        """
        wanted = step.get("interpreter") or {}
        name = str(wanted.get("name", ""))
        found = self._own.get(name)
        if found is None and name.endswith(_OLD_SHELL_ENDING):
            found = self._own.get("chef-platform/shell-interpreter")
        if found is None:
            raise StepFault(
                ReasonCode.INTERPRETER_MISSING, f'the interpreter "{name}" is not installed here'
            )
        check_bounds(found.skill, wanted.get("skill") or {})
        return found
