"""The shell interpreter: command lines that run in order and stop at the first that fails.

All lines run in one ``/bin/sh``, so that a ``cd`` or an exported variable of one is seen by the
next. The shell itself waits at the gate, which costs no process more.
"""

import shlex
from typing import Final

from courier_backend.model.protocol import Skill
from courier_backend.model.status import ReasonCode
from courier_backend.runner.interpreters.interpreter import Program, StepFault

SHELL_PATH: Final = "/bin/sh"
GATE_SHUT: Final = 125
"""What a process at the gate exits with when the runner is gone."""

_GATE: Final = f"read -r _ || exit {GATE_SHUT}; exec </dev/null\n"
_STOP: Final = "case $? in 0) ;; *) exit;; esac"


class ShellInterpreter:
    """``chef-platform/shell-interpreter``."""

    def __init__(self) -> None:
        self.path = SHELL_PATH
        self.skill: Skill = {"name": "chef-platform/shell-interpreter", "version": "1.0.0"}

    def program(self, command: object, os_name: str) -> Program:
        """One shell for all command lines of this operating system.

        Raises:
            StepFault: the command has no lines for it.
        """
        lines = _lines_for(command, os_name)
        return Program([SHELL_PATH, "-c"], _GATE + _script(lines), lines, _source)


def _lines_for(command: object, os_name: str) -> list[str]:
    """The lines for an operating system; a plain list is for any."""
    lines = command.get(os_name) if isinstance(command, dict) else command
    lines = [lines] if isinstance(lines, str) else lines
    if not isinstance(lines, list) or not lines or not all(isinstance(x, str) for x in lines):
        offered = ", ".join(sorted(command)) if isinstance(command, dict) else ""
        raise StepFault(
            ReasonCode.NO_COMMAND,
            f"the step has no command for {os_name} (it has: {offered or 'none'})",
        )
    return list(lines)


def _source(path: str) -> str:
    return f". {shlex.quote(path)}"


def _script(lines: list[str]) -> str:
    """Each line is its own command, however it is quoted; a single one needs no wrapping."""
    if len(lines) == 1:
        return lines[0]
    return "\n".join(f"eval {shlex.quote(line)}\n{_STOP}" for line in lines)
