"""Processes that a step left behind come to us (we are their subreaper): found, and buried.

So what an attempt left running is known without looking at every process of the machine: our
list of children, less those that we started, is the list of suspects.
"""

import ctypes
import os
from contextlib import suppress
from typing import Final

from courier_backend.runner.execution.census import mark_of

_PR_SET_CHILD_SUBREAPER: Final = 36


def become_subreaper() -> None:
    """Take in the orphans of everything that we start."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Orphans:
    """Knows our own children from those that were orphaned to us."""

    def __init__(self) -> None:
        self._own: set[int] = set()
        self._marks: dict[int, str] = {}
        pid = os.getpid()
        self._list = f"/proc/{pid}/task/{pid}/children"

    def started(self, pid: int) -> None:
        """We started this process ourselves and shall bury it ourselves."""
        self._own.add(pid)

    def buried(self, pid: int) -> None:
        """A process of our own has ended."""
        self._own.discard(pid)

    def left_by(self, mark: str) -> bool:
        """Whether an attempt left a process alive; buries the dead of all attempts."""
        known, self._marks = self._marks, {}
        for pid in self._children():
            if pid not in self._own and not _bury(pid):
                self._marks[pid] = known[pid] if pid in known else mark_of(pid)
        return mark in self._marks.values()

    @property
    def some_live(self) -> bool:
        """Whether any orphan was alive at the last look."""
        return bool(self._marks)

    def _children(self) -> list[int]:
        with suppress(OSError), open(self._list, "rb") as file:  # noqa: PTH123  after every attempt
            return [int(pid) for pid in file.read().split()]
        return []


def _bury(pid: int) -> bool:
    """Whether the orphan is dead (and now buried)."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True
