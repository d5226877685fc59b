"""Output of running attempts, as it comes: a short tail of each, and those who read along.

Nothing here is stored; the whole output is in the evidence. Memory is bounded: the tail of an
attempt, and what waits for a reader who does not keep up. What a reader loses is told to him
as a `dropped` mark with the number of bytes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final

TAIL_BYTES: Final = 256 * 1024
READER_BYTES: Final = 1024 * 1024

AttemptKey = tuple[str, int, int]
"""Run id, step number, attempt number."""
Mark = dict[str, Any]
"""An `output` line of the protocol, ``{"type": "dropped", "bytes": n}`` or ``{"type": "end"}``."""

_END: Final[Mark] = {"type": "end"}


class _Reader:
    """What waits for one reader, bounded."""

    def __init__(self) -> None:
        self._waiting: deque[Mark] = deque()
        self._bytes = 0
        self._dropped = 0
        self._wake = asyncio.Event()

    def put(self, mark: Mark) -> None:
        size = mark.get("bytes", 0)
        if self._bytes + size > READER_BYTES and mark["type"] == "output":
            self._dropped += size
        else:
            self._flush_dropped()
            self._waiting.append(mark)
            self._bytes += size if mark["type"] == "output" else 0
        self._wake.set()

    def _flush_dropped(self) -> None:
        if self._dropped:
            self._waiting.append({"type": "dropped", "bytes": self._dropped})
            self._dropped = 0

    async def marks(self) -> AsyncIterator[Mark]:
        """Everything for this reader, until the attempt ends."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                mark = self._waiting.popleft()
                self._bytes -= mark.get("bytes", 0) if mark["type"] == "output" else 0
                yield mark
                if mark is _END:
                    return
            self._flush_dropped()
            if self._waiting:
                self._wake.set()


class _Attempt:
    """One running attempt: its tail and its readers."""

    def __init__(self) -> None:
        self.readers: set[_Reader] = set()
        self._tail: deque[Mark] = deque()
        self._hidden: dict[str, Mark] = {}
        self._bytes = 0
        self._lost = 0

    def put(self, line: Mark) -> None:
        if "hidden" in line:  # only how much there is by now
            self._hidden[line["stream"]] = line
        else:
            self._remember(line)
        for reader in self.readers:
            reader.put(line)

    def _remember(self, line: Mark) -> None:
        self._tail.append(line)
        self._bytes += line["bytes"]
        while self._bytes > TAIL_BYTES and len(self._tail) > 1:
            size = self._tail.popleft()["bytes"]
            self._bytes -= size
            self._lost += size

    def replay(self, reader: _Reader) -> None:
        if self._lost:
            reader.put({"type": "dropped", "bytes": self._lost})
        for line in (*self._tail, *self._hidden.values()):
            reader.put(line)


class LiveOutput:
    """Where delivery puts output lines, and readers find them. For one event loop."""

    def __init__(self) -> None:
        self._attempts: dict[AttemptKey, _Attempt] = {}
        self._of_run: dict[str, set[AttemptKey]] = {}

    def begin(self, key: AttemptKey) -> None:
        """An attempt started: it can be read along from now on."""
        if key not in self._attempts:
            self._attempts[key] = _Attempt()
            self._of_run.setdefault(key[0], set()).add(key)

    def publish(self, run_id: str, line: Mark) -> None:
        """A line of output came."""
        key = (run_id, line["step"], line["attempt"])
        self.begin(key)
        self._attempts[key].put(line)

    def end(self, key: AttemptKey) -> None:
        """An attempt ended: its readers are told, its tail is let go."""
        attempt = self._attempts.pop(key, None)
        if attempt is not None:
            self._of_run[key[0]].discard(key)
            if not self._of_run[key[0]]:
                del self._of_run[key[0]]
            for reader in attempt.readers:
                reader.put(_END)

    def end_run(self, run_id: str) -> None:
        """Nothing more comes of a run, however it ended."""
        for key in list(self._of_run.get(run_id, ())):
            self.end(key)

    def is_live(self, key: AttemptKey) -> bool:
        """Whether more may come."""
        return key in self._attempts

    @contextmanager
    def read_along(self, key: AttemptKey) -> Iterator[AsyncIterator[Mark]]:
        """The tail so far, then what comes, then an `end`; for a finished attempt only `end`."""
        reader = _Reader()
        attempt = self._attempts.get(key)
        if attempt is None:
            reader.put(_END)
        else:
            attempt.replay(reader)
            attempt.readers.add(reader)
        try:
            yield reader.marks()
        finally:
            if attempt is not None:
                attempt.readers.discard(reader)
