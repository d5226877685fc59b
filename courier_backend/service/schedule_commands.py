"""The part of the service that concerns schedules, and starting jobs beside them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from courier_backend.model.wire import EstimateItem, ExceptionItem, JobItem, ManualItem, Submitted
from courier_backend.service.jobs import Jobs
from courier_backend.service.schedules import Schedules
from courier_backend.service.starts import Starts


class ScheduleCommands:
    """What the API can ask for; who derives from it brings the parts."""

    _jobs: Jobs
    _starts: Starts
    _schedules: Schedules

    async def activate(self, job_id: str, *, by: str) -> str:
        """Start one instance now."""
        return await self._starts.activate(job_id, by)

    async def manual_job(
        self,
        job_id: str,
        *,
        triggered_at: datetime | None,
        triggered_by: str,
        override: bool,
        by: str,
    ) -> ManualItem:
        """Start one instance beside the schedule; `override`: in a window, too."""
        return await self._starts.by_hand(
            job_id, triggered_at=triggered_at, triggered_by=triggered_by or by, override=override
        )

    async def set_active(self, job_id: str, active: bool, *, by: str) -> JobItem:
        """Let the schedule of a job count again, or let it rest."""
        return await self._jobs.set_active(job_id, active, by)

    async def estimate(self, job_id: str, count: int) -> EstimateItem:
        """When a job executes next."""
        return await self._schedules.estimate(job_id, count)

    async def past_due(self, deadline: datetime) -> list[JobItem]:
        """Jobs that are to execute at or before a moment."""
        return await self._schedules.past_due(deadline)

    # ---- exception rules for all jobs

    async def add_exception(self, body: Mapping[str, Any], *, by: str) -> ExceptionItem:
        """Let all jobs pause in the windows of a rule."""
        return await self._schedules.add_exception(body, by)

    async def get_exception(self, exception_id: str) -> ExceptionItem:
        """One rule."""
        return await self._schedules.get_exception(exception_id)

    async def update_exception(
        self, exception_id: str, body: Mapping[str, Any], *, by: str
    ) -> ExceptionItem:
        """Another rule under the same id."""
        return await self._schedules.update_exception(exception_id, body, by)

    async def delete_exception(self, exception_id: str, *, by: str) -> None:
        """A rule holds no more."""
        await self._schedules.delete_exception(exception_id, by)

    def live_exception(self, item: ExceptionItem) -> ExceptionItem:
        """A stored rule with the window that is open now, or opens next."""
        return self._schedules.live_exception(item)

    async def retry(self, instance_id: str, *, only: str, by: str) -> Submitted:
        """Run again on the nodes that did not succeed."""
        return await self._starts.retry(instance_id, only, by)
