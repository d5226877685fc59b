"""``run/backend.json``: how clients of this machine reach the backend."""

import json
import os
from pathlib import Path

from courier_backend.model.errors import Conflict


def announce(path: Path, *, url: str, token: str, version: str) -> None:
    """Write the file whole or not at all, readable by its owner alone.

    Raises:
        Conflict: its folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, url=url, token=token, version=version)
    except OSError as error:
        raise Conflict(
            f"{path} cannot be written: {(error.strerror or str(error)).lower()}.",
            hint="Mend its folder, or set COURIER_HOME to another one.",
        ) from error


def _write(path: Path, *, url: str, token: str, version: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    body = {"url": url, "token": token, "pid": os.getpid(), "version": version}
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(body, file)
    draft.replace(path)


def withdraw(path: Path) -> None:
    """Remove the file at a clean end."""
    path.unlink(missing_ok=True)
