"""What becomes of an execution whose job has instances that are not final. Pure."""

from collections.abc import Sequence
from enum import Enum


class Fate(Enum):
    """What an execution does."""

    BEGIN = "begin"
    WAIT = "wait"
    SKIP = "skip"


def fate(policy: str, *, running: int, waiting: int, in_line: bool) -> Fate:
    """By the job's policy; `in_line`: it may wait behind others that wait (`run-all`)."""
    if policy == "parallel" or not (running or waiting):
        return Fate.BEGIN
    if policy == "queue" and (not waiting or in_line):
        return Fate.WAIT
    return Fate.SKIP


def waits_sentence(open_instance: str) -> str:
    """Why an execution waits."""
    return f"it waits until instance {open_instance} has ended"


def skip_sentence(open_instances: Sequence[str]) -> str:
    """Why an execution is skipped."""
    if not open_instances:  # it has ended by now
        return "another instance had not ended when it was due"
    also = ", and another one waits" if len(open_instances) > 1 else ""
    return f"instance {open_instances[0]} had not ended when it was due{also}"
