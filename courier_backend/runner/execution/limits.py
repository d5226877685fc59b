"""The limits of an attempt that are set on its process before it may run."""

import os
import resource
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from courier_backend.runner.execution.control_groups import ControlGroups, StepGroup

_ALL_OF_IT: Final = 1.0


@dataclass(slots=True)
class Confined:
    """The names of the limits that could not be set, and the group that keeps others.

    Known once it is released: `ran_out_of_memory`, whether something was killed for its memory,
    and `most_bytes`, what it had of it at most (0: not known).
    """

    unmet: list[str] = field(default_factory=list)
    group: StepGroup | None = None
    ran_out_of_memory: bool = False
    most_bytes: int = 0


class Limiter:
    """Confines processes to the limits of their steps.

    `cores`: so many CPUs, the next in turn for each process, so that they do not all share the
    first. `cpu`: the part of the CPUs' time, 1 for all of it, through a control group.
    `memoryBytes`: of the whole step through a control group, else of each of its processes.
    """

    def __init__(self, groups: ControlGroups | None = None) -> None:
        self._groups = groups or ControlGroups(None)
        self._all = sorted(os.sched_getaffinity(0))
        self._next = 0

    def confine(self, pid: int, limits: dict[str, Any]) -> Confined:
        """Set what can be set."""
        cpu, memory = float(limits.get("cpu") or 0), int(limits.get("memoryBytes") or 0)
        cores = int(limits.get("cores") or 0)
        confined = Confined()
        if 0 < cores < len(self._all) and not self._give_cores(pid, cores):
            confined.unmet.append("cores")
        limited = 0 < cpu < _ALL_OF_IT
        if limited or memory:
            cpus = cpu * min(cores or len(self._all), len(self._all)) if limited else 0
            confined.group = self._group(pid, cpus, memory)
        if limited and not (confined.group and self._groups.can("cpu")):
            confined.unmet.append("cpu")
        in_group = confined.group and self._groups.can("memory")
        if memory and not in_group and not _bound_memory(pid, memory):
            confined.unmet.append("memoryBytes")
        return confined

    def release(self, confined: Confined) -> None:
        """An attempt has ended."""
        if confined.group is not None:
            confined.ran_out_of_memory = confined.group.ran_out_of_memory
            confined.most_bytes = confined.group.most_bytes
            self._groups.give_back(confined.group)

    def _give_cores(self, pid: int, wanted: int) -> bool:
        chosen = {self._all[(self._next + i) % len(self._all)] for i in range(wanted)}
        self._next += wanted
        with suppress(OSError):
            os.sched_setaffinity(pid, chosen)
            return True
        return False

    def _group(self, pid: int, cpus: float, memory: int) -> StepGroup | None:
        with suppress(OSError):
            group = self._groups.make(cpus, memory)
            if group is None:
                return None
            try:
                group.take(pid)
            except OSError:
                group.remove()
                raise
            return group
        return None


def _bound_memory(pid: int, memory: int) -> bool:
    """Bound what a process, and each that it starts, may have of its own."""
    with suppress(OSError, ValueError, AttributeError):
        resource.prlimit(pid, resource.RLIMIT_DATA, (memory, memory))
        return True
    return False
