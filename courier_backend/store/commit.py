"""Writing a group of changes: all of them merged in one go; one by one where that fails.

A change that the store refuses fails alone. If the disk fails, all of the group does, and nothing
of it is there.
"""

import logging
import sqlite3
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Final

from courier_backend.model.errors import Conflict, CourierError, OutOfSpace
from courier_backend.model.event import EventItem, NewEvent
from courier_backend.store.batch import Batch
from courier_backend.store.database import is_storage_error, storage_problem
from courier_backend.store.known import Known
from courier_backend.store.projection.note import Numbers
from courier_backend.store.projection.project import project
from courier_backend.store.reserve import Reserve

_BEGINNINGS: Final = frozenset(
    {"job-added", "instance-created", "instance-started", "node-added", "exception-added"}
)

_log = logging.getLogger(__name__)

Events = Sequence[NewEvent]
Outcome = list[EventItem] | CourierError
"""Of one change: its events as they stand in the log, or why there is nothing of them."""


class Committer:
    """Writes groups of changes through one connection."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, numbers: Numbers, reserve: Reserve
    ) -> None:
        self.path = path
        self.connection = connection
        self.numbers = numbers
        self.reserve = reserve
        self._cursor = connection.cursor()
        self._known = Known(self._cursor)
        self._is_short = False

    def commit(self, group: Sequence[Events]) -> list[Outcome]:
        """Write and sync a group; gives an outcome for each change, in order."""
        self._known.trim()
        if self._is_short and not self._has_room_again():
            return self._commit_running(group)
        try:
            return self._try(group)
        except sqlite3.Error as error:
            failure = storage_problem(self.path, error)
        if not self.reserve.give_up():
            return [failure] * len(group)
        _log.warning("the disk is full: the reserve is given up, nothing new begins")
        self._is_short = True
        return self._commit_running(group)

    def _has_room_again(self) -> bool:
        """Whether the reserve could be set aside again."""
        self._is_short = not self.reserve.take()
        return not self._is_short

    def close(self) -> None:
        """Move what is left of the write-ahead log into the database, and close it."""
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:  # it is moved at the next start
            _log.warning("the write-ahead log stays: %s", error)
        self.connection.close()

    def _commit_running(self, group: Sequence[Events]) -> list[Outcome]:
        """Write what belongs to running work; refuse what begins something new."""
        goes_on = [not _begins_something(change) for change in group]
        try:
            written = iter(self._try([c for c, on in zip(group, goes_on, strict=True) if on]))
        except sqlite3.Error as error:
            return [storage_problem(self.path, error)] * len(group)
        refusal = OutOfSpace(
            f"The disk of {self.path.parent} is full; running work goes on, nothing new begins.",
            hint="Free some space and try again.",
        )
        return [next(written) if on else refusal for on in goes_on]

    def _try(self, group: Sequence[Events]) -> list[Outcome]:
        """Write a group.

        Raises:
            sqlite3.Error: the disk or the file failed; nothing of it is there.
        """
        merged = self._all_at_once(group)
        if merged is not None:
            return merged
        before = copy(self.numbers)
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
            outcomes = [self._one(change) for change in group]
            self._cursor.execute("COMMIT")
        except BaseException:
            self._undo(before)
            raise
        return outcomes

    def _all_at_once(self, group: Sequence[Events]) -> list[Outcome] | None:
        """Write a group merged; None if something in it cannot be written.

        Raises:
            sqlite3.Error: the disk or the file failed; nothing of it is there.
        """
        before = copy(self.numbers)
        batch = Batch()
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
            outcomes: list[Outcome] = [self._project(change, batch) for change in group]
            batch.flush(self._cursor)
            self._cursor.execute("COMMIT")
        except Exception as error:
            self._undo(before)
            if is_storage_error(error):
                raise
            return None
        return outcomes

    def _one(self, change: Events) -> Outcome:
        """Write one change in a savepoint of its own.

        Raises:
            sqlite3.Error: the disk or the file failed.
        """
        before = copy(self.numbers)
        batch = Batch()
        self._cursor.execute("SAVEPOINT change")
        try:
            items = self._project(change, batch)
            batch.flush(self._cursor)
        except Exception as error:
            if is_storage_error(error):
                raise
            self._cursor.execute("ROLLBACK TO change")
            self._cursor.execute("RELEASE change")
            self._forget(before)
            return _refusal(change, error)
        self._cursor.execute("RELEASE change")
        return items

    def _project(self, change: Events, batch: Batch) -> list[EventItem]:
        return [project(event, batch, self._known, self.numbers) for event in change]

    def _undo(self, before: Numbers) -> None:
        if self.connection.in_transaction:  # SQLite ends some by itself when the disk fails
            self.connection.rollback()
        self._forget(before)

    def _forget(self, before: Numbers) -> None:
        self.numbers = before
        self._known.forget()


def _begins_something(change: Events) -> bool:
    return any(event.kind in _BEGINNINGS for event in change)


def _refusal(change: Events, error: Exception) -> CourierError:
    if isinstance(error, CourierError):
        return error
    kinds = ", ".join(dict.fromkeys(event.kind for event in change))
    if not isinstance(error, sqlite3.Error | LookupError | TypeError | ValueError):
        _log.error("a change (%s) could not be written", kinds, exc_info=error)
    what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
    return Conflict(f"The store refused a change ({kinds}): {what}.")
