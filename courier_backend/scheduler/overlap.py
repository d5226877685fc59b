"""What becomes of an execution whose job has instances that are not final. Pure."""

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


def waits_sentence(policy_instance: str) -> str:
    """Why an execution waits."""
    return f"it waits until instance {policy_instance} has ended"


def skip_sentence(open_instance: str, waiting: int) -> str:
    """Why an execution is skipped."""
    also = ", and another one waits" if waiting else ""
    return f"instance {open_instance} had not ended when it was due{also}"
