"""Which processes belong to an attempt: one look at all processes serves everybody who asks.

A process belongs to an attempt when it bears the mark (``COURIER_ATTEMPT`` in its environment),
is of the group that the attempt began, or descends from one that is.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from courier_backend.runner.execution.clockwork import stat_fields

MARK: Final = "COURIER_ATTEMPT"
_PREFIX: Final = MARK.encode() + b"="
_KERNEL_THREAD: Final = 0x00200000
_STATE, _PARENT, _GROUP, _FLAGS, _START = 0, 1, 2, 6, 19


@dataclass(frozen=True, slots=True)
class Seen:
    """A process as it was seen."""

    pid: int
    parent: int
    group: int
    start: int
    mark: str


class Snapshot:
    """All living processes at one moment."""

    def __init__(self, seen: list[Seen]) -> None:
        self._by_mark: dict[str, list[Seen]] = defaultdict(list)
        self._by_group: dict[int, list[Seen]] = defaultdict(list)
        self._children: dict[int, list[Seen]] = defaultdict(list)
        for process in seen:
            self._by_mark[process.mark].append(process)
            self._by_group[process.group].append(process)
            self._children[process.parent].append(process)

    def of(self, mark: str, group: int | None) -> list[Seen]:
        """The processes of an attempt; `group` where it surely is still the attempt's."""
        found = {seen.pid: seen for seen in self._by_mark.get(mark, [])}
        if group:
            found |= {seen.pid: seen for seen in self._by_group.get(group, [])}
        todo = list(found)
        while todo:
            for child in self._children.get(todo.pop(), []):
                if child.pid not in found:
                    found[child.pid] = child
                    todo.append(child.pid)
        return list(found.values())


class Census:
    """Takes snapshots in a thread; those who ask during one share the next."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._begun = 0
        self._last = Snapshot([])

    async def fresh(self) -> Snapshot:
        """A snapshot that was begun after this call."""
        asked = self._begun
        async with self._lock:
            if self._begun == asked:
                self._begun += 1
                self._last = await asyncio.to_thread(take_snapshot)
            return self._last


def take_snapshot() -> Snapshot:
    """Look at every process but this one and the kernel's."""
    own = os.getpid()
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208  bare names
    return Snapshot([seen for pid in pids if pid != own for seen in _seen(pid)])


def _seen(pid: int) -> Iterator[Seen]:
    """The process, unless it is dead, gone or the kernel's."""
    with suppress(OSError, ValueError, IndexError):
        fields = stat_fields(_read(f"/proc/{pid}/stat"))
        if fields[_STATE] not in {b"Z", b"X"} and not int(fields[_FLAGS]) & _KERNEL_THREAD:
            parent, group, start = (int(fields[i]) for i in (_PARENT, _GROUP, _START))
            yield Seen(pid, parent, group, start, mark_of(pid))


def mark_of(pid: int) -> str:
    """The mark in the environment; that of another user's process cannot be read."""
    with suppress(OSError):
        for entry in _read(f"/proc/{pid}/environ").split(b"\0"):
            if entry.startswith(_PREFIX):
                return entry[len(_PREFIX) :].decode(errors="replace")
    return ""


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123  thousands of these per look
        return file.read()
