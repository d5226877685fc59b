"""Schedules through the real driver and the real store: what waits begins, runs and ends."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from backend_house import House, ended

from courier_backend.model.errors import Conflict, NotFound, OutOfSpace
from courier_backend.model.wire import InstanceItem, Submission
from courier_backend.service.service import Service
from courier_backend.store.queries.instances import get_instance, list_instances
from courier_backend.store.queries.jobs import get_job
from courier_backend.store.queries.paging import PageRequest

Make = Callable[[int], House]
pytestmark = pytest.mark.anyio

LATER = f"RRULE:FREQ=DAILY;DTSTART={datetime.now(UTC) + timedelta(days=300):%Y%m%d}"
OPEN_NOW = {"rrule": "RRULE:DTSTART=20200101;FREQ=DAILY", "duration": 24 * 60}


def scheduled(house: House, rule: str, **more: Any) -> Submission:
    """A job of the house by a rule."""
    sub = house.job()
    body = sub["body"].replace('"scheduleRule": "immediate"', f'"scheduleRule": "{rule}"')
    fields = "".join(f', "{name}": "{value}"' for name, value in more.items())
    return sub | {"body": body[:-1] + fields + "}"}


async def instances(service: Service, job_id: str) -> list[InstanceItem]:
    found, _ = await service.store.read(
        lambda c: list_instances(c, PageRequest(1, 1000), job_id=job_id)
    )
    return found


async def until(service: Service, job_id: str, count: int) -> list[InstanceItem]:
    """The instances of a job, once there are so many that have ended."""
    for number in range(count):
        while len(found := await instances(service, job_id)) <= number:
            await changed(service)
        await ended(service, found[number]["id"])
    return await instances(service, job_id)


async def changed(service: Service) -> None:
    """Wait for the next change of the store."""
    heard = asyncio.Event()
    service.store.listen(lambda _events: heard.set())
    await heard.wait()


async def test_schedules_go_on_when_the_backend_cannot_end(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = house(1)
    async with home.backend() as service:
        await service.add_job(home.job(), idempotency_key="", by="t")
        await home.fleet.ordered.get()

        async def refuse(*_: object) -> bool:
            raise OutOfSpace("The disk is full.")

        monkeypatch.setattr(service.driver, "cancel", refuse)
        with pytest.raises(OutOfSpace):
            await service.stop(cancel_all=True)
        home.fleet.open_gates()
        sub = scheduled(home, "RRULE:FREQ=SECONDLY;COUNT=1")
        done = await service.add_job(sub, idempotency_key="", by="t")
        (found,) = await until(service, done["jobId"], 1)
        assert found["status"] == "success"


async def test_a_recurring_job_runs_on_its_nodes(house: Make) -> None:
    home = house(2)
    home.fleet.open_gates()
    async with home.backend() as service:
        sub = scheduled(home, "RRULE:FREQ=SECONDLY;COUNT=2")
        done = await service.add_job(sub, idempotency_key="", by="t")
        assert done["instanceId"] == ""
        assert service.is_busy()
        found = await until(service, done["jobId"], 2)
        assert [each["status"] for each in found] == ["success", "success"]
        assert [each["runCounts"] for each in found] == [{"success": 2}, {"success": 2}]
        assert {each["instanceType"] for each in found} == {"scheduled"}
        assert {each["triggeredBy"] for each in found} == {"system"}
        assert service.status()["scheduledJobs"] == 0
        assert not service.is_busy()


async def test_what_is_scheduled_keeps_the_backend_awake(house: Make) -> None:
    home = house(1)
    async with home.backend() as service:
        assert not service.is_busy()
        sub = scheduled(home, LATER)
        await service.add_job(sub, idempotency_key="", by="t")
        assert service.is_busy()
        assert service.status()["scheduledJobs"] == 1
        assert service.idle.idle_seconds == 0
    async with home.backend() as service:
        assert service.is_busy()


async def test_what_waits_for_a_window_runs_on_the_nodes_of_that_moment(house: Make) -> None:
    home = house(2)
    home.fleet.open_gates()
    async with home.backend() as service:
        rule = await service.add_exception(OPEN_NOW, by="t")
        done = await service.add_job(home.job(), idempotency_key="", by="t")
        assert "exception rule of " in done["exceptionReasons"][0]
        waiting = await service.store.read(lambda c: get_instance(c, done["instanceId"]))
        assert (waiting["status"], waiting["groups"]) == ("pending", [])
        assert service.status()["scheduledJobs"] == 1
        job = await service.store.read(lambda c: get_job(c, done["jobId"]))
        assert job["displayStatus"] == "active"
        gone = next(iter(home.fleet.nodes))
        await service.change_node(gone, archived=True, by="t")
        await service.delete_exception(rule["exceptionId"], by="t")
        item = await ended(service, done["instanceId"])
        assert (item["status"], item["runCounts"]) == ("failure", {"success": 1, "failure": 1})
        assert item["groups"][0]["nodeCount"] == 2


async def test_what_waits_is_canceled_at_once(house: Make) -> None:
    home = house(1)
    async with home.backend() as service:
        await service.add_exception(OPEN_NOW, by="t")
        done = await service.add_job(home.job(), idempotency_key="", by="t")
        with pytest.raises(Conflict, match="has not begun"):
            await service.cancel_instance(done["instanceId"], group_number=0, reason="no", by="t")
        told = await service.cancel_instance(
            done["instanceId"], group_number=None, reason="no", by="t"
        )
        assert (told["status"], told["alreadyFinal"]) == ("canceled", False)
        again = await service.cancel_instance(
            done["instanceId"], group_number=None, reason="no", by="t"
        )
        assert again["alreadyFinal"]
        with pytest.raises(NotFound):
            await service.cancel_instance("none", group_number=None, reason="no", by="t")


async def test_canceling_a_job_cancels_what_runs_and_what_waits(house: Make) -> None:
    home = house(1)
    async with home.backend() as service:
        sub = scheduled(home, "RRULE:FREQ=SECONDLY")
        done = await service.add_job(sub, idempotency_key="", by="t")
        while len(await instances(service, done["jobId"])) < 2:
            await changed(service)
        await service.cancel_job(done["jobId"], instances=True, reason="no more", by="t")
        first, second, *_ = await until(service, done["jobId"], 2)
        assert (first["status"], second["status"]) == ("canceled", "canceled")
        assert not service.is_busy()


async def test_a_pending_instance_outlives_its_backend(house: Make) -> None:
    home = house(1)
    async with home.backend() as service:
        sub = scheduled(home, "RRULE:FREQ=SECONDLY;COUNT=2")
        done = await service.add_job(sub, idempotency_key="", by="t")
        while len(await instances(service, done["jobId"])) < 2:
            await changed(service)
    home.fleet.cut_all()
    home.fleet.open_gates()
    async with home.backend() as service:
        found = await until(service, done["jobId"], 2)
        assert [each["status"] for each in found] == ["success", "success"]
        assert found[0]["finishedAt"] <= found[1]["startedAt"]
        assert set(home.fleet.executed().values()) == {1}


async def test_stopping_all_begins_nothing_that_waits(house: Make) -> None:
    home = house(1)
    async with home.backend() as service:
        sub = scheduled(home, "RRULE:FREQ=SECONDLY;COUNT=2")
        done = await service.add_job(sub, idempotency_key="", by="t")
        while len(await instances(service, done["jobId"])) < 2:
            await changed(service)
        await service.stop(cancel_all=True)
        assert [each["status"] for each in await instances(service, done["jobId"])] == [
            "canceled",
            "pending",
        ]


async def test_a_run_by_hand_names_who_asked(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        sub = scheduled(home, LATER)
        sub["body"] = sub["body"][:-1] + ', "allowManualExecution": true}'
        done = await service.add_job(sub, idempotency_key="", by="t")
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=1)
        told = await service.manual_job(
            done["jobId"], triggered_at=at, triggered_by="ada", override=False, by="t"
        )
        item = await ended(service, told["instanceId"])
        assert (item["status"], item["instanceType"]) == ("success", "manual")
        assert (item["triggeredBy"], item["overwriteId"]) == ("ada", told["overwriteId"])
        assert item["dueAt"] == "2026-03-01T01:00:00Z"


async def test_a_retry_in_a_window_waits(house: Make) -> None:
    home = house(1)
    home.fleet.open_gates()
    async with home.backend() as service:
        done = await service.add_job(home.job(), idempotency_key="", by="t")
        await ended(service, done["instanceId"])
        rule = await service.add_exception(OPEN_NOW, by="t")
        again = await service.retry(done["instanceId"], only="all", by="t")
        assert again["exceptionReasons"]
        with pytest.raises(Conflict, match="has not ended"):
            await service.retry(again["instanceId"], only="all", by="t")
        await service.delete_exception(rule["exceptionId"], by="t")
        assert (await ended(service, again["instanceId"]))["status"] == "success"
