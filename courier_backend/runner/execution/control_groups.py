"""Limits of CPU and memory through control groups (v2), where the system delegated one to us.

A group that may hold groups with limits holds no processes itself, so the runner moves into one
below first. That is done only where our group is ours to arrange: nobody else is in it, and it
was delegated (systemd's ``Delegate=yes`` says so to a runner of root; another user's runner could
not write there otherwise). Each attempt with such a limit gets a group of its own for its time.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

ROOT: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")
_UNIFIED: Final = "0::"
_RUNNER: Final = "courier-runner"
_STEP: Final = "courier-step-"
_PERIOD: Final = 100_000
_LEAST_QUOTA: Final = 1_000
_DELEGATED: Final = ("user.delegate", "trusted.delegate")


class StepGroup:
    """The group of one attempt, and the limits that it keeps."""

    def __init__(self, folder: Path, limits: dict[str, str]) -> None:
        """Make it.

        Raises:
            OSError: a limit cannot be set.
        """
        self._folder = folder
        folder.mkdir()
        try:
            for name, value in limits.items():
                (folder / name).write_text(value)
            if "memory.max" in limits:
                _try(folder / "memory.swap.max", "0")
                _try(folder / "memory.oom.group", "1")
        except OSError:
            self.remove()
            raise

    def take(self, pid: int) -> None:
        """Put a process into it, and all that it starts from now on.

        Raises:
            OSError: it cannot be moved.
        """
        (self._folder / "cgroup.procs").write_text(str(pid))

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether something in it was killed for its memory."""
        with suppress(OSError, ValueError):
            for line in (self._folder / "memory.events").read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill" and int(count):
                    return True
        return False

    @property
    def most_bytes(self) -> int:
        """The memory that all in it had at most; 0 where the kernel does not say."""
        with suppress(OSError, ValueError):
            return int((self._folder / "memory.peak").read_text())
        return 0

    def remove(self) -> bool:
        """Remove it; False while something still runs in it."""
        try:
            self._folder.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True


class ControlGroups:
    """Makes groups for attempts; `can` says which limits are kept by one."""

    def __init__(self, folder: Path | None, controllers: frozenset[str] = frozenset()) -> None:
        self._folder = folder
        self._controllers = controllers
        self._number = 0
        self._left: list[StepGroup] = []

    def can(self, controller: str) -> bool:
        """Whether ``cpu`` or ``memory`` can be limited."""
        return controller in self._controllers

    def make(self, cpus: float, memory: int) -> StepGroup | None:
        """A group for as many CPUs and bytes, 0 for no limit; None when there is nothing to keep.

        Raises:
            OSError: it cannot be made.
        """
        limits = {}
        if cpus and self.can("cpu"):
            limits["cpu.max"] = f"{max(_LEAST_QUOTA, round(cpus * _PERIOD))} {_PERIOD}"
        if memory and self.can("memory"):
            limits["memory.max"] = str(memory)
        if self._folder is None or not limits:
            return None
        self._number += 1
        return StepGroup(self._folder / f"{_STEP}{os.getpid()}-{self._number}", limits)

    def give_back(self, group: StepGroup) -> None:
        """An attempt has ended; a group in which something was left running goes later."""
        self._left = [left for left in (*self._left, group) if not left.remove()]


def delegated_groups(root: Path = ROOT, own: Path = _OWN) -> ControlGroups:
    """What this process may do with control groups; arranges our own for it."""
    with suppress(OSError):
        folder = _own_folder(root, own)
        if folder is not None and _is_ours(folder, root):
            return ControlGroups(folder, _arranged(folder))
    return ControlGroups(None)


def _own_folder(root: Path, own: Path) -> Path | None:
    if not (root / "cgroup.controllers").exists():
        return None
    for line in own.read_text().splitlines():
        if line.startswith(_UNIFIED):
            return root / line.removeprefix(_UNIFIED).lstrip("/")
    return None


def _is_ours(folder: Path, root: Path) -> bool:
    """Whether we may arrange the group that we are in."""
    writable = os.access(folder / "cgroup.procs", os.W_OK) and os.access(folder, os.W_OK)
    alone = (folder / "cgroup.procs").read_text().split() == [str(os.getpid())]
    return writable and alone and (os.geteuid() != 0 or folder == root or _has_mark(folder))


def _has_mark(folder: Path) -> bool:
    for name in _DELEGATED:
        with suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    return False


def _arranged(folder: Path) -> frozenset[str]:
    """Move into a group below, remove what an earlier runner left, and hand the limits down."""
    offered = set((folder / "cgroup.controllers").read_text().split())
    wanted = sorted(offered & {"cpu", "memory"})
    if not wanted:
        return frozenset()
    below = folder / _RUNNER
    below.mkdir(exist_ok=True)
    (below / "cgroup.procs").write_text(str(os.getpid()))
    for left in folder.glob(f"{_STEP}*"):
        with suppress(OSError):
            left.rmdir()
    (folder / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in wanted))
    return frozenset(wanted)


def _try(path: Path, value: str) -> None:
    """Older kernels do not have all of the files."""
    with suppress(OSError):
        path.write_text(value)
