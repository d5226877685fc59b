"""Connections to the database file, and what its errors mean."""

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy.exc import DBAPIError

from courier_backend.model.errors import Conflict, CourierError, OutOfSpace

WAL_PAGES: Final = 8192
"""Pages (4 KiB) of the write-ahead log after which a commit also moves them into the database."""

_WRITER_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"PRAGMA wal_autocheckpoint = {WAL_PAGES}",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)
_READER_PRAGMAS: Final = (
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA query_only = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -4000",
)
_FULL: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})


def connect_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes and moves the write-ahead log; it begins by itself."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _WRITER_PRAGMAS:
            connection.execute(pragma)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that can only read, and never moves the write-ahead log."""
    uri = f"file:{quote(str(path))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    for pragma in _READER_PRAGMAS:
        connection.execute(pragma)
    return connection


def is_storage_error(error: BaseException) -> bool:
    """Whether the disk, or the file, is at fault: then nothing of the group can be written."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error,
        sqlite3.IntegrityError
        | sqlite3.ProgrammingError
        | sqlite3.InterfaceError
        | sqlite3.DataError,
    )


def is_full(error: BaseException) -> bool:
    """Whether the error says that there is no room, or that writing failed."""
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(code, int) and code & 0xFF in _FULL


def storage_problem(path: Path, error: BaseException) -> CourierError:
    """The sentence for a group of changes that could not be written."""
    if is_full(error):
        return OutOfSpace(
            f"The disk of {path.parent} is full or failing ({error}); nothing was changed.",
            hint="Free some space; what waits goes on by itself.",
        )
    return OutOfSpace(
        f"{path} cannot be written ({error}); nothing was changed.",
        hint="See that the disk works and that nothing else writes to this file.",
    )


def reading_problem(path: Path, error: DBAPIError) -> CourierError:
    """The sentence for a database that cannot be read."""
    return CourierError(
        f"{path} cannot be read: {error.orig}.",
        hint="See that the disk works; if the file is damaged, put back a copy of it.",
    )


def opening_problem(path: Path, error: Exception) -> CourierError:
    """The sentence for a database that cannot be opened."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, Exception):
        error = error.orig
    if isinstance(error, OSError):
        why = error.strerror or str(error)
        at = error.filename or path
        return Conflict(
            f"The store at {path} cannot be opened: {at}: {why}.",
            hint="Check who owns the folder, or set COURIER_HOME to another one.",
        )
    if is_full(error) and "unable to open" not in str(error):
        return OutOfSpace(
            f"The store at {path} cannot be opened: the disk is full or failing ({error}).",
            hint="Free some space and start again.",
        )
    return Conflict(
        f"The store at {path} cannot be opened: {error}.",
        hint="If the file is damaged, move it away and put back a copy of it.",
    )
