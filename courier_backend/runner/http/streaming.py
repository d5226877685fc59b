"""Answering with a stream of lines for as long as something comes, with heartbeats."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import orjson

from courier_backend.model.times import system_clock, to_text
from courier_backend.runner.http.answers import NDJSON, Exchange
from courier_backend.runner.runs.reader import Reader


class Pulse:
    """One timer for the heartbeats of all streams; none while there is neither stream nor work.

    `tick` is called with each beat and says whether there is work.
    """

    def __init__(self, tick: Callable[[], bool], seconds: float) -> None:
        self._tick = tick
        self._seconds = seconds
        self._readers: set[Reader] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Beat from now on, as long as there is a stream or work."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._beat)

    def join(self, reader: Reader) -> None:
        """This stream gets heartbeats from now on."""
        self._readers.add(reader)
        self.start()

    def leave(self, reader: Reader) -> None:
        """This stream has ended."""
        self._readers.discard(reader)

    def end_all(self) -> None:
        """The runner goes: every stream ends, and is resumed later."""
        for reader in self._readers:
            reader.end()

    def _beat(self) -> None:
        self._timer = None
        if not self._tick() and not self._readers:
            return
        line = orjson.dumps({"type": "heartbeat", "now": to_text(system_clock())}) + b"\n"
        for reader in self._readers:
            reader.beat(line)
        self.start()


async def stream(exchange: Exchange, reader: Reader, pulse: Pulse, *, at_once: bool) -> None:
    """Send what the reader gets until it ends or he who reads is gone.

    `at_once`: answer before there is anything to send, as a resumed run may be quiet for long. An
    order is answered with its first line, which proves that it is on disk.
    """
    chunk = b"" if at_once else await reader.chunk()
    await exchange.begin(200, NDJSON)
    pulse.join(reader)
    watcher: asyncio.Task[None] | None = None
    try:
        if at_once:
            watcher = asyncio.get_running_loop().create_task(_until_gone(exchange, reader))
            chunk = await reader.chunk()
        while chunk:
            await exchange.put(chunk, more=True)
            if reader.beats and watcher is None:
                watcher = asyncio.get_running_loop().create_task(_until_gone(exchange, reader))
            chunk = await reader.chunk()
        await exchange.put(b"", more=False)
    finally:
        pulse.leave(reader)
        if watcher is not None:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher


async def _until_gone(exchange: Exchange, reader: Reader) -> None:
    """End the stream when the other side has gone; looked at only for streams that last."""
    while (await exchange.receive())["type"] != "http.disconnect":
        pass
    reader.end()
