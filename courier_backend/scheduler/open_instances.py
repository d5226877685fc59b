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
        """Take what was written; what is executed elsewhere keeps nothing here from beginning."""
        for event in events:
            data = event["data"]
            if event["type"].startswith("instance-") and "status" in data:
                is_new = event["type"] == "instance-created" and not data.get("outside")
                job_id, instance_id = event["jobId"] or "", event["instanceId"] or ""
                self._note(job_id, instance_id, data["status"], is_new=is_new)

    def _note(self, job_id: str, instance_id: str, status: str, *, is_new: bool) -> None:
        opened = self._by_job.get(job_id, {})
        if not is_new and instance_id not in opened:
            return
        if status not in FINAL_INSTANCE:
            self._by_job[job_id][instance_id] = status
            return
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
