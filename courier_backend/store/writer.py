"""The writer: one thread, the only one that writes to the database and moves its log of writes.

It takes everything that waits as one group, so that under load many changes share one sync.
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from courier_backend.model.errors import OutOfSpace
from courier_backend.store.commit import Committer, Events, Outcome

QUIET_SECONDS: Final = 1.0
"""After so long without a change, the write-ahead log is moved into the database."""

_log = logging.getLogger(__name__)
_STALE: Final = "A change before this one could not be written; nothing was changed."


@dataclass(frozen=True, slots=True)
class Change:
    """Events that belong together, and who waits for them.

    `generation` counts the failures of the disk that were known when it was put.
    """

    events: Events
    waiter: asyncio.Future[list[int]]
    generation: int = 0


Deliver = Callable[[Sequence[Change], Sequence[Outcome], int], None]
"""Changes, what became of each, and the generation from now on."""


class Writer:
    """Writes what is put, group by group, and tells the loop once for each group.

    When the disk refuses a group, what was put before anybody could know of it is refused too: it
    was decided on a state that the disk does not have, and must not be written over the hole.
    """

    def __init__(
        self, committer: Committer, loop: asyncio.AbstractEventLoop, deliver: Deliver
    ) -> None:
        self._committer = committer
        self._loop = loop
        self._deliver = deliver
        self._waiting: list[Change] = []
        self._some = threading.Condition()
        self._ending = False
        self._generation = 0
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, change: Change) -> None:
        """Write this with whatever else waits."""
        with self._some:
            self._waiting.append(change)
            self._some.notify()

    def end(self) -> None:
        """Write what waits, then end. Blocks until it has."""
        with self._some:
            self._ending = True
            self._some.notify()
        self._thread.join()

    def _run(self) -> None:
        unmoved = False
        while True:
            group, ending = self._take(QUIET_SECONDS if unmoved else None)
            if group:
                self._write(group)
                unmoved = True
            elif ending:
                return
            else:
                self._move_log()
                unmoved = False

    def _take(self, seconds: float | None) -> tuple[list[Change], bool]:
        """All that waits; nothing when it was quiet for so long, or at the end."""
        with self._some:
            self._some.wait_for(lambda: self._waiting or self._ending, seconds)
            group, self._waiting = self._waiting, []
            return group, self._ending

    def _write(self, group: list[Change]) -> None:
        fit = [change for change in group if change.generation == self._generation]
        stale = [change for change in group if change.generation != self._generation]
        outcomes = self._commit(fit) if fit else []
        if outcomes and all(isinstance(outcome, OutOfSpace) for outcome in outcomes):
            self._generation += 1
        outcomes += [OutOfSpace(_STALE) for _ in stale]
        self._loop.call_soon_threadsafe(self._deliver, fit + stale, outcomes, self._generation)

    def _commit(self, group: list[Change]) -> list[Outcome]:
        try:
            return self._committer.commit([change.events for change in group])
        except Exception as error:  # noqa: BLE001  whatever it is, those who wait must hear of it
            _log.exception("the store failed")
            failure = OutOfSpace(f"The store failed: {error}.")
            return [failure] * len(group)

    def _move_log(self) -> None:
        """Move the write-ahead log into the database while nobody waits."""
        try:
            self._committer.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._committer.reserve.take()
        except (sqlite3.Error, OSError) as error:
            _log.warning("the write-ahead log stays for now: %s", error)
