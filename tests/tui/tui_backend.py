"""A backend in memory, for the app: it answers calls, tells events, and can go away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import orjson

from courier_backend.client.call import Call
from courier_backend.client.download import Downloaded, Write
from courier_backend.model.errors import CourierError, NotFound, Unreachable
from courier_backend.model.event import EventItem
from courier_backend.model.times import ZERO_TIME

Handler = Callable[..., Any]


def event(kind: str, **ids: Any) -> EventItem:
    return {
        "seq": 1,
        "time": "2026-03-01T12:00:00Z",
        "type": kind,
        "jobId": ids.get("job"),
        "instanceId": ids.get("instance"),
        "runId": ids.get("run"),
        "nodeId": ids.get("node"),
        "data": {},
    }


class FakeBackend:
    """Lists of wire items; `calls` remembers what was asked."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []
        self.instances: list[Any] = []
        self.runs: list[Any] = []
        self.steps: dict[str, list[Any]] = {}
        self.nodes: list[Any] = []
        self.output: dict[tuple[str, int, int, str], str] = {}
        self.evidence: dict[tuple[str, int, int], bytes] = {}
        self.plan: dict[str, Any] = {}
        self.estimate: dict[str, Any] = {"estimates": [], "blockedByExceptions": []}
        self.refuse: dict[str, CourierError] = {}
        self.calls: list[Call[Any]] = []
        self.submitted: list[dict[str, Any]] = []
        self.live: dict[tuple[str, int, int], asyncio.Queue[dict[str, Any]]] = {}
        self.closed = 0
        self.gone: Unreachable | None = None
        self._streams: set[asyncio.Queue[list[EventItem] | Unreachable]] = set()
        self._routes: list[tuple[re.Pattern[str], Handler]] = [
            (re.compile(pattern), handler)
            for pattern, handler in (
                (r"GET .*/overview$", self._overview),
                (r"GET .*/jobs$", self._list_jobs),
                (r"GET .*/jobs/([^/]+)$", self._get(lambda: self.jobs, "id")),
                (r"GET .*/jobs/([^/]+)/estimate$", lambda _c, _job: {"item": self.estimate}),
                (r"POST .*/jobs/([^/]+)/activated$", self._activate),
                (r"POST .*/jobs/([^/]+)/(activate|deactivate)$", self._set_active),
                (r"POST .*/(?:jobs|instance|run)/([^/]+)/cancel$", self._cancel),
                (r"POST .*/instance/([^/]+)/retry$", self._retry),
                (r"POST .*/plan$", lambda _c: {"item": self.plan}),
                (r"POST .*/submissions$", self._submit),
                (r"GET .*/instances$", self._list_instances),
                (r"GET .*/instance/([^/]+)$", self._get(lambda: self.instances, "id")),
                (r"GET .*/instance/([^/]+)/runs$", self._list_runs),
                (r"GET .*/runs$", self._list_runs),
                (r"GET .*/run/([^/]+)$", self._get(lambda: self.runs, "runId")),
                (r"GET .*/run/([^/]+)/steps$", self._list_steps),
                (r"GET .*/run/([^/]+)/step/(\d+)/attempt/(\d+)/output$", self._output),
                (r"GET .*/run/([^/]+)/step/(\d+)/attempt/(\d+)/evidence$", self._evidence),
                (r"GET .*/nodes$", self._list_nodes),
                (r"GET .*/nodes/([^/]+)$", self._get(lambda: self.nodes, "id")),
                (r"GET .*/backend/v1/status$", self._status),
                (r"POST .*/backend/v1/stop$", self._status),
            )
        ]

    # What the app asks

    async def send(self, call: Call[Any]) -> Any:
        self.calls.append(call)
        if self.gone is not None:
            raise self.gone
        line = f"{call.method} {call.path}"
        for part, error in self.refuse.items():
            if part in line:
                raise error
        for pattern, handler in self._routes:
            found = pattern.fullmatch(line)
            if found:
                answer = handler(call, *map(unquote, found.groups()))
                return call.read(orjson.loads(orjson.dumps(answer)))
        raise AssertionError(f"no such path: {line}")

    async def event_batches(
        self, after: int | None = None, *, patience: float | None = None
    ) -> AsyncIterator[list[EventItem] | Unreachable]:
        del after, patience
        if self.gone is not None:
            raise self.gone
        queue: asyncio.Queue[list[EventItem] | Unreachable] = asyncio.Queue()
        self._streams.add(queue)
        try:
            yield []
            while True:
                batch = await queue.get()
                if isinstance(batch, Unreachable):
                    raise batch
                yield batch
        finally:
            self._streams.discard(queue)

    async def live_output(
        self, run_id: str, step: int, attempt: int
    ) -> AsyncIterator[dict[str, Any]]:
        queue = self.live.setdefault((run_id, step, attempt), asyncio.Queue())
        while True:
            mark = await queue.get()
            yield mark
            if mark["type"] == "end":
                return

    async def download(self, url: str, write: Write) -> Downloaded:
        run_id, step, attempt = url.removeprefix("fake://").split("/")
        data = self.evidence[run_id, int(step), int(attempt)]
        for begin in range(0, len(data), 64):
            write(data[begin : begin + 64])
            await asyncio.sleep(0)
        return Downloaded(len(data), sha256(data).hexdigest())

    async def close(self) -> None:
        self.closed += 1

    # What tests do

    def tell(self, *events: EventItem) -> None:
        for queue in self._streams:
            queue.put_nowait(list(events))

    def go_away(self, why: str = "The backend cannot be reached: connection refused.") -> None:
        self.gone = Unreachable(why)
        for queue in self._streams:
            queue.put_nowait(self.gone)

    def come_back(self) -> None:
        self.gone = None

    def asked(self, part: str) -> list[Call[Any]]:
        return [call for call in self.calls if part in f"{call.method} {call.target}"]

    # Answers

    def _page(self, call: Call[Any], items: list[Any]) -> dict[str, Any]:
        size = int(_one(call, "pagination.size", "10"))
        page = int(_one(call, "pagination.page", "1"))
        items = items[::-1] if call.query.get("sortOrder") == "desc" else items
        return {
            "items": items[(page - 1) * size : page * size],
            "pagination": {"nextLink": ""},
            "totalItems": len(items),
        }

    def _get(self, where: Callable[[], list[Any]], key: str) -> Handler:
        def get(_call: Call[Any], wanted: str) -> dict[str, Any]:
            for item in where():
                if item[key] == wanted:
                    return {"item": item}
            raise NotFound(f"There is no {wanted}.")

        return get

    def _overview(self, _call: Call[Any]) -> dict[str, Any]:
        def count(items: list[Any], key: str) -> dict[str, int]:
            counts: dict[str, int] = {}
            for item in items:
                counts[item[key]] = counts.get(item[key], 0) + 1
            return counts

        return {
            "item": {
                "jobs": count(self.jobs, "status"),
                "instances": count(self.instances, "status"),
                "runs": count(self.runs, "status"),
                "nodes": count(self.nodes, "healthStatus"),
                "lastSeq": 1,
                "now": "2026-03-01T12:00:00Z",
            }
        }

    def _list_jobs(self, call: Call[Any]) -> dict[str, Any]:
        if call.query.get("sortKey") == "nextExecutionTime":
            coming = [each for each in self.jobs if each["nextExecutionTime"] != ZERO_TIME]
            return self._page(call, sorted(coming, key=lambda each: each["nextExecutionTime"]))
        return self._page(call, self.jobs)

    def _list_instances(self, call: Call[Any]) -> dict[str, Any]:
        status, job = call.query.get("status", ""), call.query.get("jobId", "")
        found = [
            item
            for item in self.instances
            if (not status or item["status"] == status) and (not job or item["jobId"] == job)
        ]
        return self._page(call, found)

    def _list_runs(self, call: Call[Any], instance: str = "") -> dict[str, Any]:
        node = call.query.get("nodeId", "")
        found = [
            item
            for item in self.runs
            if (not instance or item["instanceId"] == instance)
            and (not node or item["nodeId"] == node)
        ]
        return self._page(call, found)

    def _list_steps(self, call: Call[Any], run_id: str) -> dict[str, Any]:
        return self._page(call, self.steps.get(run_id, []))

    def _list_nodes(self, call: Call[Any]) -> dict[str, Any]:
        return self._page(call, self.nodes)

    def _output(self, call: Call[Any], run: str, step: str, attempt: str) -> dict[str, Any]:
        stream = _one(call, "stream", "stdout")
        text = self.output.get((run, int(step), int(attempt), stream), "")
        data = text.encode()
        offset = int(_one(call, "offset", "0"))
        part = data[offset : offset + int(_one(call, "limit", "1000000"))]
        return {
            "item": {
                "stream": stream,
                "offset": offset,
                "nextOffset": offset + len(part),
                "text": part.decode(errors="replace"),
                "totalBytes": len(data),
                "final": True,
            }
        }

    def _evidence(self, _call: Call[Any], run: str, step: str, attempt: str) -> dict[str, Any]:
        data = self.evidence[run, int(step), int(attempt)]
        return {
            "item": {
                "artifactUrl": f"fake://{run}/{step}/{attempt}",
                "state": "stored",
                "bytes": len(data),
                "sha256": sha256(data).hexdigest(),
                "fileName": f"evidence-run-{run}-step-{step}-attempt-{attempt}.zip",
                "reason": "",
            }
        }

    def _activate(self, _call: Call[Any], job: str) -> dict[str, Any]:
        return {"item": {"id": job, "instanceId": self.instances[-1]["id"]}}

    def _set_active(self, _call: Call[Any], job: str, word: str) -> dict[str, Any]:
        found = next(each for each in self.jobs if each["id"] == job)
        found["status"] = found["displayStatus"] = "active" if word == "activate" else "inactive"
        return {"item": found}

    def _cancel(self, _call: Call[Any], which: str) -> dict[str, Any]:
        answer = {"id": which, "status": "canceled", "alreadyFinal": False}
        return {"item": {**answer, "stopping": 2, "prevented": 1}}

    def _retry(self, _call: Call[Any], which: str) -> dict[str, Any]:
        return {"item": self._accepted(which)}

    def _submit(self, call: Call[Any]) -> dict[str, Any]:
        self.submitted.append(orjson.loads(call.body))
        return {"item": self._accepted(self.instances[-1]["id"])}

    def _accepted(self, instance: str) -> dict[str, Any]:
        return {
            "jobId": self.jobs[-1]["id"],
            "instanceId": instance,
            "exceptionReasons": [],
            "nextExecutionTime": "2026-03-01T12:00:00Z",
            "warnings": [],
        }

    def _status(self, _call: Call[Any]) -> dict[str, Any]:
        running = [each for each in self.instances if each["status"] == "running"]
        active = [each for each in self.runs if each["status"] in {"running", "dispatched"}]
        return {
            "item": {
                "pid": 1,
                "version": "0.1.0",
                "url": "http://127.0.0.1:1",
                "startedAt": "2026-03-01T12:00:00Z",
                "home": "/home/me",
                "activeInstances": len(running),
                "activeRuns": len(active),
                "scheduledJobs": 0,
                "clients": 1,
                "idleSeconds": 0.0,
            }
        }


def _one(call: Call[Any], name: str, usual: str) -> str:
    """A parameter that is asked for once at most."""
    return str(call.query.get(name, usual))
