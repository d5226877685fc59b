"""Server-sent events going out: one response for all streams, that ends when the reader leaves."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from courier_backend.api.activity import Activity

KEEP_ALIVE_SECONDS: Final = 15.0
KEEP_ALIVE: Final = b": keep-alive\n\n"

Chunks = AsyncIterator[bytes]
Source = Callable[[], AbstractAsyncContextManager[Chunks]]
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Content-Type": "text/event-stream; charset=utf-8",
}


def message(data: bytes, *, event: str = "", seq: int | None = None) -> bytes:
    """One message; `data` is JSON on one line."""
    name = f"event: {event}\n" if event else ""
    number = f"id: {seq}\n" if seq is not None else ""
    return b"%b%bdata: %b\n\n" % (number.encode(), name.encode(), data)


def position(seq: int) -> bytes:
    """Where a reader stands, without telling it anything: sets only its ``Last-Event-ID``."""
    return b"id: %d\n\n" % seq


class SseResponse(Response):
    """Sends what a source gives until it ends, the reader leaves, or the streams are closed.

    The source is opened before the headers go out, so that what it refuses is still answered as
    a problem.
    """

    def __init__(self, source: Source, activity: Activity, closing: asyncio.Event) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._source = source
        self._activity = activity
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI
        """Send all of it."""
        async with self._source() as chunks:
            with self._activity.stream():
                await send(
                    {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
                )
                await self._send_until_over(chunks, receive, send)

    async def _send_until_over(self, chunks: Chunks, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(_write(chunks, send))
            leaving = group.create_task(_until_gone(receive))
            closing = group.create_task(self._closing.wait())
            tasks = {writing, leaving, closing}
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        if self._closing.is_set() and writing.cancelled():
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _write(chunks: Chunks, send: Send) -> None:
    async for chunk in chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def with_keep_alive(
    chunks: AsyncIterator[bytes], seconds: float = KEEP_ALIVE_SECONDS
) -> AsyncGenerator[bytes, None]:
    """The same chunks, with a comment whenever nothing came for a while."""
    pending: asyncio.Future[bytes] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(chunks))
            done, _ = await asyncio.wait({pending}, timeout=seconds)
            if not done:
                yield KEEP_ALIVE
                continue
            finished, pending = pending, None
            try:
                yield finished.result()
            except StopAsyncIteration:
                return
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.wait({pending})
