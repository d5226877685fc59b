"""What is told, of which run, and when: as events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courier_backend.model.event import NewEvent
from courier_backend.model.times import to_text
from courier_backend.model.wire import InstanceItem, RunItem


@dataclass(frozen=True, slots=True)
class Outside:
    """An instance, one of its runs, and the moment at which something is told of it."""

    instance: InstanceItem
    run: RunItem
    now: datetime

    def event(self, kind: str, data: dict[str, Any]) -> NewEvent:
        """Something that happened to the run."""
        ids = (self.run["jobId"], self.run["instanceId"], self.run["runId"], self.run["nodeId"])
        return NewEvent(kind, self.now, *ids, data)

    def told(self, kind: str, **data: object) -> NewEvent:
        """Something that the run's node did, as if it had told us."""
        return self.event(kind, {"nodeSeq": 0, "at": to_text(self.now), **data})

    def of_instance(self, kind: str, data: dict[str, Any]) -> NewEvent:
        """Something that happened to the instance."""
        return of_instance(self.instance, self.now, kind, data)


def of_instance(instance: InstanceItem, now: datetime, kind: str, data: dict[str, Any]) -> NewEvent:
    """Something that happened to an instance."""
    return NewEvent(kind, now, instance["jobId"], instance["id"], data=data)
