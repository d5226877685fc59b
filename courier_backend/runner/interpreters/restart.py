"""The restart interpreter: the machine is restarted, and the run goes on after the boot.

The attempt succeeds once the machine has booted, not when that was asked for: until then the step
is `active`. On a node of the lab, and where the runner was told so, a boot is only simulated.
"""

import os
from typing import Final

from courier_backend.model.commands import (
    MOST_MINUTES,
    NOW,
    RESTART,
    USUAL_MINUTES,
    VERSIONS,
    whole_number,
)
from courier_backend.model.problems import shown
from courier_backend.model.protocol import Skill
from courier_backend.runner.interpreters.gate import started
from courier_backend.runner.interpreters.interpreter import Program
from courier_backend.runner.interpreters.orders import read_order, unfit
from courier_backend.runner.interpreters.programs import find_program, needed_program
from courier_backend.runner.interpreters.request import Request

_SHUTDOWN: Final = "shutdown"
_PLACES: Final = ("/usr/sbin", "/sbin")


class RestartInterpreter:
    """``chef-platform/restart-interpreter``."""

    def __init__(self) -> None:
        self.skill: Skill = {"name": RESTART, "version": VERSIONS[RESTART]}

    @property
    def path(self) -> str:
        """What restarts the machine."""
        return find_program(_SHUTDOWN, os.environ, _PLACES) or _SHUTDOWN

    def program(self, request: Request) -> Program:
        """The order to restart, or the words of one where the boot is only simulated.

        Raises:
            StepFault: the command is none, or there is no `shutdown`.
        """
        arguments = ("-r", when(request.command))
        if request.dry_restart:
            words = " ".join([_SHUTDOWN, *arguments])
            said = f"dry: the machine is not restarted ({words})"
            return started(["echo", said], words, restarts=True)
        path = needed_program(_SHUTDOWN, request.environment, _PLACES, self.skill["name"])
        return started([path, *arguments], restarts=True, withdraw=(path, "-c"))


def when(command: object) -> str:
    """When a command wants the restart: ``now``, or in so many minutes, as `shutdown` has it.

    Raises:
        StepFault: the command cannot be understood.
    """
    time = read_order(command, RESTART).args.get("time")
    if time is None or time == "":
        return f"+{USUAL_MINUTES}"
    if time == NOW:
        return NOW
    minutes = whole_number(time, MOST_MINUTES)
    if minutes is None:
        raise unfit(f'"args.time" is {shown(time)}, not "{NOW}" or minutes (0 to {MOST_MINUTES})')
    return f"+{minutes}"
