"""The commands behind the API, faked: each call is noted, answers are set by the test."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

from courier_backend.api.activity import Activity
from courier_backend.api.ports import EvidenceFile, Mark
from courier_backend.delivery.directory import NodeDirectory
from courier_backend.evidence.links import Links
from courier_backend.fleet.saved import SavedTargets
from courier_backend.model.errors import CourierError
from courier_backend.model.wire import (
    BackendStatus,
    CancelItem,
    EstimateItem,
    ExceptionItem,
    ImportedNode,
    JobItem,
    LabItem,
    ManualItem,
    NodeItem,
    NodeWish,
    OutputItem,
    PlanItem,
    Submission,
    Submitted,
)
from courier_backend.store.store import Store

SUBMITTED: Submitted = {
    "jobId": "j",
    "instanceId": "i",
    "exceptionReasons": [],
    "nextExecutionTime": "2026-01-01T00:00:00Z",
    "warnings": [],
}
CANCELED: CancelItem = {
    "id": "x",
    "status": "canceled",
    "alreadyFinal": False,
    "stopping": 2,
    "prevented": 1,
}
PLAN: PlanItem = {
    "valid": True,
    "name": "n",
    "problems": [],
    "groups": [],
    "nextExecutions": [],
    "blockedByExceptions": [],
    "warnings": [],
}
ESTIMATE: EstimateItem = {
    "estimates": ["2026-01-02T00:00:00Z"],
    "blockedByExceptions": [
        {
            "time": "2026-01-01T00:00:00Z",
            "rule": "RRULE:FREQ=DAILY",
            "source": "global",
            "ruleId": "e",
        }
    ],
}
MANUAL: ManualItem = {"id": "j", "instanceId": "i", "overwriteId": "o"}
EXCEPTION: ExceptionItem = {
    "exceptionId": "e",
    "rrule": "RRULE:FREQ=DAILY",
    "duration": 60,
    "createdAt": "2026-01-01T00:00:00Z",
    "modifiedAt": "2026-01-01T00:00:00Z",
    "nextWindow": {"start": "2026-01-02T00:00:00Z", "end": "2026-01-02T01:00:00Z"},
}
LAB: list[LabItem] = [{"id": "n1", "name": "lab-1", "url": "http://x/nodes/n1", "home": "/h"}]


class SettableClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class NoStore:
    """Stands where commands alone are asked for: nothing is ever read."""

    last_seq = 0

    def listen(self, listener: object) -> None:
        """Nothing is ever written either."""


class FakeService:
    """See `courier_backend.api.ports.Service`."""

    def __init__(self, store: Store | NoStore) -> None:
        self.outside: Any = None  # tested with the real one, in tests/service
        self.clock = SettableClock()
        self.store = cast("Store", store)
        self.directory = NodeDirectory()
        self.saved = SavedTargets(self.store, self.directory, self.clock)
        self.links = Links(b"the key of the links", self.clock)
        self.activity = Activity(self.clock)
        self.calls: list[tuple[Any, ...]] = []
        self.error: CourierError | Exception | None = None
        self.file: EvidenceFile | None = None
        self.marks: list[Mark] = []
        self.node: NodeItem | None = None
        self.job: JobItem | None = None
        self.due: list[JobItem] = []

    def _note(self, *call: Any) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    async def add_job(self, sub: Submission, *, idempotency_key: str, by: str) -> Submitted:
        self._note("add_job", sub, idempotency_key, by)
        return SUBMITTED

    async def plan(self, sub: Submission) -> PlanItem:
        self._note("plan", sub)
        return PLAN

    async def update_job(self, job_id: str, sub: Submission, *, by: str) -> JobItem:
        self._note("update_job", job_id, sub, by)
        assert self.job is not None
        return self.job

    async def delete_job(self, job_id: str, *, by: str) -> None:
        self._note("delete_job", job_id, by)

    async def cancel_job(self, job_id: str, *, instances: bool, reason: str, by: str) -> CancelItem:
        self._note("cancel_job", job_id, instances, reason, by)
        return CANCELED

    async def activate(self, job_id: str, *, by: str) -> str:
        self._note("activate", job_id, by)
        return "i"

    async def manual_job(
        self,
        job_id: str,
        *,
        triggered_at: datetime | None,
        triggered_by: str,
        override: bool,
        by: str,
    ) -> ManualItem:
        self._note("manual_job", job_id, triggered_at, triggered_by, override, by)
        return MANUAL

    async def set_active(self, job_id: str, active: bool, *, by: str) -> JobItem:
        self._note("set_active", job_id, active, by)
        assert self.job is not None
        return self.job

    async def estimate(self, job_id: str, count: int) -> EstimateItem:
        self._note("estimate", job_id, count)
        return ESTIMATE

    async def past_due(self, deadline: datetime) -> list[JobItem]:
        self._note("past_due", deadline)
        return self.due

    async def add_exception(self, body: Mapping[str, Any], *, by: str) -> ExceptionItem:
        self._note("add_exception", body, by)
        return EXCEPTION

    async def get_exception(self, exception_id: str) -> ExceptionItem:
        self._note("get_exception", exception_id)
        return EXCEPTION

    async def update_exception(
        self, exception_id: str, body: Mapping[str, Any], *, by: str
    ) -> ExceptionItem:
        self._note("update_exception", exception_id, body, by)
        return EXCEPTION

    async def delete_exception(self, exception_id: str, *, by: str) -> None:
        self._note("delete_exception", exception_id, by)

    def live_exception(self, item: ExceptionItem) -> ExceptionItem:
        return {**item, "nextWindow": EXCEPTION["nextWindow"]}

    async def cancel_instance(
        self, instance_id: str, *, group_number: int | None, reason: str, by: str
    ) -> CancelItem:
        self._note("cancel_instance", instance_id, group_number, reason, by)
        return CANCELED

    async def cancel_run(self, run_id: str, *, reason: str, by: str) -> CancelItem:
        self._note("cancel_run", run_id, reason, by)
        return CANCELED

    async def retry(self, instance_id: str, *, only: str, by: str) -> Submitted:
        self._note("retry", instance_id, only, by)
        return SUBMITTED

    async def add_node(
        self, url: str, token: str, *, name: str, tags: dict[str, str], by: str
    ) -> NodeItem:
        self._note("add_node", url, token, name, tags, by)
        assert self.node is not None
        return self.node

    async def import_nodes(self, wishes: Sequence[NodeWish], *, by: str) -> list[ImportedNode]:
        self._note("import_nodes", [*wishes], by)
        return [
            {"id": "n", "name": "x", "url": each["url"], "outcome": "added", "reason": ""}
            for each in wishes
        ]

    async def change_node(
        self,
        node_id: str,
        *,
        name: str | None = None,
        tags: dict[str, str] | None = None,
        archived: bool | None = None,
        by: str,
    ) -> NodeItem:
        self._note("change_node", node_id, name, tags, archived, by)
        assert self.node is not None
        return self.node

    async def describe_node(
        self, node_id: str, attributes: Sequence[tuple[str, str, str]], *, by: str
    ) -> NodeItem:
        self._note("describe_node", node_id, [*attributes], by)
        assert self.node is not None
        return self.node

    async def tag_node(self, node_id: str, tags: Mapping[str, str | None], *, by: str) -> NodeItem:
        self._note("tag_node", node_id, dict(tags), by)
        assert self.node is not None
        return self.node

    async def remove_node(self, node_id: str, *, by: str) -> None:
        self._note("remove_node", node_id, by)

    def live_node(self, item: NodeItem) -> NodeItem:
        return {**item, "activeRuns": item["activeRuns"] + 1}

    async def lab_up(self, count: int, seed: int | None) -> list[LabItem]:
        self._note("lab_up", count, seed)
        return LAB

    async def lab_status(self) -> list[LabItem]:
        self._note("lab_status")
        return LAB

    async def lab_down(self) -> list[LabItem]:
        self._note("lab_down")
        return LAB

    async def evidence(
        self, run_id: str, step: int, attempt: int, *, wait_seconds: float
    ) -> EvidenceFile:
        self._note("evidence", run_id, step, attempt, wait_seconds)
        assert self.file is not None
        return self.file

    async def output(
        self, run_id: str, step: int, attempt: int, *, stream: str, offset: int, limit: int
    ) -> OutputItem:
        self._note("output", run_id, step, attempt, stream, offset, limit)
        return {
            "stream": stream,
            "offset": offset,
            "nextOffset": offset + 2,
            "text": "hi",
            "totalBytes": offset + 2,
            "final": True,
        }

    @asynccontextmanager
    async def live_output(
        self, run_id: str, step: int, attempt: int
    ) -> AsyncIterator[AsyncIterator[Mark]]:
        self._note("live_output", run_id, step, attempt)

        async def marks() -> AsyncIterator[Mark]:
            for mark in self.marks:
                yield mark

        yield marks()

    def status(self) -> BackendStatus:
        return {
            "pid": 1,
            "version": "0.1.0",
            "url": "http://127.0.0.1:1",
            "startedAt": "2026-01-01T00:00:00Z",
            "home": "/h",
            "activeInstances": 0,
            "activeRuns": 0,
            "scheduledJobs": 0,
            "clients": 0,
            "idleSeconds": 0.0,
        }

    async def stop(self, cancel_all: bool) -> None:
        self._note("stop", cancel_all)
