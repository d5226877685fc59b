"""Finding, starting and ending a runner process by its home. Blocking: call it in a thread.

A runner holds ``<home>/runner.lock`` for life and writes ``<home>/runner.json`` once it answers.
It is a process of its own, in its own session, and outlives the backend; whoever needs it adopts
it while the lock is held, and starts it only when the lock is free.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from courier_backend.model.errors import Conflict

START_SECONDS: Final = 20.0
END_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class HostedNode:
    """A node of a runner on this machine."""

    id: str
    name: str
    url: str
    token: str
    home: str


@dataclass(frozen=True, slots=True)
class HostedRunner:
    """A runner process that answers. `build` is "" of one that tells none."""

    url: str
    pid: int
    version: str
    nodes: list[HostedNode]
    build: str = ""


def is_locked(path: Path) -> bool:
    """Whether some process holds this lock file."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def announced_at(home: Path) -> int:
    """When the runner that lives in `home` wrote of itself (ns); 0 when there is none."""
    if not is_locked(home / "runner.lock"):
        return 0
    try:
        return (home / "runner.json").stat().st_mtime_ns
    except OSError:
        return 0


def find_runner(home: Path) -> HostedRunner | None:
    """The runner that lives in `home` and answers, or None."""
    if not is_locked(home / "runner.lock"):
        return None
    try:
        told = json.loads((home / "runner.json").read_text())
        nodes = [
            HostedNode(n["id"], n["name"], n["url"], n["token"], n["home"]) for n in told["nodes"]
        ]
        return HostedRunner(told["url"], told["pid"], told["version"], nodes, told.get("build", ""))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def start_runner(home: Path, arguments: list[str]) -> HostedRunner:
    """Start a runner in `home` and wait until it answers; adopts one that is faster.

    Raises:
        Conflict: it did not come up; the sentence is the last that it said.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = home / "runner.lock"
    until = time.monotonic() + START_SECONDS
    process = _spawn(home, arguments)
    while time.monotonic() < until:
        was_locked = is_locked(lock)
        if runner := find_runner(home):
            return runner
        if process.poll() is not None and not is_locked(lock):
            if not was_locked:
                break
            # The one before was still leaving; now the home is free.
            process = _spawn(home, arguments)
        time.sleep(_POLL_SECONDS)
    raise Conflict(
        f"The runner in {home} did not start: {_last_line(home / 'runner.log')}",
        hint=f"{home / 'runner.log'} holds all that it said.",
    )


def _spawn(home: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "courier_backend.runner", "--home", str(home), *arguments]
    with (home / "runner.log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=home,
        )


def end_runner(home: Path) -> None:
    """Ask the runner in `home` to end and wait until its lock is free; kills it at last."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        runner = find_runner(home)
        if runner is None:
            # It never was there, or it leaves already.
            wait_free(home / "runner.lock")
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(runner.pid, how)
        if wait_free(home / "runner.lock"):
            return


def wait_free(lock: Path, seconds: float = END_SECONDS) -> bool:
    """Wait until nobody holds a lock; whether it is free."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not is_locked(lock):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "it said nothing"
