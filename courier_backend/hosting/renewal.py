"""Runners of another version or build than the program: who they are, and how they leave.

Blocking: call it in a thread. A runner at work is never ended; it is asked again later.
"""

import contextlib
import os
import signal
from pathlib import Path
from typing import Final

from courier_backend import __version__
from courier_backend.hosting.runner_process import HostedRunner, find_runner, wait_free
from courier_backend.runner.home.build import program_build

LEAVE_SECONDS: Final = 5.0


def is_outdated(runner: HostedRunner) -> bool:
    """Whether a runner that is started now would be another one."""
    return _differs(runner, program_build())


def _differs(runner: HostedRunner, build: str) -> bool:
    return (runner.version, runner.build) != (__version__, build)


def outdated_in(homes: list[Path]) -> dict[Path, HostedRunner]:
    """The outdated runners of some homes."""
    found = {home: runner for home in homes if (runner := find_runner(home))}
    build = program_build() if found else ""
    return {home: runner for home, runner in found.items() if _differs(runner, build)}


def let_go(home: Path) -> bool:
    """Let the runner in `home` leave, unless it is at work; whether it has left.

    The caller knows of no work there. The runner knows best: it stays when there is some. One that
    tells no build is too old to understand, and is ended.
    """
    runner = find_runner(home)
    if runner is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(runner.pid, signal.SIGUSR1 if runner.build else signal.SIGTERM)
    return wait_free(home / "runner.lock", LEAVE_SECONDS)
