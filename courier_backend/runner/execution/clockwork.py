"""What this machine and its boot are: read once."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_START_FIELD: Final = 19
"""Start time, counted from the field after the command in ``/proc/<pid>/stat``."""


def boot_id() -> str:
    """The id of this boot; process ids and start times mean nothing beyond it."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def start_ticks(pid: int) -> int:
    """When a process started, in ticks after the boot; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  on the path of every attempt
            return int(stat_fields(file.read())[_START_FIELD])
    except (OSError, IndexError, ValueError):
        return 0


def stat_fields(stat: bytes) -> list[bytes]:
    """The fields after the command, which may itself hold spaces and brackets."""
    return stat[stat.rindex(b")") + 2 :].split()


def own_start_ticks() -> int:
    """When this process started."""
    return start_ticks(os.getpid())
