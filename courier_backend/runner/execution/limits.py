"""The limits of an attempt that are set on its process before it may run."""

import os
from contextlib import suppress
from typing import Any


class Cores:
    """Gives each limited process the next CPUs in turn, so that they do not all share the first."""

    def __init__(self) -> None:
        self._all = sorted(os.sched_getaffinity(0))
        self._next = 0

    def confine(self, pid: int, limits: dict[str, Any]) -> list[str]:
        """Set what can be set; gives the names of the limits that could not be."""
        unmet = [] if limits.get("cpu") in {None, 0, 1} else ["cpu"]
        wanted = int(limits.get("cores") or 0)
        if 0 < wanted < len(self._all):
            chosen = {self._all[(self._next + i) % len(self._all)] for i in range(wanted)}
            self._next += wanted
            with suppress(OSError):
                os.sched_setaffinity(pid, chosen)
                return unmet
            unmet.append("cores")
        return unmet
