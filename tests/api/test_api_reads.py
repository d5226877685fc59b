"""Questions over a real store: every answer has the shape that it is described with."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from api_shapes import shaped
from api_token import TOKEN
from fake_service import EXCEPTION, FakeService
from fastapi import FastAPI
from history import (
    INSTANCE,
    JOB,
    NODES,
    RUNS,
    at,
    first_run,
    instance_created,
    job_added,
    node_added,
)
from serving import serving

from courier_backend.api.app import close_streams
from courier_backend.api.schemas import CodedItem, CodedItems, Event, Item, Items
from courier_backend.client import calls
from courier_backend.client.address import Address
from courier_backend.client.async_client import AsyncClient
from courier_backend.model.event import NewEvent
from courier_backend.model.ids import ZERO_ID
from courier_backend.model.wire import (
    ArtifactItem,
    InstanceItem,
    JobItem,
    NodeItem,
    NodeStatus,
    Overview,
    RunItem,
    StepItem,
)
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio

JOBS = "/courier/scheduler-api/v1/jobs"
STATE = "/courier/state-api/v1"
NODES_PATH = "/node/management/v1/nodes"
ATTEMPT = f"{STATE}/run/{RUNS[0]}/step/1/attempt/1"
NOBODY = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
async def full(store: Store) -> Store:
    """A store with a small history."""
    await store.append([job_added(), node_added(0), node_added(1)])
    await store.append([instance_created()])
    for event in first_run():
        await store.append([event])
    return store


@pytest.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as found:
        yield found
        close_streams(app)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("path", "kind", "count"),
    [
        (JOBS, JobItem, 1),
        (f"{JOBS}?active=true", JobItem, 0),
        (f"{JOBS}?name=greet&status=active&sortKey=name&sortOrder=desc", JobItem, 1),
        (f"{STATE}/instances?jobId={JOB}", InstanceItem, 1),
        (f"{STATE}/instances?status=failure", InstanceItem, 0),
        (f"{STATE}/instances?runAfter=2026-03-01T12:00:00Z", InstanceItem, 1),
        (f"{STATE}/instances?runBefore=2026-03-01T12:00:00Z", InstanceItem, 0),
        (f"{STATE}/instance/{INSTANCE}/runs", RunItem, 2),
        (f"{STATE}/instance/{INSTANCE}/runs?status=pending&groupNum=0", RunItem, 1),
        (f"{STATE}/instance/{INSTANCE}/runs?groupNum=7", RunItem, 0),
        (f"{STATE}/runs?nodeId={NODES[0]}", RunItem, 1),
        (f"{STATE}/runs?jobId={JOB}&status=success", RunItem, 1),
        (f"{STATE}/run/{RUNS[0]}/steps", StepItem, 1),
        (f"{STATE}/run/{RUNS[1]}/steps", StepItem, 1),
        (NODES_PATH, NodeItem, 2),
        (f"{NODES_PATH}?name=node-1&archived=false", NodeItem, 1),
        (f"{NODES_PATH}?healthStatus=offline", NodeItem, 0),
        ("/courier/events-api/v1/events?pagination.size=100", Event, 12),
        (f"/courier/events-api/v1/events?runId={RUNS[0]}&after=6", Event, 6),
        ("/courier/events-api/v1/events?sortOrder=desc&after=0&pagination.size=3", Event, 3),
    ],
)
async def test_lists(http: httpx.AsyncClient, path: str, kind: Any, count: int) -> None:
    envelope = CodedItems if kind is NodeItem else Items
    found = shaped(envelope[kind], await http.get(path))
    assert len(found["items"]) == found["pagination"]["pageItemCount"] == count
    assert found["totalItems"] == found["pagination"]["totalItems"] >= count


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{JOBS}/{JOB}", JobItem),
        (f"{STATE}/instance/{INSTANCE}", InstanceItem),
        (f"{STATE}/run/{RUNS[0]}", RunItem),
        (f"{STATE}/run/{RUNS[0]}/step/1", StepItem),
        (f"{NODES_PATH}/{NODES[0]}", NodeItem),
        (f"{NODES_PATH}/{NODES[0]}/status", NodeStatus),
        (f"{ATTEMPT}/evidence", ArtifactItem),
        ("/courier/stats-api/v1/overview", Overview),
    ],
)
async def test_single_things(http: httpx.AsyncClient, path: str, kind: Any) -> None:
    envelope = CodedItem if kind in (NodeItem, NodeStatus) else Item
    shaped(envelope[kind], await http.get(path))


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    "path",
    [
        f"{JOBS}/{NOBODY}",
        f"{STATE}/instance/{NOBODY}",
        f"{STATE}/instance/{NOBODY}/runs",
        f"{STATE}/run/{NOBODY}",
        f"{STATE}/run/{NOBODY}/steps",
        f"{STATE}/run/{RUNS[0]}/step/2",
        f"{STATE}/run/{RUNS[0]}/step/1/attempt/2/evidence",
        f"{STATE}/run/{NOBODY}/step/1/attempt/1/evidence",
        f"{NODES_PATH}/{NOBODY}",
        f"{NODES_PATH}/{NOBODY}/status",
        "/courier/resolve-api/v1/run/999999",
    ],
)
async def test_what_is_not_there(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not-found"


@pytest.mark.usefixtures("full")
async def test_whether_there_is_a_job(http: httpx.AsyncClient) -> None:
    answer = await http.head(f"{JOBS}/{JOB}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await http.head(f"{JOBS}/{NOBODY}")).status_code == 404


@pytest.mark.usefixtures("full")
async def test_the_seeds_values(http: httpx.AsyncClient) -> None:
    instance = (await http.get(f"{STATE}/instance/{INSTANCE}")).json()["item"]
    assert instance["lastUpdatedBy"] == ZERO_ID
    assert instance["finishedAt"] == "0001-01-01T00:00:00Z"
    assert instance["runCounts"] == {"pending": 1, "success": 1}
    job = (await http.get(f"{JOBS}/{JOB}")).json()["item"]
    assert job["nextExecutionTime"] == "0001-01-01T00:00:00Z"
    assert job["lastInstance"]["id"] == INSTANCE
    runs = (await http.get(f"{STATE}/instance/{INSTANCE}/runs")).json()
    assert runs["totalItems"] == 2


async def test_pages_join(http: httpx.AsyncClient, store: Store) -> None:
    ids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(1, 8)]
    for number, job_id in enumerate(ids):
        await store.append([job_added(job_id, f"job {number % 2}", float(number))])
    for order, expected in (("asc", ids), ("desc", ids[::-1])):
        found: list[str] = []
        link = f"{JOBS}?pagination.size=3&sortOrder={order}"
        pages = 0
        while link:
            page = (await http.get(link)).json()
            found += [job["id"] for job in page["items"]]
            pages += 1
            assert page["pagination"]["page"] == pages
            assert page["totalItems"] == 7
            link = page["pagination"]["nextLink"]
        assert (found, pages) == (expected, 3)


async def test_a_page_by_number(http: httpx.AsyncClient, store: Store) -> None:
    ids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(1, 6)]
    for number, job_id in enumerate(ids):
        await store.append([job_added(job_id, "n", float(number))])
    page = (await http.get(f"{JOBS}?pagination.page=2&pagination.size=2")).json()
    assert [job["id"] for job in page["items"]] == ids[2:4]
    assert page["pagination"]["startIndex"] == 3
    assert page["pagination"]["totalPages"] == 3
    past = (await http.get(f"{JOBS}?pagination.page=9&pagination.size=2")).json()
    assert past["items"] == []


async def test_pages_lead_back(http: httpx.AsyncClient, store: Store) -> None:
    ids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(1, 8)]
    for number, job_id in enumerate(ids):
        await store.append([job_added(job_id, f"job {number}", float(number))])
    first = (await http.get(f"{JOBS}?pagination.size=3&sortKey=name")).json()
    second = (await http.get(first["pagination"]["nextLink"])).json()
    third = (await http.get(second["pagination"]["nextLink"])).json()
    assert first["pagination"]["previousLink"] == ""
    for page, before in ((third, second), (second, first)):
        back = (await http.get(page["pagination"]["previousLink"])).json()
        assert back["items"] == before["items"]
    past = (await http.get(f"{JOBS}?pagination.page=9&pagination.size=3")).json()
    assert "pagination.page=3" in past["pagination"]["previousLink"]
    empty = (await http.get(f"{JOBS}?name=none&pagination.page=9")).json()
    assert empty["pagination"]["previousLink"] == ""


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("word", "hint"),
    [("stauts", "Did you mean status?"), ("Status", "Did you mean status?"), ("x", "It has: ")],
)
async def test_a_word_that_is_not_known_is_not_passed_over(
    http: httpx.AsyncClient, word: str, hint: str
) -> None:
    answer = await http.get(f"{JOBS}?{word}=active")
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"{word} is no parameter of this path."
    assert answer.json()["hint"].startswith(hint)


async def test_a_dry_run_that_is_misspelled_does_nothing(
    http: httpx.AsyncClient, service: FakeService
) -> None:
    answer = await http.delete(f"{JOBS}/{JOB}?dryrun=true")
    assert answer.status_code == 422
    assert answer.json()["hint"] == "Did you mean dryRun?"
    assert service.calls == []


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("key", ["77", "7-7"])
async def test_a_key_of_no_row(http: httpx.AsyncClient, key: str) -> None:
    answer = await http.get(f"{JOBS}?after={key}&sortKey=name")
    assert answer.status_code == 422
    assert "is not a place in this list" in answer.json()["detail"]


@pytest.mark.usefixtures("full")
async def test_steps_come_by_page(http: httpx.AsyncClient) -> None:
    whole = (await http.get(f"{STATE}/run/{RUNS[0]}/steps")).json()
    page = (await http.get(f"{STATE}/run/{RUNS[0]}/steps?pagination.size=1")).json()
    assert page["items"] == whole["items"][:1]
    assert page["totalItems"] == len(whole["items"])


@pytest.mark.usefixtures("full")
async def test_a_key_that_is_none(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{JOBS}?after=nonsense")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.usefixtures("full")
async def test_ids_from_their_beginnings(http: httpx.AsyncClient) -> None:
    base = "/courier/resolve-api/v1"
    for kind, whole in (("job", JOB), ("instance", INSTANCE), ("run", RUNS[0]), ("node", NODES[0])):
        answer = await http.get(f"{base}/{kind}/{whole[:6]}")
        assert answer.json() == {"item": {"id": whole}}
    assert (await http.get(f"{base}/run/ccc")).status_code == 422


@pytest.mark.usefixtures("full")
async def test_nodes_as_they_are_now(http: httpx.AsyncClient, service: FakeService) -> None:
    stored = (await http.get(f"{NODES_PATH}/{NODES[0]}")).json()["item"]
    assert stored["activeRuns"] == 1  # what the service adds to what is stored
    assert service.live_node(stored)["activeRuns"] == 2


async def test_nodes_by_their_tags(http: httpx.AsyncClient, service: FakeService) -> None:
    tags = {"role": "web", "stage": "", 'a "b".c': "100 %"}
    changed = NewEvent("node-changed", at(1), node_id=NODES[0], data={"tags": tags})
    await service.store.append([node_added(0), node_added(1), changed])

    async def found(*asked: str) -> list[str]:
        answer = await http.get(NODES_PATH, params=[("tag", tag) for tag in asked])
        assert answer.json()["totalItems"] == len(answer.json()["items"])
        return [node["id"] for node in answer.json()["items"]]

    for asked in (["role=web"], ["role"], ["role=web", "stage="], ['a "b".c=100 %']):
        assert await found(*asked) == [NODES[0]], asked
    for none in (["role=we_"], ["role=web", "stage=x"], ["rol"], ["$.role"], ["=web"]):
        assert await found(*none) == [], none


@pytest.mark.usefixtures("full")
async def test_no_secret_is_told(http: httpx.AsyncClient) -> None:
    many = "?pagination.size=100"
    events = f"/courier/events-api/v1/events{many}"
    for path in (f"{NODES_PATH}{many}", f"{NODES_PATH}/{NODES[0]}", events):
        answer = await http.get(path)
        assert answer.status_code == 200
        assert "the secret of the node" not in answer.text


@pytest.mark.usefixtures("full")
async def test_the_link_to_evidence(http: httpx.AsyncClient, service: FakeService) -> None:
    item = (await http.get(f"{ATTEMPT}/evidence")).json()["item"]
    name = f"evidence-run-{RUNS[0]}-step-1-attempt-1.zip"
    path = f"/evidence/run/{RUNS[0]}/step/1/attempt/1/{name}"
    assert item["artifactUrl"] == f"http://127.0.0.1:31050{service.links.sign(path)}"
    assert (item["state"], item["bytes"], item["fileName"]) == ("stored", 4, name)


@pytest.mark.usefixtures("full")
async def test_metrics(http: httpx.AsyncClient) -> None:
    answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert 'courier_runs{status="success"} 1.0' in lines
    assert 'courier_instances{status="running"} 1.0' in lines
    assert "courier_events_total 12.0" in lines
    assert 'courier_build_info{version="0.1.0"} 1.0' in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)


async def test_the_stream_tells_what_is_written(store: Store, url: str) -> None:
    await store.append([job_added(), node_added(0), node_added(1)])
    async with (
        AsyncClient(Address(url, TOKEN)) as client,
        aclosing(client.events(0)) as events,
    ):
        told = [await anext(events) for _ in range(3)]
        await store.append([instance_created()])
        for event in first_run():
            await store.append([event])
        told += [await anext(events) for _ in range(9)]
        page = await client.send(calls.list_events(size=100))
    assert [event["seq"] for event in told] == [*range(1, 13)]
    assert told == page["items"]
    created = told[3]
    assert (created["type"], created["count"]) == ("instance-created", 2)
    assert "runs" not in created["data"]


async def test_history_and_what_is_new_are_told_alike(store: Store, url: str) -> None:
    async with AsyncClient(Address(url, TOKEN)) as client:
        async with aclosing(client.events(0)) as events:
            await store.append([job_added(), node_added(0)])
            live = [await anext(events) for _ in range(2)]
        page = await client.send(calls.list_events())
    assert live == page["items"]


async def test_exception_rules_by_page(http: httpx.AsyncClient, store: Store) -> None:
    ids = ["eeeeeeee-0000-4000-8000-000000000001", "eeeeeeee-1111-4000-8000-000000000002"]
    for number, rule_id in enumerate(ids):
        data = {"exceptionId": rule_id, "rrule": "RRULE:FREQ=DAILY", "duration": 5, "by": "ada"}
        await store.append([NewEvent("exception-added", at(number), data=data)])
    base = "/courier/scheduler-api/v1/exceptions"
    first = (await http.get(f"{base}?pagination.size=1")).json()
    assert [each["exceptionId"] for each in first["items"]] == ids[:1]
    assert first["items"][0]["nextWindow"] == EXCEPTION["nextWindow"]
    assert first["totalItems"] == 2
    rest = (await http.get(first["pagination"]["nextLink"])).json()
    assert [each["exceptionId"] for each in rest["items"]] == ids[1:]
    newest = (await http.get(f"{base}?sortOrder=desc")).json()
    assert [each["exceptionId"] for each in newest["items"]] == ids[::-1]
    found = await http.get("/courier/resolve-api/v1/exception/eeeeeeee-1")
    assert found.json()["item"] == {"id": ids[1]}


async def test_jobs_by_their_next_execution(http: httpx.AsyncClient, store: Store) -> None:
    for number, due in enumerate(("2026-03-03", "2026-03-01", None, "2026-03-02")):
        added = job_added(f"{JOB[:-1]}{number}", f"due-{due}")
        if due is not None:
            added.data["nextExecutionTime"] = f"{due}T00:00:00Z"
        await store.append([added])
    path = f"{JOBS}?sortKey=nextExecutionTime&pagination.size=2"
    first = (await http.get(path)).json()
    assert [each["name"] for each in first["items"]] == ["due-2026-03-01", "due-2026-03-02"]
    assert first["totalItems"] == 3
    rest = (await http.get(first["pagination"]["nextLink"])).json()
    assert [each["name"] for each in rest["items"]] == ["due-2026-03-03"]
