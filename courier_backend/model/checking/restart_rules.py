"""Restarts of the machine that come too late for those who wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.values import number_at, object_at, objects_at, text_at
from courier_backend.model.commands import MOST_MINUTES, RESTART, USUAL_MINUTES, whole_number

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings

_MINUTE: Final = 60


def check_restarts(findings: Findings) -> None:
    """Report restarts before which a run, or the step itself, is given up."""
    document = findings.document.value
    groups = list(objects_at(object_at(document, "target"), "groups"))
    for number, step in objects_at(object_at(document, "actions"), "steps"):
        seconds = _seconds(step)
        if not seconds:
            continue
        args = ("args", "time") if object_at(step, "command", "args").get("time") else ()
        here = ("actions", "steps", number, "command", *args)
        for index, group in groups:
            patience = number_at(group, "timeoutSeconds") or 0
            if 0 < patience <= seconds:
                who = f"target.groups[{index}] gives a run up"
                findings.warning(here, _too_late(who, patience), key=False)
        limit = number_at(object_at(step, "limits"), "timeoutSeconds") or 0
        if 0 < limit <= seconds:
            findings.warning(here, _too_late("limits of the step give it up", limit), key=False)


def _too_late(who: str, seconds: int) -> str:
    return f"is too late: {who} after {seconds} s, before the machine goes down"


def _seconds(step: dict[str, Any]) -> int:
    """How long after its order the machine goes down; 0 where that is at once or not known."""
    if text_at(object_at(step, "interpreter"), "name") != RESTART:
        return 0
    command = step.get("command")
    if not (isinstance(command, list) and len(command) == 1) and not object_at(command).get("exec"):
        return 0
    time = object_at(command, "args").get("time")
    minutes = USUAL_MINUTES if time is None or time == "" else whole_number(time, MOST_MINUTES)
    return (minutes or 0) * _MINUTE
