"""The event log as it grows, for any number of readers: each holds a cursor and nothing else.

Recent events stand in a ring, encoded once for all readers. A reader who is further behind is
served from the store. So no event is ever dropped, and a slow reader costs nobody anything.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from courier_backend.api.concealing import concealed
from courier_backend.api.sse import KEEP_ALIVE, KEEP_ALIVE_SECONDS, message, position
from courier_backend.model.event import EventItem

RING: Final = 10_000
"""So many recent events are kept in memory."""
BATCH: Final = 500
"""At most so many events go out in one write."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events a reader wants; what is not given does not matter."""

    job_id: str = ""
    instance_id: str = ""
    run_id: str = ""
    types: frozenset[str] = frozenset()

    def admits(self, entry: "_Entry") -> bool:
        """Whether the reader wants this one."""
        return (
            (not self.run_id or entry.run_id == self.run_id)
            and (not self.instance_id or entry.instance_id == self.instance_id)
            and (not self.job_id or entry.job_id == self.job_id)
            and (not self.types or entry.type in self.types)
        )


ReadEvents = Callable[[int, int, EventFilter], Awaitable[Sequence[EventItem]]]
"""Reads the log: after this event, at most so many, of this job, instance and run."""


class _Entry:
    """An event in the ring, as bytes: a fraction of what the dictionary would hold in memory."""

    __slots__ = ("encoded", "instance_id", "job_id", "run_id", "seq", "type")

    def __init__(self, event: EventItem) -> None:
        self.seq = event["seq"]
        self.type = event["type"]
        self.job_id = event["jobId"]
        self.instance_id = event["instanceId"]
        self.run_id = event["runId"]
        self.encoded = encode(event)


class EventHub:
    """Where the store puts events, and readers find them. For one event loop."""

    def __init__(self, last_seq: int, read: ReadEvents, ring: int = RING) -> None:
        self._read = read
        self._ring = ring
        self._seqs: list[int] = []
        self._entries: list[_Entry] = []
        self._floor = last_seq
        self._wake = asyncio.Event()

    @property
    def last_seq(self) -> int:
        """The newest event."""
        return self._seqs[-1] if self._seqs else self._floor

    def publish(self, events: Sequence[EventItem]) -> None:
        """Events were written, in order."""
        self._seqs.extend(event["seq"] for event in events)
        self._entries.extend(_Entry(event) for event in events)
        if len(self._seqs) > self._ring + self._ring // 8:  # not moved for each event
            self._floor = self._seqs[-self._ring - 1]
            del self._seqs[: -self._ring]
            del self._entries[: -self._ring]
        woken, self._wake = self._wake, asyncio.Event()
        woken.set()

    async def follow(
        self, after: int | None, wanted: EventFilter, keep_alive: float = KEEP_ALIVE_SECONDS
    ) -> AsyncGenerator[bytes, None]:
        """Everything after `after` (None: from now on) that is wanted, as server-sent events."""
        cursor = self.last_seq if after is None else after
        yield position(cursor)
        while True:
            wake = self._wake
            if cursor < self._floor:
                cursor, chunk = await self._from_store(cursor, wanted)
            else:
                cursor, chunk = self._from_ring(cursor, wanted)
            if chunk:
                yield chunk
            elif cursor >= self.last_seq and not await _comes(wake, keep_alive):
                yield KEEP_ALIVE + position(cursor)

    def _from_ring(self, cursor: int, wanted: EventFilter) -> tuple[int, bytes]:
        begin = bisect_right(self._seqs, cursor)
        entries = self._entries[begin : begin + BATCH]
        if not entries:
            return cursor, b""
        chunk = b"".join(each.encoded for each in entries if wanted.admits(each))
        return entries[-1].seq, chunk

    async def _from_store(self, cursor: int, wanted: EventFilter) -> tuple[int, bytes]:
        # What the hub knows now is in the store by now: a short page has seen all of it.
        reached = self.last_seq
        events = await self._read(cursor, BATCH, wanted)
        end = events[-1]["seq"] if len(events) == BATCH else max(reached, cursor)
        entries = (_Entry(event) for event in events)
        return end, b"".join(each.encoded for each in entries if wanted.admits(each))


def encode(event: EventItem) -> bytes:
    """An event as a message of the stream."""
    return message(concealed(orjson.dumps(event)), seq=event["seq"])


async def _comes(wake: asyncio.Event, seconds: float) -> bool:
    """Whether something came in time."""
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return False
    return True
