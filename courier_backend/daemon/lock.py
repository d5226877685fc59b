"""The lock of a data folder: one backend, for as long as it lives."""

import fcntl
import json
import os
from pathlib import Path
from typing import BinaryIO

from courier_backend.model.errors import Conflict


def hold_lock(path: Path) -> BinaryIO:
    """Take the lock and write our pid and start time into it. Keep the file open to keep it.

    Raises:
        Conflict: another backend holds it, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError as error:
        raise Conflict(
            f"The data folder {path.parent} cannot be used: {error.strerror}.",
            hint="Mend its rights, or set COURIER_HOME to another folder.",
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = file.read(200).decode(errors="replace").strip()
        file.close()
        raise Conflict(
            f"Another backend already serves {path.parent} ({holder or 'it just starts'})."
        ) from error
    file.truncate(0)
    import psutil  # noqa: PLC0415  only for the one who has the lock

    started = psutil.Process().create_time()
    file.write(json.dumps({"pid": os.getpid(), "startTime": started}).encode())
    file.flush()
    return file
