"""What the end of an instance means: a last line, and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from courier_backend.cli.clean import clean
from courier_backend.cli.when import between
from courier_backend.cli.words import counted

if TYPE_CHECKING:
    from courier_backend.model.wire import InstanceItem

_CODES: Final = {"success": 0, "failure": 1, "canceled": 3}


def exit_code_of(instance: InstanceItem) -> int:
    """0 success, 3 canceled, else 1 (a skipped one did not do its work either)."""
    return _CODES.get(instance["status"], 1)


def last_line(instance: InstanceItem) -> str:
    """How it ended, in one line."""
    took = between(instance["startedAt"], instance["finishedAt"])
    reason = f" ({instance['reason'].rstrip('.')})" if instance["reason"] else ""
    runs = counted(instance["runCounts"]) or "no runs"
    return clean(f"Instance {instance['id']}: {instance['status']}{reason}; {runs}; took {took}.")


def what_next(instance: InstanceItem) -> str:
    """What a person may want to do after a failure; "" after a success."""
    if instance["status"] != "failure":
        return ""
    short = instance["id"][:8]
    return (
        f"`courier runs list --instance {short}` shows where; "
        f"`courier retry {short}` runs it again there."
    )
