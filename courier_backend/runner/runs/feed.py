"""The stream of all runs of one node: their status lines in one order, each with its run."""

from collections.abc import Iterable
from time import time_ns
from typing import Final

from courier_backend.runner.runs.reader import Reader
from courier_backend.runner.runs.run import Run

_NANOS_A_MICRO: Final = 1000


class Feed:
    """Numbers the lines of a node (`cursor`), and tells them to those who follow the node.

    The numbers begin at the clock of the start, so that they grow over restarts even when
    every run before was released.
    """

    def __init__(self) -> None:
        self._last = time_ns() // _NANOS_A_MICRO
        self.readers: list[Reader] = []

    def seen(self, cursor: int) -> None:
        """A line from before the start has this number."""
        self._last = max(self._last, cursor)

    def next_cursor(self) -> int:
        """The number of the next line."""
        self._last += 1
        return self._last

    def told(self, run_id: str, cursor: int, line: bytes) -> None:
        """A line is on disk: followers get it."""
        if self.readers:
            wrapped = _wrapped(run_id, cursor, line)
            for reader in self.readers:
                reader.put(wrapped)

    def follow(self, runs: Iterable[Run], after: int) -> Reader:
        """A new follower: what was told after `after`, then whatever comes."""
        reader = Reader()
        told = [
            (cursor, run.id, line)
            for run in runs
            for cursor, line in zip(run.cursors[: run.told_count], run.lines, strict=False)
            if cursor > after
        ]
        for cursor, run_id, line in sorted(told):
            reader.put(_wrapped(run_id, cursor, line))
        self.readers.append(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """A follower went away."""
        if reader in self.readers:
            self.readers.remove(reader)


def _wrapped(run_id: str, cursor: int, line: bytes) -> bytes:
    return b'{"runId":"%b","cursor":%d,' % (run_id.encode(), cursor) + line[1:]
