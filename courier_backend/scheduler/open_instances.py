"""Which instances are not final, by job: what overlaps are judged by. Heard from the log."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from courier_backend.model.event import EventItem
from courier_backend.model.status import FINAL_INSTANCE, InstanceStatus
from courier_backend.store.queries.schedules import OpenInstance


class OpenInstances:
    """Kept by what the store tells; `freed` is called with each job that one of them ended of."""

    def __init__(self, freed: Callable[[str], None]) -> None:
        self._by_job: dict[str, dict[str, str]] = defaultdict(dict)
        self._freed = freed

    def load(self, found: Iterable[OpenInstance]) -> None:
        """What was open when the backend started."""
        for each in found:
            self._by_job[each.job_id][each.id] = each.status

    def hear(self, events: Sequence[EventItem]) -> None:
        """Take what was written."""
        for event in events:
            if event["type"].startswith("instance-") and "status" in event["data"]:
                self._note(event["jobId"] or "", event["instanceId"] or "", event["data"]["status"])

    def _note(self, job_id: str, instance_id: str, status: str) -> None:
        if status not in FINAL_INSTANCE:
            self._by_job[job_id][instance_id] = status
            return
        opened = self._by_job.get(job_id, {})
        if opened.pop(instance_id, None) is None:
            return
        if not opened:
            del self._by_job[job_id]
        self._freed(job_id)

    def running(self, job_id: str) -> list[str]:
        """Those that have begun."""
        opened = self._by_job.get(job_id, {})
        return [each for each, status in opened.items() if status != InstanceStatus.PENDING]

    def waiting(self, job_id: str) -> list[str]:
        """Those that have not."""
        opened = self._by_job.get(job_id, {})
        return [each for each, status in opened.items() if status == InstanceStatus.PENDING]
