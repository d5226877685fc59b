"""The response behind all streams: it ends when its source, its reader or the backend does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

import pytest
from starlette.types import Message

from courier_backend.api.activity import Activity
from courier_backend.api.sse import (
    KEEP_ALIVE,
    Chunks,
    Source,
    SseResponse,
    message,
    with_keep_alive,
)

pytestmark = pytest.mark.anyio


class Reader:
    """The other end of a response."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.came = asyncio.Event()
        self.gone = asyncio.Event()

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, sent: Message) -> None:
        self.sent.append(sent)
        self.came.set()

    @property
    def body(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.sent)

    async def read(self, response: SseResponse) -> None:
        await response({"type": "http"}, self.receive, self.send)


class Quiet:
    """A source that says one thing and then nothing, and knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            yield b"hello"
            await asyncio.Event().wait()
        finally:
            self.closed = True

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Chunks]:
        async with aclosing(self._chunks()) as chunks:
            yield chunks


def _response(source: Source, closing: asyncio.Event | None = None) -> tuple[SseResponse, Activity]:
    activity = Activity(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    return SseResponse(source, activity, closing or asyncio.Event()), activity


async def test_a_source_that_ends() -> None:
    async def three() -> AsyncGenerator[bytes, None]:
        for number in range(3):
            yield b"%d" % number

    reader = Reader()
    response, activity = _response(lambda: aclosing(three()))
    await reader.read(response)
    assert reader.body == b"012"
    assert reader.sent[0]["status"] == 200
    assert (b"content-type", b"text/event-stream; charset=utf-8") in reader.sent[0]["headers"]
    assert reader.sent[-1]["more_body"] is False
    assert activity.streams == 0


async def test_a_reader_that_leaves() -> None:
    source, reader = Quiet(), Reader()
    response, activity = _response(source.open)
    async with asyncio.TaskGroup() as group:
        group.create_task(reader.read(response))
        await reader.came.wait()
        assert activity.streams == 1
        reader.gone.set()
    assert source.closed
    assert activity.streams == 0


async def test_a_backend_that_ends() -> None:
    source, reader, closing = Quiet(), Reader(), asyncio.Event()
    response, _ = _response(source.open, closing)
    async with asyncio.TaskGroup() as group:
        group.create_task(reader.read(response))
        await reader.came.wait()
        closing.set()
    assert source.closed
    assert reader.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def _nothing() -> None:
    raise LookupError("no such attempt")


async def test_what_a_source_refuses_comes_before_the_headers() -> None:
    @asynccontextmanager
    async def refusing() -> AsyncIterator[Chunks]:
        await _nothing()
        yield Quiet()._chunks()

    reader = Reader()
    with pytest.raises(LookupError):
        await reader.read(_response(refusing)[0])
    assert reader.sent == []


async def test_a_quiet_source_is_kept_alive() -> None:
    async with Quiet().open() as chunks, aclosing(with_keep_alive(chunks, 0.001)) as kept:
        assert [await anext(kept) for _ in range(3)] == [b"hello", KEEP_ALIVE, KEEP_ALIVE]


async def test_keep_alive_closes_its_source() -> None:
    source = Quiet()
    async with source.open() as chunks:
        async with aclosing(with_keep_alive(chunks, 0.001)) as kept:
            await anext(kept)
            await anext(kept)
        assert source.closed


async def test_keep_alive_ends_with_its_source() -> None:
    async def one() -> AsyncIterator[bytes]:
        yield b"x"

    assert [chunk async for chunk in with_keep_alive(one())] == [b"x"]


def test_messages() -> None:
    assert message(b"{}", event="end") == b"event: end\ndata: {}\n\n"
    assert message(b"{}", seq=3) == b"id: 3\ndata: {}\n\n"
