"""One reader of a run's stream: what waits for him, bounded.

Status lines always reach him. Output is only for looking on: what a slow reader, or more output
than anybody can read, would pile up is left out; the offsets of the lines show the gap.
"""

import asyncio
from typing import Final

WAITING_OUTPUT_BYTES: Final = 256 * 1024
OUTPUT_BYTES_A_SECOND: Final = 4 * 1024 * 1024


class Reader:
    """Collects lines; hands over everything that came since the last time in one piece."""

    __slots__ = (
        "_allowance",
        "_ended",
        "_loop",
        "_output",
        "_parts",
        "_refilled",
        "_waiter",
        "beats",
    )

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []
        self._output = 0
        self._allowance = float(OUTPUT_BYTES_A_SECOND)
        self._refilled = self._loop.time()
        self._ended = False
        self._waiter: asyncio.Future[None] | None = None
        self.beats = 0

    def put(self, line: bytes) -> None:
        """A line that must arrive."""
        self._parts.append(line)
        self._wake()

    def has_room(self, size: int) -> bool:
        """Whether output of about `size` would be taken now."""
        now = self._loop.time()
        refill = (now - self._refilled) * OUTPUT_BYTES_A_SECOND
        self._allowance = min(float(OUTPUT_BYTES_A_SECOND), self._allowance + refill)
        self._refilled = now
        return self._allowance >= size and self._output + size <= WAITING_OUTPUT_BYTES

    def put_output(self, line: bytes) -> None:
        """A line of output; left out when it finds no room."""
        if self.has_room(len(line)):
            self._output += len(line)
            self._allowance -= len(line)
            self.put(line)

    def beat(self, line: bytes) -> None:
        """A heartbeat; only where nothing else waits to be sent."""
        self.beats += 1
        if not self._parts:
            self.put(line)

    def end(self) -> None:
        """Nothing more will come."""
        self._ended = True
        self._wake()

    async def chunk(self) -> bytes:
        """What came, at least one line; empty at the end."""
        while not self._parts and not self._ended:
            self._waiter = self._loop.create_future()
            await self._waiter
        parts, self._parts = self._parts, []
        self._output = 0
        return b"".join(parts)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
