"""Instances that somebody else executes: made, told of, judged, and never driven by us."""

import gzip
import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from backend_house import House, ended

from bench.leaks import leaks
from courier_backend.api.app import create_app
from courier_backend.model.ids import new_id
from courier_backend.runner.masking.mask import MASKED
from courier_backend.service.service import Service

Make = Callable[[int], House]
pytestmark = pytest.mark.anyio

STATE = "/courier/state-api/v1"
DIRECT = "/courier/orchestrator-api/v1/job-instances"
ATTEMPT = "step/1/attempt/1/evidence"


class Teller:
    """Somebody who executes elsewhere."""

    def __init__(self, service: Service, http: httpx.AsyncClient) -> None:
        self.service = service
        self.http = http

    async def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        answer = await self.http.request(method, f"{STATE}/{path}", **more)
        assert answer.status_code == status, answer.text
        return answer.json().get("item") or answer.json()

    async def tell(self, run_id: str, what: str, expected: int = 200, **body: Any) -> Any:
        return await self.ask("POST", f"run/{run_id}/{what}", expected, content=_body(body))

    async def step(self, run_id: str, number: int = 1, expected: int = 200, **body: Any) -> Any:
        return await self.ask("PUT", f"run/{run_id}/step/{number}", expected, json=body)

    async def instance(self, instance_id: str) -> Any:
        return await self.ask("GET", f"instance/{instance_id}")

    async def create(self, nodes: int = 2, **more: Any) -> tuple[str, list[str]]:
        body = new_instance(nodes, **more)
        made = await self.ask("POST", "instance", 201, json=body)
        return made["id"], [each["jobRunId"] for each in body["assignments"]]


def _body(told: dict[str, Any]) -> bytes:
    return json.dumps(told).encode() if told else b""


def new_instance(nodes: int = 2, groups: int = 1, **more: Any) -> dict[str, Any]:
    group = {
        "batchSize": {"type": "number", "value": 1},
        "distributionMethod": "batching",
        "nodeListType": "nodes",
        "nodeIdentifiers": [new_id()],
        "successCriteria": more.pop("criteria", []),
    }
    step = {"name": "s", "interpreter": {"name": "chef-platform/shell-interpreter"},
            "command": {"linux": ["true"]}}  # fmt: skip
    return {
        "instanceId": new_id(),
        "jobId": new_id(),
        "name": "elsewhere",
        "instanceType": "scheduled",
        "triggeredBy": "system",
        "assignments": [
            {"groupNumber": n % groups, "jobRunId": new_id(), "nodeId": new_id()}
            for n in range(nodes)
        ],
        "target": {"executionType": "parallel", "groups": [group] * groups},
        "actions": {"accessMode": "agent", "steps": [step, step]},
        **more,
    }


def a_zip(size: int = 10) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("stdout.log", b"x" * size)
    return held.getvalue()


@asynccontextmanager
async def telling(house: House) -> AsyncIterator[Teller]:
    async with house.backend() as service:
        transport = httpx.ASGITransport(app=create_app(service, "t", "0"))
        headers = {"Authorization": "Bearer t"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as http:
            yield Teller(service, http)


async def test_from_its_making_to_its_end(house: Make) -> None:
    async with telling(house(0)) as teller:
        instance_id, (first, second) = await teller.create()
        made = await teller.instance(instance_id)
        assert (made["status"], made["outside"], made["runCounts"]) == (
            "running", True, {"pending": 2},
        )  # fmt: skip

        got = await teller.tell(first, "received")
        assert got["status"] == "received"
        begun = await teller.step(first, status="running", interpreterVersion="1.2.3")
        assert (begun["status"], begun["numAttempts"], begun["name"]) == ("running", 1, "s")
        done = await teller.step(first, status="success", outputs='{"A": "b"}', exitCode=0)
        assert (done["status"], done["outputs"]) == ("success", '{"A":"b"}')
        assert done["interpreterVersion"] == "1.2.3"
        assert [each["status"] for each in done["attempts"]] == ["success"]
        assert (await teller.tell(first, "complete", status="success"))["status"] == "success"
        assert (await teller.instance(instance_id))["status"] == "running"

        await teller.tell(second, "complete")
        over = await teller.instance(instance_id)
        assert (over["status"], over["groups"][0]["status"]) == ("success", "success")


async def test_its_job_is_made_when_there_is_none_and_starts_nothing(house: Make) -> None:
    async with telling(house(0)) as teller:
        job_id = new_id()
        await teller.create(jobId=job_id)
        await teller.create(jobId=job_id)
        answer = await teller.http.get(f"/courier/scheduler-api/v1/jobs/{job_id}")
        assert answer.json()["item"]["status"] == "inactive"
        assert answer.json()["item"]["name"] == "elsewhere"


async def test_what_was_told_is_not_told_again(house: Make) -> None:
    async with telling(house(0)) as teller:
        instance_id, (first, second) = await teller.create()
        await teller.tell(first, "received")
        twice = await teller.tell(first, "received", 409)
        assert twice["detail"] == f"Run {first} was received already: it is received."
        await teller.tell(first, "complete", status="failure", reason="no")
        for what in ("received", "complete", "timeout"):
            assert (await teller.tell(first, what, 409))["code"] == "conflict"
        await teller.step(first, expected=409, status="running")
        await teller.step(second, status="success")
        again = await teller.step(second, expected=409, status="running")
        assert again["detail"] == "Step 1 has ended already: success."
        await teller.step(second, 3, 404, status="running")
        assert (await teller.instance(instance_id))["groups"][0]["status"] == "failure"


async def test_a_time_out_is_replaced_by_a_late_completion(house: Make) -> None:
    async with telling(house(0)) as teller:
        instance_id, (only,) = await teller.create(1)
        before = await teller.tell(only, "received")
        out = await teller.tell(only, "timeout")
        assert (out["status"], out["lastUpdateTime"]) == ("timeout", before["lastUpdateTime"])
        assert (await teller.instance(instance_id))["status"] == "failure"
        await teller.step(only, status="success")
        late = await teller.tell(only, "complete", status="success")
        assert late["status"] == "success"
        over = await teller.instance(instance_id)
        assert (over["status"], over["lateCompletions"]) == ("failure", 1)


async def test_retries_are_attempts(house: Make) -> None:
    async with telling(house(0)) as teller:
        _, (only,) = await teller.create(1)
        await teller.step(only, status="running")
        third = await teller.step(only, status="active", numAttempts=3)
        assert third["status"] == "active"
        assert [each["status"] for each in third["attempts"]] == ["failure", "failure", "running"]
        back = await teller.step(only, expected=409, status="running", numAttempts=2)
        assert back["detail"] == "Step 1 is at attempt 3 already."
        ended_ = await teller.step(only, status="timeout", numAttempts=3)
        assert (ended_["status"], ended_["attempts"][2]["status"]) == ("timeout", "timeout")
        skipped = await teller.step(only, 2, status="skipped")
        assert (skipped["status"], skipped["numAttempts"]) == ("skipped", 0)


class TestTheEndOfAnInstance:
    async def test_is_judged_by_its_criteria(self, house: Make) -> None:
        criteria = [{"status": "success", "numRuns": {"type": "number", "value": 1}}]
        async with telling(house(0)) as teller:
            instance_id, (first, _) = await teller.create(criteria=criteria)
            path = f"instance/{instance_id}/complete"
            no = await teller.ask("POST", path, 409, json={"status": "success"})
            assert no["detail"].startswith(f"Instance {instance_id} is no success: group 0: ")
            await teller.tell(first, "complete")
            assert (await teller.instance(instance_id))["groups"][0]["status"] == "success"
            done = await teller.ask("POST", path)
            assert (done["status"], done["runCounts"]) == ("success", {"success": 1, "pending": 1})
            assert (await teller.ask("POST", path, 409))["code"] == "conflict"

    async def test_may_be_told_a_failure(self, house: Make) -> None:
        async with telling(house(0)) as teller:
            instance_id, (first,) = await teller.create(1)
            path = f"instance/{instance_id}/complete"
            told = {"status": "failure", "reason": "the site burned"}
            done = await teller.ask("POST", path, json=told)
            assert (done["status"], done["reason"]) == ("failure", "the site burned")
            await teller.tell(first, "complete")
            over = await teller.instance(instance_id)
            assert (over["status"], over["lateCompletions"]) == ("failure", 1)

    async def test_needs_every_group(self, house: Make) -> None:
        async with telling(house(0)) as teller:
            instance_id, (first, second) = await teller.create(groups=2)
            await teller.tell(first, "complete")
            assert (await teller.instance(instance_id))["status"] == "running"
            await teller.tell(second, "complete", status="failure")
            over = await teller.instance(instance_id)
            assert over["status"] == "failure"
            assert over["reason"].startswith("group 1: 1 of 1 runs did not succeed")


class TestEvidence:
    @pytest.mark.parametrize("size", [10, 400_000])
    @pytest.mark.parametrize("form", ["plain", "gzip", "multipart", "gzip in multipart"])
    async def test_is_kept_and_given_back(self, house: Make, size: int, form: str) -> None:
        data = a_zip(size)
        sent = gzip.compress(data) if "gzip" in form else data
        more: dict[str, Any] = {"content": sent, "headers": {"Content-Type": "application/zip"}}
        if "multipart" in form:
            more = {"files": {"file": ("e.zip", sent, "application/zip")}, "data": {"note": "x"}}
        async with telling(house(0)) as teller:
            _, (only,) = await teller.create(1)
            await teller.step(only, status="success")
            kept = await teller.ask("POST", f"run/{only}/{ATTEMPT}", 201, **more)
            assert (kept["state"], kept["bytes"]) == ("stored", len(data))
            link = (await teller.ask("GET", f"run/{only}/{ATTEMPT}"))["artifactUrl"]
            assert (await teller.http.get(link)).content == data
            again = await teller.ask("POST", f"run/{only}/{ATTEMPT}", 409, **more)
            assert "has its evidence already" in again["detail"]

    async def test_that_is_none_is_refused(self, house: Make) -> None:
        async with telling(house(0)) as teller:
            _, (only,) = await teller.create(1)
            early = await teller.ask("POST", f"run/{only}/{ATTEMPT}", 404, content=a_zip())
            assert "has no attempt 1 of step 1" in early["detail"]
            await teller.step(only, status="success")
            wrong = await teller.ask("POST", f"run/{only}/{ATTEMPT}", 422, content=b"hello")
            assert wrong["detail"] == "The evidence is no zip."
            broken = gzip.compress(a_zip())[:-9]
            await teller.ask("POST", f"run/{only}/{ATTEMPT}", 422, content=broken)
            form = {"Content-Type": "multipart/form-data; boundary=x"}
            for content in (b"", b"--x\r\n\r\nno file\r\n--x--"):
                nothing = await teller.ask(
                    "POST", f"run/{only}/{ATTEMPT}", 422, content=content, headers=form
                )
                assert "The form" in nothing["detail"]
            dry = await teller.ask(
                "POST", f"run/{only}/{ATTEMPT}?dryRun=true", 200, content=a_zip()
            )
            assert dry["dryRun"] is True
            steps = (await teller.ask("GET", f"run/{only}/steps"))["items"]
            assert steps[0]["attempts"][0]["evidence"]["state"] == "none"


async def test_bad_bodies_are_told_with_their_places(house: Make) -> None:
    async with telling(house(0)) as teller:
        body = new_instance()
        body["assignments"][1] |= {"groupNumber": 7, "nodeId": "web"}
        body["assignments"][0]["jobRunId"] = body["assignments"][1]["jobRunId"]
        body["actions"]["steps"][0]["interpreter"] = {}
        body["triggredBy"] = "x"
        told = await teller.ask("POST", "instance", 422, json=body)
        assert {problem["path"] for problem in told["problems"]} >= {
            "assignments[1].groupNumber",
            "assignments[1].nodeId",
            "assignments[1].jobRunId",
            "actions.steps[0].interpreter.name",
            "triggredBy",
        }
        _, (only,) = await teller.create(1)
        wrong = await teller.step(only, expected=422, status="done", outputs="[1]")
        assert {problem["path"] for problem in wrong["problems"]} == {"status", "outputs"}


async def test_ids_that_are_taken(house: Make) -> None:
    async with telling(house(0)) as teller:
        body = new_instance()
        await teller.ask("POST", "instance", 201, json=body)
        same = await teller.ask("POST", "instance", 409, json=body)
        assert same["detail"] == f"There is an instance {body['instanceId']} already."
        runs = await teller.ask("POST", "instance", 409, json={**body, "instanceId": new_id()})
        assert runs["detail"].startswith("There is a run ")


async def test_nobody_else_tells_of_ours(house: Make) -> None:
    home = house(2)
    home.fleet.open_gates()
    async with telling(home) as teller:
        done = await teller.service.add_job(home.job(), idempotency_key="", by="t")
        await ended(teller.service, done["instanceId"])
        found = await teller.http.get(f"{STATE}/instance/{done['instanceId']}/runs")
        run_id = found.json()["items"][0]["runId"]
        for what in ("received", "timeout", "complete"):
            told = await teller.tell(run_id, what, 409)
            assert "is executed here" in told["detail"]
            assert "courier cancel run" in told["hint"]
        await teller.step(run_id, expected=409, status="running")
        await teller.ask("POST", f"run/{run_id}/{ATTEMPT}", 409, content=a_zip())
        await teller.ask("POST", f"instance/{done['instanceId']}/complete", 409)


async def test_another_backend_does_not_drive_it(house: Make) -> None:
    home = house(1)
    async with telling(home) as teller:
        node_id = next(iter(home.fleet.nodes))
        assignment = {"groupNumber": 0, "jobRunId": new_id(), "nodeId": node_id}
        instance_id, (run_id,) = await teller.create(1, assignments=[assignment])
        await teller.tell(run_id, "received")
    async with telling(home) as teller:
        assert teller.service.driver.state_of(instance_id) is None
        assert (await teller.tell(run_id, "complete"))["status"] == "success"
        assert (await teller.instance(instance_id))["status"] == "success"
    assert not home.fleet.executed()


async def test_a_cancel_says_who_executes_it(house: Make) -> None:
    async with telling(house(0)) as teller:
        instance_id, (first, _) = await teller.create()
        for path in (f"instance/{instance_id}/cancel", f"run/{first}/cancel"):
            told = await teller.ask("POST", path, 409)
            assert "executed elsewhere" in told["detail"]


class TestDirect:
    async def test_is_executed_here(self, house: Make) -> None:
        home = house(2)
        home.fleet.open_gates()
        job = json.loads(home.job()["body"])
        body = {"Id": new_id(), "jobId": new_id(), "name": "now"} | {
            key: job[key] for key in ("target", "actions")
        }
        async with telling(home) as teller:
            answer = await teller.http.post(DIRECT, json=body)
            assert answer.status_code == 201, answer.text
            made = answer.json()["item"]
            assert (made["id"], made["jobId"], made["outside"]) == (
                body["Id"],
                body["jobId"],
                False,
            )
            over = await ended(teller.service, body["Id"])
            assert (over["status"], over["runCounts"]) == ("success", {"success": 2})
            again = await teller.http.post(DIRECT, json=body)
            assert again.status_code == 409
            more = await teller.http.post(DIRECT, json={**body, "Id": ""})
            assert more.status_code == 201
            assert (await ended(teller.service, more.json()["item"]["id"]))["status"] == "success"

    async def test_refuses_what_is_no_target(self, house: Make) -> None:
        async with telling(house(0)) as teller:
            answer = await teller.http.post(DIRECT, json={"name": "x", "target": {"groups": []}})
            assert answer.status_code == 422
            paths = {problem["path"] for problem in answer.json()["problems"]}
            assert {"target.groups", "actions"} <= paths


SECRET = "corr3ct-horse/battery"


def secret_steps(value: object = SECRET) -> dict[str, Any]:
    step = {"name": "s", "interpreter": {"name": "chef-platform/shell-interpreter"},
            "command": {"linux": ["true"]}, "inputs": {"PASSWORD": value},
            "expectedInputs": {"PASSWORD": {"sensitive": True}}}  # fmt: skip
    return {"accessMode": "agent", "steps": [step, step]}


async def test_sensitive_values_of_others_are_sealed_and_told_as_such(house: Make) -> None:
    home = house(0)
    async with telling(home) as teller:
        instance_id, (run_id, _) = await teller.create(actions=secret_steps())
        told = {"PASSWORD": SECRET, "PLACE": f"here, {SECRET}"}
        made = {"TOKEN": "tok-4711", "PASSWORD": "an0ther"}
        reason = f"by {SECRET} and an0ther"
        done = await teller.step(run_id, status="success", inputs=told, outputs=made, reason=reason)
        assert done["reason"] == f"by {MASKED} and {MASKED}"
        assert json.loads(done["outputs"]) == {
            "TOKEN": "tok-4711",
            "PASSWORD": {"sensitive": True},
        }
        done = await teller.step(run_id, 2, status="success", inputs=told, outputs=told)
        place = f"here, {MASKED}"
        assert json.loads(done["inputs"]) == {"PASSWORD": {"sensitive": True}, "PLACE": place}
        assert json.loads(done["outputs"]) == json.loads(done["inputs"])
        ended = await teller.tell(run_id, "complete", status="failure", reason=f"not {SECRET}")
        assert ended["reason"] == f"not {MASKED}"
        steps = (await teller.instance(instance_id))["actionSpec"]["steps"]
        assert steps[0]["inputs"] == {"PASSWORD": {"sensitive": True}}
    assert leaks(home.here.data, SECRET) == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("abc", "shorter than 4 bytes"),
        ({"sensitive": True}, "this is a new job"),
        (12345678, "is not text"),
    ],
)
async def test_what_others_cannot_keep_secret_is_refused(
    house: Make, value: object, why: str
) -> None:
    async with telling(house(0)) as teller:
        body = new_instance(actions=secret_steps(value))
        answer = await teller.ask("POST", "instance", 422, json=body)
    assert why in answer["detail"]
    assert "12345678" not in json.dumps(answer)
