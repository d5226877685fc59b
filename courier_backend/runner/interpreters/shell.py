"""The shell interpreter: command lines that run in order and stop at the first that fails.

All lines run in one ``/bin/sh``, so that a ``cd`` or an exported variable of one is seen by the
next. The shell itself waits at the gate, which costs no process more.
"""

import shlex
from typing import Final

from courier_backend.model.commands import SHELL, VERSIONS
from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.gate import SHELL_PATH
from courier_backend.runner.interpreters.interpreter import Program, StepFault
from courier_backend.runner.interpreters.request import Request

_STOP: Final = "case $? in 0) ;; *) exit;; esac"


class ShellInterpreter:
    """``chef-platform/shell-interpreter``."""

    def __init__(self) -> None:
        self.path = SHELL_PATH
        self.skill: Skill = {"name": SHELL, "version": VERSIONS[SHELL]}

    def program(self, request: Request) -> Program:
        """One shell for all command lines of this operating system.

        Raises:
            StepFault: the command has no lines for it.
        """
        lines = lines_for(request)
        return Program(_script(lines), lines)


def lines_for(request: Request) -> list[str]:
    """The lines for the operating system; a plain list is for any.

    Raises:
        StepFault: there are none.
    """
    command, os_name = request.command, request.os_name
    lines = command.get(os_name) if isinstance(command, dict) else command
    lines = [lines] if isinstance(lines, str) else lines
    if not isinstance(lines, list) or not lines or not all(isinstance(x, str) for x in lines):
        offered = ", ".join(sorted(command)) if isinstance(command, dict) else ""
        raise StepFault(
            ReasonCode.NO_COMMAND,
            f"the step has no command for {os_name} (it has: {offered or 'none'})",
        )
    return list(lines)


def _script(lines: list[str]) -> str:
    """Each line is its own command, however it is quoted; a single one needs no wrapping."""
    if len(lines) == 1:
        return lines[0]
    return "\n".join(f"eval {shlex.quote(line)}\n{_STOP}" for line in lines)
