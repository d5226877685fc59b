"""The interpreters of a runner, and finding the one that a step names."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from courier_backend import __version__
from courier_backend.model.commands import OLDER_NAMES
from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.ansible import AnsibleInterpreter
from courier_backend.runner.interpreters.chef_client import ChefClientInterpreter
from courier_backend.runner.interpreters.custom import CustomInterpreter
from courier_backend.runner.interpreters.folder import SHIPPED, Marks, look_into, marks_of
from courier_backend.runner.interpreters.inspec import InspecInterpreter
from courier_backend.runner.interpreters.interpreter import Interpreter, StepFault
from courier_backend.runner.interpreters.restart import RestartInterpreter
from courier_backend.runner.interpreters.shell import ShellInterpreter
from courier_backend.runner.interpreters.versions import check_bounds

_RUNNER: Final = "courier-runner"
_log = logging.getLogger(__name__)


def of_the_runner() -> list[Interpreter]:
    """Those that are part of the runner."""
    return [
        ShellInterpreter(),
        RestartInterpreter(),
        ChefClientInterpreter(),
        InspecInterpreter(),
        AnsibleInterpreter(),
    ]


def taken_names(own: Iterable[str]) -> list[str]:
    """The names that no added interpreter may have: those of the runner and its `own`."""
    return [_RUNNER, *own]


class Interpreters:
    """Those that a runner has: its own, and what stands in its folders now."""

    def __init__(
        self, folders: Sequence[Path] = (SHIPPED,), own: Iterable[Interpreter] | None = None
    ) -> None:
        given = of_the_runner() if own is None else own
        self._own = {interpreter.skill["name"]: interpreter for interpreter in given}
        self._folders = folders
        self._marks: Marks | None = None
        self._custom: dict[str, CustomInterpreter] = {}
        self._unusable: dict[str, str] = {}
        self.troubles: list[str] = []

    def skills(self) -> list[Skill]:
        """What a node announces."""
        self._refresh()
        return [
            {"name": _RUNNER, "version": __version__},
            *(interpreter.skill for interpreter in self._own.values()),
            *(interpreter.skill for interpreter in self._custom.values()),
        ]

    def named_by(self, step: dict[str, Any]) -> Interpreter:
        """The interpreter that a step names, if its version will do.

        Raises:
            StepFault: it is not installed, or its version is out of the step's bounds.
        """
        wanted = step.get("interpreter") or {}
        found = self._find(str(wanted.get("name", "")))
        check_bounds(found.skill, wanted.get("skill") or {})
        return found

    def _find(self, name: str) -> Interpreter:
        own = self._own.get(name)
        if own is not None:
            return own
        self._refresh()
        custom = self._custom.get(name)
        if custom is not None:
            return custom
        if name in OLDER_NAMES:
            return self._find(OLDER_NAMES[name])
        told = f'the interpreter "{name}" is not installed here'
        if why := self._unusable.get(name.rpartition("/")[2]):
            told += f": {why.removesuffix('.')}"
        raise StepFault(ReasonCode.INTERPRETER_MISSING, told)

    def _refresh(self) -> None:
        """Look into the folders again when something in them changed."""
        marks = marks_of(self._folders)
        if marks == self._marks:
            return
        findings = look_into(self._folders, taken_names(self._own))
        self._marks = marks
        self._custom = {found.skill["name"]: CustomInterpreter(found) for found in findings.found}
        for trouble in findings.troubles:
            if trouble not in self.troubles:
                _log.warning("%s", trouble)
        self.troubles, self._unusable = findings.troubles, findings.unusable
