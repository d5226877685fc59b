"""Sleeping until something is due, or until somebody changes what is."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Final, Protocol

from courier_backend.model.times import Clock

LOOK_SECONDS: Final = 30.0
"""No sleep is longer while something is scheduled, so that a leap of the clock is noticed."""

RETRY: Final = timedelta(seconds=30)
"""After so long what could not be looked at is looked at again."""


class Alarm(Protocol):
    """Wakes the scheduler."""

    def ring(self) -> None:
        """Something is different now: look at once."""

    async def wait(self, until: datetime | None) -> None:
        """Return at a moment, when it rings, or a little earlier; None: when it rings."""


class ClockAlarm:
    """An alarm of a clock that runs as the machine's does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Look at once."""
        self._rung.set()

    async def wait(self, until: datetime | None) -> None:
        """Sleep, at most half a minute while something is scheduled."""
        seconds = None
        if until is not None:
            seconds = min(max(0.0, (until - self._clock()).total_seconds()), LOOK_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()
