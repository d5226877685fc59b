"""Starting the backend of a data folder, and waiting until it answers."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from courier_backend.client.address import Address
from courier_backend.client.trust import lock_is_held, running
from courier_backend.model.errors import Unreachable
from courier_backend.model.places import Places

START_SECONDS: Final = 15.0
_FIRST_POLL: Final = 0.02
_LONGEST_POLL: Final = 0.2
_LONGEST_LOG: Final = 256 * 1024
_LAST_PART: Final = 4096
_SOME_BYTES: Final = 64 * 1024


def backend_command() -> list[str]:
    """The backend, as a process of its own."""
    return [sys.executable, "-m", "courier_backend.backend", "--detached"]


def start_backend(
    places: Places, command: Sequence[str] = (), *, seconds: float = START_SECONDS
) -> Address:
    """Start a backend and wait until it answers; another client may have been faster.

    Raises:
        Unreachable: none answers; says the last sentence that it left in its start log.
    """
    _prepare(places.start_log)
    begin = places.start_log.stat().st_size
    child = _Child(_spawn(places, list(command) or backend_command()))
    found = _wait(places, child, seconds)
    if found is None:
        raise Unreachable(
            f"The backend did not start: {_last_sentence(places.start_log, begin)}",
            hint=f"More stands in {places.start_log}.",
        )
    return found


def wait_until_gone(places: Places, seconds: float = START_SECONDS) -> bool:
    """Whether the backend of this data folder let its lock go in time."""
    return _poll(lambda: not lock_is_held(places.lock), seconds)


class _Child:
    """A process that we started and do not keep."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = False

    def ended(self) -> bool:
        """Whether it ended (looked at without waiting)."""
        if not self._ended:
            try:
                self._ended = os.waitpid(self._pid, os.WNOHANG)[0] == self._pid
            except ChildProcessError:  # somebody else reaped it
                self._ended = True
        return self._ended


def _wait(places: Places, child: _Child, seconds: float) -> Address | None:
    found: list[Address] = []

    def look() -> bool:
        # Ended first, file second: a child that ended at once still leaves the winner's file.
        lost = child.ended() and not lock_is_held(places.lock)
        address = running(places)
        if address is not None:
            found.append(address)
        return lost or bool(found)

    _poll(look, seconds)
    return found[0] if found else None


def _poll(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    pause = _FIRST_POLL
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_POLL)
    return True


def _prepare(log: Path) -> None:
    try:
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not log.exists() or log.stat().st_size > _LONGEST_LOG:
            log.write_bytes(b"")
    except OSError as error:
        raise Unreachable(
            f"The backend cannot be started: {log.parent} cannot be written "
            f"({error.strerror or error}).",
            hint="Mend its rights, or set COURIER_HOME to another folder.",
        ) from error


def _spawn(places: Places, command: list[str]) -> int:
    """A process in a session of its own, so that a closed terminal does not end it."""
    log = str(places.start_log)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(
        command[0], command, _environment(places), file_actions=actions, setsid=True
    )


def _environment(places: Places) -> dict[str, str]:
    """Ours, with the home of these places where they share one.

    Without the mark of an attempt: a backend that a step starts is not a part of that step.
    """
    ours = {name: value for name, value in os.environ.items() if name != "COURIER_ATTEMPT"}
    home = places.data.parent
    shared = {places.config.parent, places.state.parent, places.run.parent} == {home}
    return {**ours, "COURIER_HOME": str(home)} if shared else ours


def _last_sentence(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(begin, end - _LAST_PART))
        lines = file.read().decode(errors="replace").strip().splitlines()
    if lines:
        return lines[-1].strip()
    disk = os.statvfs(log.parent)
    if disk.f_bavail * disk.f_frsize < _SOME_BYTES:
        return "the disk of its folder is full."
    return "it left no word, and did not answer in time."
