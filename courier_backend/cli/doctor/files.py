"""Folders, settings, the database, and the room on their disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from courier_backend.cli.doctor.finding import Finding, bad, ok, warn
from courier_backend.cli.when import size

if TYPE_CHECKING:
    from courier_backend.model.places import Places

_GOOD_FREE: Final = 2 * 1024**3
_LEAST_FREE: Final = 16 * 1024**2
_SQLITE: Final = b"SQLite format 3\x00"


def folders(places: Places) -> list[Finding]:
    """All four can be written, or made."""
    return [
        _folder(name, path)
        for name, path in (
            ("config folder", places.config),
            ("data folder", places.data),
            ("state folder", places.state),
            ("run folder", places.run),
        )
    ]


def _folder(name: str, path: Path) -> Finding:
    there = next(each for each in (path, *path.parents) if each.exists())
    if not there.is_dir():
        return bad(name, f"{there} is a file.", "Move it away, or set COURIER_HOME.")
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        hint = f"`chmod u+rwx '{there}'`, or set COURIER_HOME to another folder."
        return bad(name, f"{there} cannot be written.", hint)
    return ok(name, str(path) if there == path else f"{path} (will be made)")


def settings(places: Places) -> list[Finding]:
    """``config.toml``, where there is one, can be read."""
    from courier_backend.daemon.settings import read_settings  # noqa: PLC0415  pydantic
    from courier_backend.model.errors import BadInput  # noqa: PLC0415  beside it

    if not places.config_file.exists():
        return [ok("settings", "all as they come: there is no config.toml")]
    try:
        read_settings(places.config_file)
    except BadInput as error:
        return [bad("settings", error.message, "Mend the file; the backend does not start so.")]
    return [ok("settings", str(places.config_file))]


def database(places: Places) -> list[Finding]:
    """It is there, can be read, and is a database."""
    path = places.database
    try:
        with path.open("rb") as file:
            begin = file.read(len(_SQLITE))
        length = path.stat().st_size
    except FileNotFoundError:
        return [ok("database", "none yet: the backend makes it")]
    except OSError as error:
        hint = "Mend its rights; the backend runs as the same user."
        return [bad("database", f"{path} cannot be read: {error.strerror}.", hint)]
    if begin and begin != _SQLITE:
        hint = "Put back a copy of it, or move it away to begin anew."
        return [bad("database", f"{path} is no SQLite database.", hint)]
    return [ok("database", f"{path} ({size(length)})")]


def _least_free(places: Places) -> int:
    """Below it the backend starts nothing new; its default where the settings are faulty."""
    from courier_backend.daemon.settings import (  # noqa: PLC0415  pydantic, for the doctor alone
        Settings,
        read_settings,
    )
    from courier_backend.model.errors import BadInput  # noqa: PLC0415  beside it

    try:
        settings = read_settings(places.config_file)
    except BadInput:
        settings = Settings()
    return settings.evidence.min_free_bytes


def room(places: Places) -> list[Finding]:
    """The disk of the data folder has room."""
    there = next(each for each in (places.data, *places.data.parents) if each.exists())
    free = shutil.disk_usage(there).free
    words = f"{size(free)} free for {places.data}"
    least = _least_free(places)
    if free < least:
        hint = f"Make room: below {size(least)} no new instance starts."
        return [bad("disk space", words, hint)]
    if free < _LEAST_FREE:
        return [bad("disk space", words, "Make room: next to nothing can be written any more.")]
    if free < _GOOD_FREE:
        return [warn("disk space", words, "Evidence of large jobs may need more.")]
    return [ok("disk space", words)]
