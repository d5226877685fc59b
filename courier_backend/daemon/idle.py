"""Leaving when nobody needs the backend: no client, nothing running, nothing scheduled."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from courier_backend.model.times import Clock

CHECK_SECONDS: Final = 5.0


class IdleWatch:
    """Measures for how long nothing needed the backend."""

    def __init__(
        self, busy: Callable[[], bool], last_use: Callable[[], datetime], clock: Clock
    ) -> None:
        self._busy = busy
        self._last_use = last_use
        self._clock = clock
        self._last_busy = clock()

    @property
    def idle_seconds(self) -> float:
        """Seconds since the backend was last needed."""
        now = self._clock()
        if self._busy():
            self._last_busy = now
        return max(0.0, (now - max(self._last_busy, self._last_use())).total_seconds())

    async def wait(self, limit_seconds: float) -> None:
        """Return once the backend has been idle for so long."""
        # Many things make it busy; asking every few seconds is cheaper than hearing of each.
        while self.idle_seconds < limit_seconds:  # noqa: ASYNC110
            await asyncio.sleep(min(CHECK_SECONDS, limit_seconds / 4))
