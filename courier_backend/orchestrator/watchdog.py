"""When time-outs may be judged: not before what was in flight was read again.

After a start, or a gap in time (a laptop's sleep), nodes have told things that we have not heard
yet. So nothing is judged until each run in flight was read once, or a minute has passed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from courier_backend.model.times import Clock

TICK_SECONDS: Final = 0.25
GAP_SECONDS: Final = 30.0
HOLD_SECONDS: Final = 60.0

_log = logging.getLogger(__name__)


class Watchdog:
    """Ticks while there is something to watch; holds back after a gap."""

    def __init__(self, clock: Clock, followed: Callable[[], Iterable[str]]) -> None:
        self._clock = clock
        self._followed = followed
        self._unread: set[str] = set()
        self._hold_until: datetime | None = None
        self._some = asyncio.Event()

    def wake(self) -> None:
        """There is something to watch."""
        self._some.set()

    def hold(self, run_ids: Iterable[str]) -> None:
        """Judge nothing until these runs were read, or a minute has passed."""
        self._unread.update(run_ids)
        self._hold_until = self._clock() + timedelta(seconds=HOLD_SECONDS)

    def read(self, run_id: str) -> None:
        """Something was read of this run, or it is not followed any more."""
        self._unread.discard(run_id)

    async def run(
        self, is_empty: Callable[[], bool], tick: Callable[[datetime], Awaitable[None]]
    ) -> None:
        """Call `tick` as time goes by, for ever; sleep while there is nothing to watch."""
        last = self._clock()
        while True:
            if is_empty():
                self._some.clear()
                await self._some.wait()
                last = self._clock()
            await asyncio.sleep(TICK_SECONDS)
            now = self._clock()
            if (now - last).total_seconds() > GAP_SECONDS:
                _log.warning("a gap in time: no time-out is judged until the nodes are read again")
                self.hold(self._followed())
            last = now
            if not self._holds(now):
                await tick(now)

    def _holds(self, now: datetime) -> bool:
        if self._hold_until is None:
            return False
        if now >= self._hold_until or not self._unread:
            self._hold_until = None
            self._unread.clear()
            return False
        return True
