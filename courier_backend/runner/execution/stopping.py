"""Ending everything that an attempt started: SIGTERM, a grace, SIGKILL, until nothing is left."""

import asyncio
import os
import signal
from contextlib import suppress
from typing import Final

from courier_backend.runner.execution.census import Census, Seen
from courier_backend.runner.execution.clockwork import start_ticks

GRACE_SECONDS: Final = 10.0
GIVE_UP_SECONDS: Final = 10.0
_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.5


async def end_tree(
    mark: str, group: int | None, census: Census, grace: float = GRACE_SECONDS
) -> list[Seen]:
    """End what bears the mark, is of the group, or descends from such.

    Gives what could not be ended, normally nothing. `group` may be given only where it is
    surely still the attempt's.
    """
    clock = asyncio.get_running_loop().time
    kill_at = clock() + grace
    asked: set[tuple[int, int]] = set()
    pause = _FIRST_PAUSE
    while True:
        left = (await census.fresh()).of(mark, group)
        if not left or clock() > kill_at + GIVE_UP_SECONDS:
            return left
        killing = clock() >= kill_at
        for seen in left:
            if killing or (seen.pid, seen.start) not in asked:
                _signal(seen, killing=killing)
                asked.add((seen.pid, seen.start))
        if not killing:
            pause = min(pause, max(kill_at - clock(), 0.0))
        await asyncio.sleep(pause)
        pause = min(pause * 2 or _FIRST_PAUSE, _LONGEST_PAUSE)


def _signal(seen: Seen, *, killing: bool) -> None:
    """Signal this very process: a number that is used again meanwhile is left alone."""
    with suppress(OSError):
        descriptor = os.pidfd_open(seen.pid)
        try:
            if start_ticks(seen.pid) != seen.start:
                return
            if killing:
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(descriptor, signal.SIGTERM)
                signal.pidfd_send_signal(descriptor, signal.SIGCONT)
        finally:
            os.close(descriptor)
