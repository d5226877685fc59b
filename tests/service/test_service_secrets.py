"""Sensitive values in the backend: sealed at rest, opened for an order, told nowhere."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from backend_house import House, ended

from bench.leaks import leaks
from courier_backend.api.answers import item as answer
from courier_backend.api.event_stream import encode
from courier_backend.cli.doctor.secrets import sealed_values
from courier_backend.daemon.vault import Vault
from courier_backend.model.errors import BadInput, Conflict
from courier_backend.model.event import EventItem
from courier_backend.model.wire import Submission
from courier_backend.service import service as module
from courier_backend.service.service import Service
from courier_backend.store.queries.events import list_events
from courier_backend.store.queries.instances import get_instance
from courier_backend.store.queries.jobs import get_job
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.runs import list_runs

Make = Callable[[int], House]
pytestmark = pytest.mark.anyio

SECRET = 'corr3ct-horse/"battery"'
FALLBACK = "staple-of-old"
TOLD = {"sensitive": True}


def secret_job(home: House, **inputs: Any) -> Submission:
    submission = home.job()
    body = json.loads(submission["body"])
    body["actions"]["steps"][0] |= {
        "inputs": {"PASSWORD": SECRET, "PLACE": "here", **inputs},
        "expectedInputs": {"PASSWORD": {"sensitive": True, "default": FALLBACK}},
    }
    return {**submission, "body": json.dumps(body)}


async def submit(service: Service, submission: Submission, key: str = "") -> tuple[str, str]:
    done = await service.add_job(submission, idempotency_key=key, by="t")
    return done["jobId"], done["instanceId"]


def orders(home: House) -> list[dict[str, Any]]:
    """The inputs of every order that reached a node."""
    return [
        run.order["actions"]["steps"][0]["inputs"]
        for node in home.fleet.nodes.values()
        for run in node.runs.values()
    ]


def told(content: object) -> Any:
    """What the API would tell of it."""
    return json.loads(bytes(answer(content).body))["item"]


async def test_an_order_has_the_value_and_the_disk_never_has_it(house: Make) -> None:
    home = house(4)
    async with home.backend() as service:
        heard: list[EventItem] = []
        service.store.listen(heard.extend)
        job_id, instance_id = await submit(service, secret_job(home))
        await home.fleet.ordered.get()
        assert leaks(home.here.data, SECRET) == []
        home.fleet.open_gates()
        await ended(service, instance_id)
        assert orders(home) == [{"PASSWORD": SECRET, "PLACE": "here"}] * 4
        job = await service.store.read(lambda c: get_job(c, job_id))
        instance = await service.store.read(lambda c: get_instance(c, instance_id))
        events = await service.store.read(list_events)
    for actions in (told(job)["actions"], told(instance)["actionSpec"]):
        assert actions["steps"][0]["inputs"] == {"PASSWORD": TOLD, "PLACE": "here"}
        assert actions["steps"][0]["expectedInputs"]["PASSWORD"]["default"] == TOLD
    everything = b"".join(encode(event) for event in [*heard, *events])
    assert b'"PASSWORD":{"sensitive":true}' in everything
    assert b"sealed" not in everything
    for value in (SECRET, FALLBACK):
        assert json.dumps(value)[1:-1].encode() not in everything
        assert leaks(home.here.data, value) == []


async def test_the_value_is_there_again_after_a_restart(house: Make) -> None:
    home = house(4)
    async with home.backend() as service:
        _, instance_id = await submit(service, secret_job(home))
        for _ in range(2):
            await home.fleet.ordered.get()
    home.fleet.open_gates()
    async with home.backend() as service:
        assert (await ended(service, instance_id))["status"] == "success"
    assert orders(home) == [{"PASSWORD": SECRET, "PLACE": "here"}] * 4
    assert leaks(home.here.data, SECRET) == []


async def test_starting_again_retrying_and_changing_keep_the_value(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        job_id, first = await submit(service, secret_job(home))
        await ended(service, first)
        await ended(service, await service.activate(job_id, by="t"))
        retried = await service.retry(first, only="all", by="t")
        await ended(service, retried["instanceId"])
        definition = told(await service.store.read(lambda c: get_job(c, job_id)))
        definition["actions"]["steps"][0]["inputs"]["PLACE"] = "there"
        sent: Submission = {**secret_job(home), "body": json.dumps(definition)}
        assert (
            told(await service.update_job(job_id, sent, by="t"))["actions"]
            == (definition["actions"])
        )
        await ended(service, await service.activate(job_id, by="t"))
    assert orders(home) == [
        *[{"PASSWORD": SECRET, "PLACE": "here"}] * 3,
        {"PASSWORD": SECRET, "PLACE": "there"},
    ]
    assert leaks(home.here.data, SECRET) == []


async def test_a_copy_of_a_job_keeps_its_values_sealed_anew(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        job_id, first = await submit(service, secret_job(home))
        await ended(service, first)
        text = json.dumps(told(await service.store.read(lambda c: get_job(c, job_id))))
        copy: Submission = {**secret_job(home), "body": text, "keptFrom": job_id}
        assert (await service.plan(copy))["valid"]
        copy_id, second = await submit(service, copy)
        await ended(service, second)
        sealed = [
            (await service.store.read(lambda c, each=each: get_job(c, each)))["actions"]  # type: ignore[misc]  # bound now
            for each in (job_id, copy_id)
        ]
    assert orders(home) == [{"PASSWORD": SECRET, "PLACE": "here"}] * 2
    values = {actions["steps"][0]["inputs"]["PASSWORD"] for actions in sealed}
    assert len(values) == 2
    assert leaks(home.here.data, SECRET) == []


async def test_a_new_job_has_nothing_to_keep(house: Make) -> None:
    home = house(1)
    async with home.backend() as service:
        with pytest.raises(BadInput, match=r"inputs\.PASSWORD.*this is a new job; give the value"):
            await submit(service, secret_job(home, PASSWORD=TOLD))


async def test_a_sealed_text_of_another_job_is_refused(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        job_id, first = await submit(service, secret_job(home))
        await ended(service, first)
        job = await service.store.read(lambda c: get_job(c, job_id))
        stolen = job["actions"]["steps"][0]["inputs"]["PASSWORD"]
        assert stolen.startswith("sealed:1:")
        with pytest.raises(BadInput, match="as it is kept on disk; give the value itself"):
            await submit(service, secret_job(home, PASSWORD=stolen))


async def test_without_its_key_a_run_fails_with_that_reason(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        job_id, first = await submit(service, secret_job(home))
        await ended(service, first)
    monkeypatch.setattr(module, "Vault", lambda _secret: Vault(b"another key" * 3))
    async with home.backend() as service:
        instance = await ended(service, await service.activate(job_id, by="t"))
        assert instance["status"] == "failure"
        page = PageRequest(page=1, size=10)
        runs, _ = await service.store.read(lambda c: list_runs(c, page, instance_id=instance["id"]))
        assert runs[0]["reasonCode"] == "missing-input"
        assert runs[0]["reason"].startswith("A sealed value cannot be opened")
        assert runs[0]["reason"].endswith("It is that of PASSWORD.")
    assert len(orders(home)) == 1


async def test_the_doctor_sees_what_does_not_open_any_more(house: Make) -> None:
    home = house(1)
    home.here.secret_key.parent.mkdir(parents=True)
    home.here.secret_key.write_bytes(b"k" * 32)
    assert sealed_values(home.here) == []
    async with home.backend() as service:
        job_id, _ = await submit(service, secret_job(home))
        found = await asyncio.to_thread(sealed_values, home.here)
        assert [finding.state for finding in found] == ["ok"]
    home.here.secret_key.write_bytes(b"another key" * 3)
    (replaced,) = sealed_values(home.here)
    home.here.secret_key.unlink()
    (gone,) = sealed_values(home.here)
    assert (replaced.state, gone.state) == ("bad", "bad")
    assert f"({job_id[:8]})" in replaced.message
    assert replaced.message.endswith("is not the key under which they were sealed.")
    assert gone.message.endswith(" is gone.")
    assert not home.here.secret_key.exists()


async def test_what_lost_its_key_is_never_given_out_as_a_value(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        job_id, first = await submit(service, secret_job(home))
        await ended(service, first)
        definition = told(await service.store.read(lambda c: get_job(c, job_id)))
    monkeypatch.setattr(module, "Vault", lambda _secret: Vault(b"another key" * 3))
    async with home.backend() as service:
        failed = await ended(service, await service.activate(job_id, by="t"))
        again = await service.retry(failed["id"], only="all", by="t")
        assert (await ended(service, again["instanceId"]))["status"] == "failure"
        sent: Submission = {**secret_job(home), "body": json.dumps(definition)}
        with pytest.raises(Conflict, match="A sealed value cannot be opened"):
            await service.update_job(job_id, sent, by="t")
        assert len(orders(home)) == 1
        await service.update_job(job_id, secret_job(home), by="t")
        mended = await ended(service, await service.activate(job_id, by="t"))
        assert mended["status"] == "success"


async def test_an_idempotency_key_tells_values_apart_and_nothing_of_them(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        first = await submit(service, secret_job(home), "k")
        assert await submit(service, secret_job(home), "k") == first
        with pytest.raises(BadInput, match="with another job"):
            await submit(service, secret_job(home, PASSWORD="another value"), "k")


async def test_the_log_of_the_backend_says_nothing(
    house: Make, caplog: pytest.LogCaptureFixture
) -> None:
    home = house(1)
    home.fleet.open_gates()
    caplog.set_level(0)
    async with home.backend() as service:
        _, instance_id = await submit(service, secret_job(home))
        await ended(service, instance_id)
        with pytest.raises(BadInput) as refused:
            await submit(service, secret_job(home, PASSWORD=[SECRET]))
    assert SECRET not in caplog.text
    assert SECRET not in orjson.dumps(refused.value.problems).decode() + refused.value.message
    assert not await asyncio.to_thread(lambda: leaks(Path(home.here.data), SECRET))
