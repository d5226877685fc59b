"""Jobs whose executions are skipped over and over, because one of them does not end.

After a hundred skips in a row such a job is looked at once a minute, and when it is free again;
what was due meanwhile is recorded together. This is only remembered, not kept: a backend that
starts begins to count anew.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from courier_backend.scheduler.upcoming import MOST_ALONE

PAUSE: Final = timedelta(minutes=1)


class Crowds:
    """Counts skips in a row, by job."""

    def __init__(self) -> None:
        self._skipped: Counter[str] = Counter()
        self._freed: dict[str, datetime] = {}

    def is_crowded(self, job_id: str) -> bool:
        """Whether so many were skipped in a row that the next are recorded together."""
        return self._skipped[job_id] >= MOST_ALONE

    def note(self, job_id: str, *, executed: int, skipped: int) -> None:
        """What one look at a job made of its executions."""
        if executed or job_id in self._freed:
            self.clear(job_id)
        elif skipped:
            self._skipped[job_id] += skipped

    def free(self, job_id: str, now: datetime) -> bool:
        """An instance of a job ended; whether it was crowded, so that it is to be looked at."""
        if not self.is_crowded(job_id):
            return False
        self._freed[job_id] = now
        return True

    def was_taken(self, job_id: str, at: datetime) -> bool:
        """Whether a job that is free now was not when an execution was due."""
        freed_at = self._freed.get(job_id)
        return freed_at is not None and at < freed_at

    def clear(self, job_id: str) -> None:
        """A job is as free as any other."""
        self._skipped.pop(job_id, 0)
        self._freed.pop(job_id, None)
