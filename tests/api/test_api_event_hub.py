"""The hub of events: whoever reads, however slowly, misses nothing and gets nothing twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.api.event_stream import BATCH, EventFilter, EventHub
from courier_backend.model.event import EventItem

pytestmark = pytest.mark.anyio
ALL = EventFilter()


def event(seq: int, *, run: str = "r", kind: str = "run-changed") -> EventItem:
    return {
        "seq": seq,
        "time": "2026-01-01T00:00:00Z",
        "type": kind,
        "jobId": "j",
        "instanceId": "i",
        "runId": run,
        "nodeId": None,
        "data": {},
    }


class Log:
    """A log with a hub: what the store is to the API."""

    def __init__(self, before: int = 0, ring: int = 10) -> None:
        self.events = [event(seq) for seq in range(1, before + 1)]
        self.reads = 0
        self.hub = EventHub(before, self.read, ring)

    async def read(self, after: int, limit: int, wanted: EventFilter) -> Sequence[EventItem]:
        self.reads += 1
        await asyncio.sleep(0)
        return [e for e in self.events if e["seq"] > after and wanted.run_id in {"", e["runId"]}][
            :limit
        ]

    def write(self, *events: EventItem) -> None:
        self.events.extend(events)
        self.hub.publish(events)


def told(chunk: bytes) -> list[int]:
    """The events in a chunk."""
    blocks = [block for block in chunk.decode().split("\n\n") if "data: " in block]
    seqs = [json.loads(block.partition("data: ")[2])["seq"] for block in blocks]
    assert [f"id: {seq}\n" in chunk.decode() for seq in seqs] == [True] * len(seqs)
    return seqs


async def take(chunks: AsyncIterator[bytes], count: int) -> list[int]:
    """The next so many events."""
    seqs: list[int] = []
    while len(seqs) < count:
        seqs += told(await anext(chunks))
    return seqs


async def test_from_now_on() -> None:
    log = Log(before=5)
    async with aclosing(log.hub.follow(None, ALL)) as chunks:
        assert await anext(chunks) == b"id: 5\n\n"
        log.write(event(6), event(7))
        assert told(await anext(chunks)) == [6, 7]


async def test_history_comes_from_the_store_and_joins_what_is_new() -> None:
    log = Log(before=3 * BATCH + 7)
    log.write(*[event(seq) for seq in range(3 * BATCH + 8, 3 * BATCH + 20)])
    async with aclosing(log.hub.follow(0, ALL)) as chunks:
        assert await take(chunks, 3 * BATCH + 19) == list(range(1, 3 * BATCH + 20))


async def test_a_slow_reader_misses_nothing_when_the_ring_has_moved_on() -> None:
    log = Log(ring=10)
    async with aclosing(log.hub.follow(0, ALL)) as chunks:
        log.write(event(1))
        assert await take(chunks, 1) == [1]
        for seq in range(2, 500):
            log.write(event(seq))
        assert await take(chunks, 498) == list(range(2, 500))
    assert log.reads > 0


async def test_many_events_go_out_in_one_write() -> None:
    log = Log(ring=1000)
    log.write(*[event(seq) for seq in range(1, 301)])
    async with aclosing(log.hub.follow(0, ALL)) as chunks:
        await anext(chunks)
        assert len(told(await anext(chunks))) == 300


async def test_filters() -> None:
    log = Log(ring=100)
    wanted = EventFilter(run_id="mine", types=frozenset({"run-changed"}))
    async with aclosing(log.hub.follow(0, wanted)) as chunks:
        log.write(
            event(1, run="other"),
            event(2, run="mine"),
            event(3, run="mine", kind="run-received"),
            event(4, run="mine"),
        )
        assert await take(chunks, 2) == [2, 4]


async def test_a_quiet_stream_is_kept_alive_and_says_where_it_stands() -> None:
    log = Log()
    async with aclosing(log.hub.follow(0, EventFilter(run_id="none"), 0.01)) as chunks:
        assert await anext(chunks) == b"id: 0\n\n"
        log.write(event(1), event(2))
        assert await anext(chunks) == b": keep-alive\n\nid: 2\n\n"


async def test_a_reader_that_waits_costs_no_loop() -> None:
    log = Log()
    async with aclosing(log.hub.follow(0, ALL)) as chunks:
        await anext(chunks)
        waiting = asyncio.ensure_future(anext(chunks))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not waiting.done()
        assert log.reads == 0
        log.write(event(1))
        assert told(await waiting) == [1]


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(1, 30), st.booleans()), max_size=25),
)
def test_never_a_gap_never_twice(before: int, after: int, steps: list[tuple[int, bool]]) -> None:
    async def scenario() -> None:
        log = Log(before=before, ring=5)
        begin = min(after, before)
        got: list[int] = []
        async with aclosing(log.hub.follow(begin, ALL, 0.0)) as chunks:
            for count, reads in steps:
                first = len(log.events) + 1
                log.write(*[event(seq) for seq in range(first, first + count)])
                if reads:
                    got += told(await anext(chunks))
            while len(got) < len(log.events) - begin:
                got += told(await anext(chunks))
        assert got == list(range(begin + 1, len(log.events) + 1))

    asyncio.run(scenario())
