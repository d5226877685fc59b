"""One run as its node holds it: its order, what it has told, who reads along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import orjson

from courier_backend.model.times import system_clock, to_text
from courier_backend.model.variables import sensitive_names
from courier_backend.runner.journal import records
from courier_backend.runner.runs.reader import Reader
from courier_backend.runner.runs.word import Word

if TYPE_CHECKING:
    from courier_backend.model.protocol import RunOrder

_HELD_EVIDENCE_BYTES: Final = 32 * 1024
"""An evidence line up to this size lives in the journal and in memory; a larger one is a file."""


class Sealing(Protocol):
    """Hides values, each for its place."""

    def close(self, value: str, place: str) -> str:
        """The value, sealed."""
        ...

    def open(self, sealed: str, place: str) -> str:
        """The value again."""
        ...


class Journal(Protocol):
    """Where a run writes what it tells before it tells it."""

    @property
    def seal(self) -> Sealing:
        """What hides sensitive values in it."""
        ...

    def submit(self, data: bytes, then: Callable[[], None] | None = None) -> None:
        """Append; `then` is called once it is on disk."""
        ...


class NodeFeed(Protocol):
    """The stream of all runs of one node."""

    def next_cursor(self) -> int:
        """The number of the next status line of the node."""
        ...

    def told(self, run_id: str, cursor: int, line: bytes) -> None:
        """A line is on disk and told."""
        ...


class Run:
    """Status lines are submitted to the journal first and told once they are on disk."""

    def __init__(self, order: RunOrder, body: bytes, journal: Journal, feed: NodeFeed) -> None:
        self.id = order["runId"]
        self.order = order
        self.body = body
        self.journal = journal
        self.feed = feed
        self.lines: list[bytes] = []
        self.cursors: list[int] = []
        self.privates: dict[int, dict[str, Any]] = {}
        self.evidence: dict[int, bytes | Callable[[], bytes]] = {}
        self.told_count = 0
        self.finished = False
        self.files: set[Path] = set()
        self.hidden: set[tuple[int, int]] = set()
        self.cancel_asked = False
        self.word: Word | None = None
        self.on_cancel: Callable[[], None] | None = None
        self.flush_output: Callable[[], None] | None = None
        self.readers: list[Reader] = []
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._record = b""

    def record(self) -> bytes:
        """The order for the journal; one with sensitive values is sealed."""
        if not self._record:
            node_id = self.order["nodeId"]
            if sensitive_names(self.order["actions"]["steps"]):
                sealed = self.journal.seal.close(self.body.decode(), records.place(self.id))
                self._record = records.sealed_order(self.id, node_id, sealed)
            else:
                return records.order(self.id, node_id, self.body)
        return self._record

    def sealed(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """Sensitive values as what only a restart needs; None for none."""
        if not values:
            return None
        text = orjson.dumps(values).decode()
        return {"sealed": self.journal.seal.close(text, records.place(self.id))}

    def opened(self, private: dict[str, Any] | None) -> dict[str, Any]:
        """The sensitive values that stand with a line."""
        sealed = (private or {}).get("sealed")
        if not sealed:
            return {}
        values: dict[str, Any] = orjson.loads(
            self.journal.seal.open(sealed, records.place(self.id))
        )
        return values

    @property
    def is_over(self) -> bool:
        """Finished, and everybody could know."""
        return self.finished and self.told_count == len(self.lines)

    def tell(self, line: dict[str, Any], private: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write a status line to the journal; it is told when it is on disk. Gives it whole."""
        seq = len(self.lines) + 1
        line = {"seq": seq, "time": to_text(system_clock()), **line}
        encoded = orjson.dumps(line) + b"\n"
        cursor = self.feed.next_cursor()
        self.keep(encoded, cursor, private)
        self.finished = self.finished or line["type"] == "run-finished"
        record = records.status(self.id, cursor, encoded, private)
        self.journal.submit(record, partial(self._told, seq))
        return line

    def keep(self, encoded: bytes, cursor: int, private: dict[str, Any] | None) -> None:
        """Hold a status line that is, or will be, in the journal."""
        self.lines.append(encoded)
        self.cursors.append(cursor)
        if private:
            self.privates[len(self.lines)] = private

    def attach(self, line: bytes, reload: Callable[[], bytes] | None) -> None:
        """An evidence line that follows the status line submitted last.

        A large one is let go once it was told; `reload` reads it again for a later reader.
        """
        seq = len(self.lines)
        if len(line) <= _HELD_EVIDENCE_BYTES or reload is None:
            self.evidence[seq] = line
            self.journal.submit(records.evidence(self.id, seq, line))
        else:
            self.evidence[seq] = line
            self.journal.submit(b"", partial(self.evidence.__setitem__, seq, reload))

    async def written(self) -> None:
        """Wait until everything submitted so far is on disk and told."""
        if self.told_count < len(self.lines):
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((len(self.lines), waiter))
            await waiter

    def look_on(self, after: int) -> Reader:
        """A new reader: what was told after line `after`, then whatever comes."""
        self._word_given()
        reader = Reader()
        for seq in range(after + 1, self.told_count + 1):
            self._give(reader, seq)
        if self.is_over:
            reader.end()
        else:
            self.readers.append(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """A reader went away."""
        if reader in self.readers:
            self.readers.remove(reader)

    def put_output(self, line: dict[str, Any]) -> None:
        """Output for those who look on now."""
        encoded = orjson.dumps(line) + b"\n"
        for reader in self.readers:
            reader.put_output(encoded)

    def is_watched(self, size: int) -> bool:
        """Whether anybody would take output of this size now."""
        return any(reader.has_room(size) for reader in self.readers)

    def cancel(self) -> None:
        """Ask the run to stop; whoever executes it is told at once."""
        self.cancel_asked = True
        self._word_given()
        if self.on_cancel is not None:
            self.on_cancel()

    async def may_go_on(self) -> None:
        """Before anything more of it begins: let the backend say so, where that is open."""
        if self.word is not None:
            await self.word.wait()

    def _word_given(self) -> None:
        if self.word is not None:
            self.word.give()

    def _told(self, seq: int) -> None:
        self.told_count = max(self.told_count, seq)
        self.feed.told(self.id, self.cursors[seq - 1], self.lines[seq - 1])
        for reader in self.readers:
            self._give(reader, seq)
        if self.is_over:
            for reader in self.readers:
                reader.end()
            self.readers.clear()
        for upto, waiter in self._waiters:
            if upto <= seq and not waiter.done():
                waiter.set_result(None)
        self._waiters = [(upto, waiter) for upto, waiter in self._waiters if upto > seq]

    def _give(self, reader: Reader, seq: int) -> None:
        reader.put(self.lines[seq - 1])
        evidence = self.evidence.get(seq)
        if evidence is not None:
            reader.put(evidence() if callable(evidence) else evidence)

    def snapshot(self) -> list[bytes]:
        """The records that bring this run back after a start."""
        out = [self.record()]
        for seq, (line, cursor) in enumerate(zip(self.lines, self.cursors, strict=True), 1):
            out.append(records.status(self.id, cursor, line, self.privates.get(seq)))
            evidence = self.evidence.get(seq)
            if isinstance(evidence, bytes) and len(evidence) <= _HELD_EVIDENCE_BYTES:
                out.append(records.evidence(self.id, seq, evidence))
        if self.cancel_asked:
            out.append(records.cancel(self.id))
        return out
