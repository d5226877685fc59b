"""Streams over a real connection: events without a gap, output until its end, ends in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from api_token import TOKEN
from fake_service import FakeService
from fastapi import FastAPI
from serving import serving

from courier_backend.api.app import close_streams
from courier_backend.api.context import Api
from courier_backend.client import calls, targets
from courier_backend.client.address import Address
from courier_backend.client.async_client import AsyncClient
from courier_backend.client.call import Call
from courier_backend.client.sync_client import SyncClient
from courier_backend.client.trust import proven_version
from courier_backend.model.errors import Conflict, CourierError, NotFound, Unreachable
from courier_backend.model.event import EventItem

pytestmark = pytest.mark.anyio


@pytest.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as found:
        yield found
        close_streams(app)


@pytest.fixture
async def client(url: str) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(Address(url, TOKEN)) as made:
        yield made


def _event(seq: int, run_id: str = "r") -> EventItem:
    return {
        "seq": seq,
        "time": "2026-01-01T00:00:00Z",
        "type": "run-changed",
        "jobId": "j",
        "instanceId": "i",
        "runId": run_id,
        "nodeId": "n",
        "data": {"status": "running"},
    }


def _publish(app: FastAPI, *events: EventItem) -> None:
    api: Api = app.state.api
    api.hub.publish(events)


async def _opened(service: FakeService, count: int = 1) -> None:
    """Wait until so many streams are open."""
    async with asyncio.timeout(5):
        while service.activity.streams != count:  # noqa: ASYNC110  a counter has no event
            await asyncio.sleep(0)


async def _to_the_end(batches: AsyncIterator[list[EventItem] | Unreachable]) -> None:
    async for batch in batches:
        assert batch == []


async def test_events_as_they_happen(
    app: FastAPI, client: AsyncClient, service: FakeService
) -> None:
    async with aclosing(client.event_batches(run_id="mine")) as batches:
        assert await anext(batches) == []
        assert await anext(batches) == []  # where it stands
        _publish(app, _event(1), _event(2, "mine"), _event(3, "mine"))
        assert await anext(batches) == [_event(2, "mine"), _event(3, "mine")]
        assert service.activity.streams == 1
    await _opened(service, 0)


async def test_last_event_id_goes_before_after(app: FastAPI, url: str) -> None:
    _publish(app, *[_event(seq) for seq in range(1, 6)])
    headers = {"Authorization": f"Bearer {TOKEN}", "Last-Event-ID": "4"}
    async with (
        httpx.AsyncClient() as http,
        http.stream("GET", f"{url}/events?after=0", headers=headers) as response,
    ):
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        text = ""
        async for chunk in response.aiter_text():
            text += chunk
            if "id: 5" in text:
                break
    assert "id: 3" not in text


async def test_beyond_the_end_of_the_log(app: FastAPI, client: AsyncClient) -> None:
    _publish(app, _event(1))
    with pytest.raises(Conflict, match="The log ends at 1"):
        async with aclosing(client.events(after=2)) as events:
            await anext(events)


async def test_a_last_event_id_that_is_none(url: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Last-Event-ID": "x"}
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{url}/events", headers=headers)).status_code == 422


async def test_streams_end_when_the_backend_does(
    app: FastAPI, client: AsyncClient, service: FakeService
) -> None:
    async with aclosing(client.event_batches(0, patience=0.0)) as batches:
        await anext(batches)
        close_streams(app)
        with pytest.raises(Unreachable, match="ended the stream"):
            await _to_the_end(batches)
    await _opened(service, 0)


async def test_the_synchronous_client_reads_along(
    app: FastAPI, url: str, service: FakeService
) -> None:
    def read() -> list[int]:
        seqs = []
        for event in SyncClient(Address(url, TOKEN)).events(0):
            seqs.append(event["seq"])
            if len(seqs) == 3:
                break
        return seqs

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(asyncio.to_thread(read))
        await _opened(service)
        _publish(app, _event(1), _event(2))
        _publish(app, _event(3))
    assert reading.result() == [1, 2, 3]


async def test_live_output(client: AsyncClient, service: FakeService) -> None:
    marks: list[dict[str, Any]] = [
        {"type": "output", "step": 1, "attempt": 1, "stream": "stdout", "offset": 0, "bytes": 2},
        {"type": "dropped", "bytes": 7},
        {"type": "end"},
    ]
    service.marks = [*marks]
    assert [mark async for mark in client.live_output("r", 1, 1)] == marks
    assert service.calls == [("live_output", "r", 1, 1)]


async def test_live_output_of_what_is_not_there(client: AsyncClient, service: FakeService) -> None:
    service.error = NotFound("There is no such attempt.")
    with pytest.raises(NotFound, match="no such attempt"):
        async with aclosing(client.live_output("r", 1, 1)) as marks:
            await anext(marks)


async def test_the_clients_and_the_api_agree(url: str, client: AsyncClient) -> None:
    questions: list[Call[Any]] = [
        calls.backend_status(),
        calls.list_jobs(active=True, status="active", sort_key="name", sort_order="desc"),
        calls.list_instances(status="running", run_after="2026-01-01T00:00:00Z"),
        calls.list_runs(status="success", job_id="j"),
        calls.list_nodes(health="offline", archived=False),
        calls.list_nodes(tags=("role=web", "stage")),
        calls.list_events(after=0, size=5),
        calls.lab_status(),
        calls.plan({"body": "x", "bodyFormat": "", "fileName": "", "nodeIds": [], "inputs": {}}),
        calls.activate_job("j"),
        targets.list_filters(),
    ]
    for call in questions:
        assert await client.send(call) == await asyncio.to_thread(
            SyncClient(Address(url, TOKEN)).send, call
        )


async def test_the_proof_of_health(url: str) -> None:
    assert await asyncio.to_thread(proven_version, url, TOKEN) == "0.1.0"
    assert await asyncio.to_thread(proven_version, url, "another token") is None


async def test_a_wrong_token(url: str) -> None:
    async with AsyncClient(Address(url, "wrong")) as client:
        with pytest.raises(CourierError, match="not the token"):
            await client.send(calls.overview())
