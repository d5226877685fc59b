"""What is typed, one after the other: a key waits for the one before it, and for its screen.

Textual looks for the binding of a key after the key has gone from the focus up to the app. Who
types faster than a busy machine does that would otherwise hit what was there before: a letter of
a filter would be a command for the row under the cursor.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from courier_tui.screens.live import LiveScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from textual.events import Key, Paste
    from textual.message_pump import MessagePump

    from courier_tui.frame import Frame

_PATIENCE: Final = 1.0
"""Longer nobody waits for a part that may be gone."""


class Typed:
    """Keys, and what is pasted, in order."""

    def __init__(self, frame: Frame, deliver: Callable[[Key | Paste], Awaitable[None]]) -> None:
        self._frame = frame
        self._deliver = deliver
        self._waiting: deque[Key | Paste] = deque()
        self._working = False

    def take(self, event: Key | Paste) -> None:
        """Deliver it when all before it is done."""
        self._waiting.append(event)
        if not self._working:
            self._working = True
            self._frame.run_worker(self._work(), group="typed")

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._screen_is_up()
                way = list(self._way())
                await self._deliver(self._waiting.popleft())
                for part in way:
                    await _rest_of(part)
        finally:
            self._working = False

    async def _screen_is_up(self) -> None:
        screen = self._frame.screen
        if isinstance(screen, LiveScreen):
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await screen.up.wait()

    def _way(self) -> Iterator[MessagePump]:
        """From the focus up to the app, as a key goes that nobody takes."""
        yield from (self._frame.focused or self._frame.screen).ancestors_with_self


async def _rest_of(part: MessagePump) -> None:
    """Until it has done what lies before it now."""
    done = asyncio.Event()
    if part.call_later(done.set):
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await done.wait()
