"""The lock of a home: one runner, for as long as it lives."""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from courier_backend.model.errors import Conflict

_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.05


def hold_home(home: Path) -> int:
    """Make the home if it is new and take its lock; gives the descriptor that keeps it.

    Whoever only looks whether the lock is free holds it for a moment, so it is tried for a second.

    Raises:
        Conflict: the home cannot be used, or another runner lives in it.
    """
    path = home / "runner.lock"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Conflict(
            f"The home {home} cannot be used: {error.strerror}; "
            "mend its rights or give another --home."
        ) from error
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return descriptor
    os.close(descriptor)
    raise Conflict(f"Another runner already lives in {home}; end it or give another --home.")
