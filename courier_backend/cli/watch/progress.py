"""How far an instance is, kept from a look at it and the events since. No I/O."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from courier_backend.model.status import FINAL_INSTANCE, FINAL_RUN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from courier_backend.model.event import EventItem
    from courier_backend.model.wire import InstanceItem, RunItem

_OF_RUNS: Final = frozenset({"run-changed", "run-received", "run-finished", "step-started"})


_STAGES: Final = {"": 0, "pending": 1, "dispatched": 2, "received": 3, "running": 4}
_ENDED: Final = 5


@dataclass(slots=True)
class _Run:
    group: int
    node: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that became different: of a run (`node`), of a group, or of the instance ("")."""

    status: str
    reason: str = ""
    node: str = ""
    group: int | None = None


def _reason(event: EventItem, run: _Run) -> str:
    """Why a run is as it is: while its status stays, only another reason replaces a reason."""
    data = event["data"]
    if data["status"] == run.status and "contact" not in data:
        return run.reason
    return str(data.get("reason") or "")


class Progress:
    """Counts by status, for each group; and what changed."""

    def __init__(self) -> None:
        self.groups: dict[int, Counter[str]] = {}
        self.status = ""
        self._runs: dict[str, _Run] = {}
        self._verdicts: dict[int, str] = {}

    def look(self, instance: InstanceItem, runs: Iterable[RunItem]) -> list[Change]:
        """Take in how everything is now; what is different from before."""
        changes: list[Change] = []
        for group in instance["groups"]:
            self.groups.setdefault(group["groupNumber"], Counter())
        for run in runs:
            name = run["nodeName"] or run["nodeId"]
            known = self._runs.setdefault(run["runId"], _Run(run["groupNumber"], name, ""))
            changes += self._run(known, run["status"], run["reason"])
        itself = self._instance(instance["status"], instance["reason"])
        # It begins before its runs do, and ends after them.
        return changes + itself if self.status in FINAL_INSTANCE else itself + changes

    def hear(self, event: EventItem) -> list[Change]:
        """Take in an event; what it changed."""
        status = str(event["data"].get("status") or "")
        reason = str(event["data"].get("reason") or "")
        if not status:
            return []
        if event["type"] in _OF_RUNS:
            run = self._runs.get(event["runId"] or "")
            return [] if run is None else self._run(run, status, _reason(event, run))
        if event["type"] == "group-changed":
            return self._group(event["data"]["groupNumber"], status, reason)
        if event["type"] == "instance-changed":
            return self._instance(status, reason)
        return []

    def done(self, group: int) -> int:
        """How many runs of a group have ended."""
        counts = self.groups[group]
        return sum(counts[status] for status in FINAL_RUN)

    def _run(self, run: _Run, status: str, reason: str) -> list[Change]:
        # An event may tell what a later look has shown already: no run goes back.
        if _STAGES.get(status, _ENDED) < _STAGES.get(run.status, _ENDED):
            return []
        if status == run.status and (status in FINAL_RUN or reason == run.reason):
            return []
        run.reason = reason
        counts = self.groups.setdefault(run.group, Counter())
        if run.status:
            counts[run.status] -= 1
        counts[status] += 1
        run.status = status
        return [Change(status, reason, run.node, run.group)]

    def _group(self, number: int, status: str, reason: str) -> list[Change]:
        if self._verdicts.get(number) == status:
            return []
        self._verdicts[number] = status
        return [Change(status, reason, group=number)]

    def _instance(self, status: str, reason: str) -> list[Change]:
        if status == self.status:
            return []
        self.status = status
        return [Change(status, reason)]
