"""A dry run goes the way of the real thing, tells what would change, and changes nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from backend_house import House, ended

from courier_backend.api.app import create_app
from courier_backend.api.rehearsals import CHANGING
from courier_backend.service.service import Service
from courier_backend.store.queries.events import list_events

Make = Callable[[int], House]
pytestmark = pytest.mark.anyio

JOBS = "/courier/scheduler-api/v1"
STATE = "/courier/state-api/v1"
NODES = "/node/management/v1"
TOLD_BY_NODES = {"run-received", "step-started", "attempt-started"}
"""The instance that runs meanwhile goes on."""


class Asked:
    """A backend with a running instance, asked over its API."""

    def __init__(self, service: Service, http: httpx.AsyncClient, house: House) -> None:
        self.service = service
        self.http = http
        self.house = house
        self.ids: dict[str, str] = {}

    async def rehearse(self, method: str, path: str, **more: Any) -> list[str]:
        """The sentences of a dry run, after which nothing is different."""
        before = self.service.store.last_seq
        params = {**more.pop("params", {}), "dryRun": "true"}
        answer = await self.http.request(method, path.format(**self.ids), params=params, **more)
        assert answer.status_code == 200, answer.text
        item = answer.json()["item"]
        assert item["dryRun"] is True
        after = await self.service.store.read(lambda c: list_events(c, after=before))
        assert {event["type"] for event in after} <= TOLD_BY_NODES
        return [change["sentence"] for change in item["changes"]]


@asynccontextmanager
async def asked(house: House) -> AsyncIterator[Asked]:
    async with house.backend() as service:
        transport = httpx.ASGITransport(app=create_app(service, "t", "0"))
        headers = {"Authorization": "Bearer t"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as http:
            told = Asked(service, http, house)
            done = await service.add_job(house.job(), idempotency_key="", by="t")
            runs = await http.get(f"{STATE}/instance/{done['instanceId']}/runs")
            told.ids = {
                "job": done["jobId"],
                "instance": done["instanceId"],
                "run": runs.json()["items"][0]["runId"],
                "node": next(iter(house.fleet.nodes)),
            }
            await house.fleet.ordered.get()
            yield told
            house.fleet.open_gates()


async def test_of_jobs(house: Make) -> None:
    async with asked(house(3)) as told:
        body = told.house.job()["body"]
        added = await told.rehearse("POST", f"{JOBS}/jobs", content=body)
        warned = 'warn: name: another job has the name "j"; commands that take names will refuse it'
        begun = ["add the job 'j'", "start an instance of 'j': 3 runs in 1 group"]
        assert added[:3] == [warned, *begun]
        submitted = await told.rehearse("POST", f"{JOBS}/submissions", json={"body": body})
        assert submitted == added
        changed = await told.rehearse("PUT", f"{JOBS}/jobs/{{job}}", content=body)
        assert changed == ["give the job 'j' another definition"]
        started = await told.rehearse("POST", f"{JOBS}/jobs/{{job}}/activated")
        assert started[0] == "start an instance of 'j': 3 runs in 1 group"
        gone = await told.rehearse("DELETE", f"{JOBS}/jobs/{{job}}")
        assert gone == ["take the job away; its history stays"]


async def test_of_cancels(house: Make) -> None:
    async with asked(house(5)) as told:
        whole = f"{STATE}/instance/{{instance}}/cancel"
        [of_all] = await told.rehearse("POST", whole)
        assert of_all.endswith(": 2 to be stopped, 3 will not start")
        [of_one] = await told.rehearse("POST", f"{STATE}/run/{{run}}/cancel")
        assert of_one.endswith(": 1 to be stopped, 0 will not start")
        both = await told.rehearse("POST", f"{JOBS}/jobs/{{job}}/cancel", json={"instances": True})
        assert both == [f"cancel its instance {told.ids['instance']}", "make the job canceled"]
        found = await told.http.get(f"{STATE}/instance/{told.ids['instance']}")
        assert found.json()["item"]["cancelRequestedAt"].startswith("0001")


async def test_of_nodes_and_the_lab(house: Make) -> None:
    async with asked(house(2)) as told:
        node = f"{NODES}/nodes/{{node}}"
        assert await told.rehearse("POST", f"{node}/tags", json={"tags": {"a": "b"}}) == [
            "change the node: set its tags"
        ]
        assert await told.rehearse("PATCH", f"{node}/tags", json={"tags": {"a": "b"}}) == [
            "change the node: set its tags"
        ]
        assert await told.rehearse("POST", f"{node}/archive") == ["archive the node"]
        assert await told.rehearse("POST", f"{NODES}/lab", json={"nodes": 4}) == [
            "let the lab have 4 nodes"
        ]
        assert await told.rehearse("DELETE", f"{NODES}/lab")
        assert await told.rehearse("POST", "/courier/backend/v1/stop", json={"all": True}) == [
            "cancel what runs, and end the backend"
        ]


async def test_a_secret_is_not_told(house: Make) -> None:
    home = house(2)
    async with asked(home) as told:
        other = next(iter(home.fleet.nodes))
        await told.service.fleet.remove(other, "t")
        body = {"url": f"http://h/nodes/{other}", "token": "hush-hush", "name": "n"}
        answer = await told.http.post(f"{NODES}/nodes", json=body, params={"dryRun": "true"})
        assert answer.json()["item"]["changes"][0]["sentence"].startswith("add the node 'n' at")
        assert "hush" not in answer.text
        assert told.service.directory.find(other) is None


async def test_it_refuses_what_the_real_thing_refuses(house: Make) -> None:
    async with asked(house(2)) as told:
        params = {"dryRun": "true"}
        bad = await told.http.post(f"{JOBS}/jobs", content=b"{}", params=params)
        assert bad.status_code == 422
        assert bad.json()["problems"]
        unknown = await told.http.delete(f"{JOBS}/jobs/{'0' * 36}", params=params)
        assert unknown.status_code == 404
        maybe = await told.http.delete(f"{JOBS}/jobs/{'0' * 36}", params={"dryRun": "maybe"})
        assert maybe.json()["detail"] == "dryRun is true or false, not 'maybe'."
        blank = await told.http.delete(f"{JOBS}/jobs/{told.ids['job']}?dryRun=")
        assert blank.status_code == 422
        twice = await told.http.delete(f"{JOBS}/jobs/{told.ids['job']}?dryRun=true&dryRun=false")
        assert twice.status_code == 422


async def test_a_cancel_of_what_has_ended_says_so(house: Make) -> None:
    async with asked(house(1)) as told:
        told.house.fleet.open_gates()
        cancel = f"{STATE}/instance/{told.ids['instance']}/cancel"
        await ended(told.service, told.ids["instance"])
        answer = await told.http.post(cancel, params={"dryRun": "true"})
        assert answer.json()["item"]["alreadyFinal"] is True


async def test_every_change_is_described_as_one_that_can_be_rehearsed(house: Make) -> None:
    async with asked(house(1)) as told:
        app = create_app(told.service, "t", "0")
        described = app.openapi()["paths"]
        for path, operations in described.items():
            for method, operation in operations.items():
                names = [each["name"] for each in operation.get("parameters", [])]
                assert ("dryRun" in names) is (method.upper() in CHANGING), (method, path)


def test_nothing_appends_past_the_gate() -> None:
    """No event gets past the gate: it goes through `Store.append`, the writer's only caller."""
    sources = Path(__file__).parents[2] / "courier_backend"
    callers = [p.name for p in sources.rglob("*.py") if "_writer.put(" in p.read_text()]
    assert callers == ["store.py"]
