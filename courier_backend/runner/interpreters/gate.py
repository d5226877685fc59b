"""The gate: every program is begun by a shell that waits for a line on its standard input.

The line comes once it is on disk that the attempt was begun. What follows the line is for the
program to read; POSIX has ``read`` take nothing beyond the line. A program that is not the shell
takes the shell's place (``exec``), so the gate costs no process more.
"""

import shlex
from collections.abc import Sequence
from typing import Any, Final

from courier_backend.runner.interpreters.interpreter import Program

SHELL_PATH: Final = "/bin/sh"
GATE_SHUT: Final = 125
"""What a process at the gate exits with when the runner is gone."""
OPEN: Final = b"\n"
"""What opens the gate."""
_RUN_ARGUMENTS: Final = 'exec "$@"'

_GATE: Final = f"read -r _ || exit {GATE_SHUT}\n"
_NOTHING_TO_READ: Final = "exec </dev/null\n"


def started(words: Sequence[str], shown: str = "", **more: Any) -> Program:  # noqa: ANN401
    """A program that is its words; `more` are other fields of it. Shown as a shell has it."""
    return Program(_RUN_ARGUMENTS, [shown or shlex.join(words)], tuple(words), **more)


def gated(program: Program) -> str:
    """The whole script of a program."""
    return _GATE + (_NOTHING_TO_READ if program.stdin is None else "") + program.script


def command_line(script: str, arguments: tuple[str, ...]) -> list[str]:
    """What is started, for a script and its arguments."""
    return [SHELL_PATH, "-c", script, *((SHELL_PATH, *arguments) if arguments else ())]


def from_file(path: str) -> str:
    """A script that runs a longer one from a file."""
    return f". {shlex.quote(path)}"
