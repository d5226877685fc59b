"""The word of the backend on a run that an earlier runner of this home left unfinished.

It may have been canceled while nobody listened here: while the machine was restarting, say. So
nothing more of it begins before the backend follows it again, or asks it to stop. That is not
waited for without end, since a backend may be away for long.
"""

import asyncio
from contextlib import suppress
from typing import Final

WORD_SECONDS: Final = 20.0
"""Longer than a backend pauses before it tries a node again."""


class Word:
    """Given once, or taken as given after so many seconds from now."""

    def __init__(self, seconds: float = WORD_SECONDS) -> None:
        self._until = asyncio.get_running_loop().time() + seconds
        self._given = asyncio.Event()

    def give(self) -> None:
        """The backend knows of the run, and the run of what it wants."""
        self._given.set()

    async def wait(self) -> None:
        """Wait for it."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._until):
                await self._given.wait()
        self._given.set()
