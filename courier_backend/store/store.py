"""The store: events are appended, everything else is read.

`append` is the only way to change anything. It returns once the events and what follows from them
are on disk; listeners have heard of them by then.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Connection

from courier_backend.model.errors import Conflict, CourierError
from courier_backend.model.event import EventItem, NewEvent
from courier_backend.store.commit import Committer, Outcome
from courier_backend.store.readers import Readers
from courier_backend.store.rehearsal import rehearse
from courier_backend.store.schema import open_database
from courier_backend.store.writer import Change, Writer

T = TypeVar("T")

Listener = Callable[[Sequence[EventItem]], None]
Sealed = Callable[[NewEvent], NewEvent]
"""Takes out of an event what must not be on disk in the clear."""

_log: Final = logging.getLogger(__name__)


def _as_it_is(event: NewEvent) -> NewEvent:
    return event


class Store:
    """One database file. Made by `open`; used from the event loop that opened it."""

    def __init__(self, committer: Committer, sealed: Sealed) -> None:
        self._committer = committer
        self._sealed = sealed
        self._last_seq = committer.numbers.seq - 1
        self._listeners: list[Listener] = []
        self._readers = Readers(committer.path)
        self._writer = Writer(committer, asyncio.get_running_loop(), self._deliver)
        self._generation = 0
        self._closed = False

    @classmethod
    async def open(cls, path: Path, sealed: Sealed = _as_it_is) -> "Store":
        """Open a store; make it when there is none, bring it up to date when it is older.

        `sealed` makes of each event what may be kept of it.

        Raises:
            Conflict: it cannot be opened, or a newer program made it.
            OutOfSpace: the disk is full.
        """
        return cls(await asyncio.to_thread(open_database, path), sealed)

    @property
    def last_seq(self) -> int:
        """The number of the last event that listeners have heard of."""
        return self._last_seq

    async def append(self, events: Sequence[NewEvent]) -> list[int]:
        """Append events as one change: all of it comes to be, or nothing. Gives their numbers.

        It returns once the change is synced. A caller that is canceled while it waits does not
        take the change back.

        Raises:
            Conflict: the store refuses this change; others that waited with it are not affected.
            OutOfSpace: the disk is full or failing; nothing was changed.
            WouldChange: this is a rehearsal.
        """
        if self._closed:
            raise Conflict("The store is closed.")
        if not events:
            return []
        events = [self._sealed(event) for event in events]
        rehearse(events=events)
        waiter: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
        self._writer.put(Change(events, waiter, self._generation))
        return await waiter

    def listen(self, listener: Listener) -> None:
        """Call this on the loop with each group of new events, in order, once they are synced."""
        self._listeners.append(listener)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """The answer of a query, which runs in a thread and sees all that was appended before.

        Raises:
            Conflict: the store is closed.
            CourierError: what the query raises.
        """
        if self._closed:
            raise Conflict("The store is closed.")
        return await self._readers.read(query)

    async def close(self) -> None:
        """Write what waits, and close. Once is enough; again is harmless."""
        if self._closed:
            return
        self._closed = True
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._writer.end()
        self._readers.close()
        self._committer.close()

    def _deliver(
        self, group: Sequence[Change], outcomes: Sequence[Outcome], generation: int
    ) -> None:
        """Tell listeners first, then those who wait."""
        self._generation = generation
        items = [item for outcome in outcomes if isinstance(outcome, list) for item in outcome]
        if items:
            self._last_seq = items[-1]["seq"]
            self._tell(items)
        for change, outcome in zip(group, outcomes, strict=True):
            _settle(change.waiter, outcome)

    def _tell(self, items: list[EventItem]) -> None:
        for listener in self._listeners:
            try:
                listener(items)
            except Exception:  # noqa: BLE001  a faulty listener must not stop those who wait
                _log.exception("a listener of the store failed")


def _settle(waiter: asyncio.Future[list[int]], outcome: Outcome) -> None:
    if waiter.done():  # its caller was canceled
        return
    if isinstance(outcome, CourierError):
        waiter.set_exception(outcome)
    else:
        waiter.set_result([item["seq"] for item in outcome])
