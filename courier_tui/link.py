"""The connection to the backend: found, kept, lost, found again. Knows nothing of screens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from courier_backend.client.call import Call
from courier_backend.model.errors import CourierError, Unreachable
from courier_backend.model.event import EventItem
from courier_backend.model.times import Clock
from courier_tui.ports import Backend, Connect
from courier_tui.wording import later, utc_now

T = TypeVar("T")

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 15.0


class Contact(Enum):
    """How the connection is."""

    SEEKING = "seeking"
    LIVE = "live"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LinkState:
    """What people are told of the connection."""

    contact: Contact = Contact.SEEKING
    why: str = ""
    hint: str = ""
    as_of: datetime | None = None
    retry_at: datetime | None = None


class Link:
    """Holds the one client of the app and its stream of events."""

    def __init__(
        self,
        connect: Connect,
        *,
        on_state: Callable[[LinkState], None],
        on_events: Callable[[list[EventItem]], None],
        may_start: Callable[[], bool] = lambda: True,
        clock: Clock = utc_now,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self.state = LinkState()
        self._connect = connect
        self._on_state = on_state
        self._on_events = on_events
        self._may_start = may_start
        self._clock = clock
        self._first_pause = first_pause
        self._backend: Backend | None = None
        self._poked = asyncio.Event()
        self._start = True
        self._no_start: CourierError | None = None

    @property
    def backend(self) -> Backend:
        """The client.

        Raises:
            Unreachable: no backend has been found yet.
        """
        if self._backend is None:
            raise Unreachable("There is no connection to the backend yet.")
        return self._backend

    async def send(self, call: Call[T]) -> T:
        """The answer to a call.

        Raises:
            CourierError: the backend says no, or cannot be reached.
        """
        return await self.backend.send(call)

    def poke(self) -> None:
        """Try again now; start a backend if there is none."""
        self._start = True
        self._poked.set()

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        pause = self._first_pause
        try:
            while True:
                error = await self._until_lost()
                # The first loss after good contact is tried again soon, the next ones later.
                pause = self._first_pause if self.state.contact is Contact.LIVE else pause
                self._lost(error, pause)
                await self._wait(pause)
                pause = max(min(pause * 2, LONGEST_PAUSE), self._first_pause)
        finally:
            await self.close()

    async def close(self) -> None:
        """Let the client go."""
        backend, self._backend = self._backend, None
        if backend is not None:
            await backend.close()

    async def _until_lost(self) -> CourierError:
        """Connect and follow the events; what ended it."""
        start, self._start = self._start or self._may_start(), False
        try:
            found = await self._connect(start)
        except CourierError as error:
            # Why it did not start says more than that, since then, none runs.
            self._no_start = error if start else self._no_start
            return self._no_start or error
        self._no_start = None
        try:
            await self.close()
            self._backend = found
            async for batch in found.event_batches(None, patience=0):
                if isinstance(batch, list):
                    self._heard(batch)
        except CourierError as error:
            return error
        return Unreachable("The backend ended the stream of events.")

    def _heard(self, batch: list[EventItem]) -> None:
        if self.state.contact is not Contact.LIVE:
            self._tell(LinkState(Contact.LIVE, as_of=self._clock()))
        self._on_events(batch)

    def _lost(self, error: CourierError, pause: float) -> None:
        now = self._clock()
        as_of = now if self.state.contact is Contact.LIVE else self.state.as_of
        self._tell(LinkState(Contact.LOST, error.message, error.hint, as_of, later(now, pause)))

    async def _wait(self, pause: float) -> None:
        self._poked.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._poked.wait()
        self._tell(replace(self.state, retry_at=None))

    def _tell(self, state: LinkState) -> None:
        self.state = state
        self._on_state(state)
