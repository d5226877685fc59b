"""From a submission to the end of an instance, through the real driver and the real store."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from backend_house import House, ended

from courier_backend.evidence.limit import expire_beyond
from courier_backend.model.errors import BadInput, Conflict
from courier_backend.model.event import EventItem
from courier_backend.model.times import system_clock
from courier_backend.model.wire import StepItem
from courier_backend.service.service import Service
from courier_backend.store.queries.events import list_events
from courier_backend.store.queries.evidence import evidence_total
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.runs import list_runs
from courier_backend.store.queries.steps import list_steps

Make = Callable[[int], House]
pytestmark = pytest.mark.anyio


async def submit(service: Service, house: House, **changes: object) -> str:
    done = await service.add_job(house.job(**changes), idempotency_key="", by="t")
    return done["instanceId"]


async def steps_of(service: Service, instance_id: str) -> list[list[StepItem]]:
    runs, _ = await service.store.read(
        lambda c: list_runs(c, PageRequest(1, 1000), instance_id=instance_id)
    )
    return [
        await service.store.read(lambda c, run=run: list_steps(c, run["runId"]))  # type: ignore[misc]  # bound now
        for run in runs
    ]


async def test_an_instance_runs_to_its_end_with_evidence(house: Make) -> None:
    home = house(5)
    home.fleet.open_gates()
    async with home.backend() as service:
        item = await ended(service, await submit(service, home))
        assert item["status"] == "success"
        assert item["runCounts"] == {"success": 5}
        assert set(home.fleet.executed().values()) == {1}
        for steps in await steps_of(service, item["id"]):
            assert [step["status"] for step in steps] == ["success"]
            assert steps[0]["attempts"][0]["evidence"]["state"] == "stored"


async def test_a_batch_waits_for_the_one_before(house: Make) -> None:
    home = house(4)
    async with home.backend() as service:
        instance_id = await submit(service, home)
        first = {await home.fleet.ordered.get(), await home.fleet.ordered.get()}
        assert home.fleet.ordered.empty()
        home.fleet.open_gates()
        await ended(service, instance_id)
        assert len(first) == 2
        assert home.fleet.ordered.qsize() == 2


async def test_a_failed_node_fails_the_instance_but_not_the_others(house: Make) -> None:
    home = house(3)
    next(iter(home.fleet.nodes.values())).outcome = "failure"
    home.fleet.open_gates()
    async with home.backend() as service:
        item = await ended(service, await submit(service, home))
        assert item["status"] == "failure"
        assert item["runCounts"] == {"success": 2, "failure": 1}


async def test_cancel_stops_what_runs_and_prevents_the_rest(house: Make) -> None:
    home = house(4)
    async with home.backend() as service:
        instance_id = await submit(service, home)
        await home.fleet.ordered.get()
        await home.fleet.ordered.get()
        told = await service.cancel_instance(instance_id, group_number=None, reason="no", by="t")
        assert (told["stopping"], told["prevented"]) == (2, 2)
        item = await ended(service, instance_id)
        assert item["status"] == "canceled"
        assert item["runCounts"] == {"canceled": 4}
        again = await service.cancel_instance(instance_id, group_number=None, reason="", by="t")
        assert again["alreadyFinal"]


async def test_broken_streams_are_taken_up_where_they_broke(house: Make) -> None:
    home = house(2)
    async with home.backend() as service:
        instance_id = await submit(service, home)
        await home.fleet.ordered.get()
        await home.fleet.ordered.get()
        home.fleet.cut_all()
        home.fleet.open_gates()
        item = await ended(service, instance_id)
        assert item["status"] == "success"
        assert set(home.fleet.executed().values()) == {1}


async def test_a_run_tells_that_its_node_is_lost_and_that_it_is_back(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    node = next(iter(home.fleet.nodes.values()))
    contact = asyncio.Queue[tuple[str, str]]()

    def hear(events: Sequence[EventItem]) -> None:
        for event in events:
            if "contact" in event["data"]:
                contact.put_nowait((event["data"]["contact"], event["data"]["reason"]))
                node.is_up = True

    async with home.backend() as service:
        service.store.listen(hear)
        node.is_up = False
        item = await ended(service, await submit(service, home))
    assert item["status"] == "success"
    lost, back = contact.get_nowait(), contact.get_nowait()
    assert lost[0] == "lost"
    assert lost[1].endswith("does not answer; it is tried again")
    assert back == ("back", "")
    assert contact.empty()


async def test_a_backend_that_dies_is_followed_by_one_that_reaches_the_same_end(
    house: Make,
) -> None:
    home = house(4)
    async with home.backend() as service:
        instance_id = await submit(service, home)
        await home.fleet.ordered.get()
        await home.fleet.ordered.get()
    home.fleet.cut_all()
    home.fleet.open_gates()
    async with home.backend() as service:
        item = await ended(service, instance_id)
        assert item["status"] == "success"
        assert set(home.fleet.executed().values()) == {1}
        events = await service.store.read(
            lambda c: list_events(c, after=0, limit=1000, instance_id=instance_id)
        )
        kinds = Counter(event["type"] for event in events)
        assert kinds["run-finished"] == kinds["attempt-started"] == 4


async def test_a_lost_journal_interrupts_and_is_never_ordered_again(house: Make) -> None:
    home = house(1)
    async with home.backend() as service:
        instance_id = await submit(service, home)
        await home.fleet.ordered.get()
    node = next(iter(home.fleet.nodes.values()))
    node.runs.clear()
    node.journal_id = "J2"
    home.fleet.cut_all()
    async with home.backend() as service:
        item = await ended(service, instance_id)
        assert item["status"] == "failure"
        runs, _ = await service.store.read(
            lambda c: list_runs(c, PageRequest(), instance_id=instance_id)
        )
        assert runs[0]["reasonCode"] == "interrupted"
        assert home.fleet.ordered.empty()


async def test_retry_runs_again_only_where_it_did_not_succeed(house: Make) -> None:
    home = house(3)
    bad = next(iter(home.fleet.nodes.values()))
    bad.outcome = "failure"
    home.fleet.open_gates()
    async with home.backend() as service:
        instance_id = await submit(service, home)
        with pytest.raises(Conflict):
            await service.retry(instance_id, only="failed", by="t")
        await ended(service, instance_id)
        bad.outcome = "success"
        again = await service.retry(instance_id, only="failed", by="t")
        item = await ended(service, again["instanceId"])
        assert item["status"] == "success"
        assert item["totalRuns"] == 1


async def test_the_same_key_gives_the_same_job(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        first = await service.add_job(home.job(), idempotency_key="k", by="t")
        again = await service.add_job(home.job(), idempotency_key="k", by="t")
        assert again["jobId"] == first["jobId"]
        with pytest.raises(BadInput, match="used before"):
            await service.add_job(home.job(timeoutSeconds=61), idempotency_key="k", by="t")


async def test_the_oldest_evidence_expires_first(house: Make) -> None:
    home = house(3)
    home.fleet.open_gates()
    async with home.backend() as service:
        item = await ended(service, await submit(service, home))
        total = (await service.store.read(evidence_total))[1]
        gone = await expire_beyond(service.store, home.here.evidence, total - 1, system_clock)
        states = [
            steps[0]["attempts"][0]["evidence"]["state"]
            for steps in await steps_of(service, item["id"])
        ]
        assert gone == 1
        assert states == ["expired", "stored", "stored"]


async def test_what_timed_out_before_it_began_never_begins(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    node = next(iter(home.fleet.nodes.values()))
    async with home.backend() as service:
        node.is_up = False
        item = await ended(service, await submit(service, home, timeoutSeconds=1))
        assert item["runCounts"] == {"timeout": 1}
    node.is_up = True
    async with home.backend() as service:
        await home.fleet.stopped.get()
    assert not node.executed
    assert [line["type"] for line in next(iter(node.runs.values())).lines] == [
        "received",
        "run-finished",
    ]


async def test_what_is_safe_is_released_at_the_latest_when_the_backend_ends(house: Make) -> None:
    home = house(2)
    home.fleet.open_gates()
    async with home.backend() as service:
        await ended(service, await submit(service, home))
    assert len(home.fleet.released) == 2
