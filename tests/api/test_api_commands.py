"""Commands: what the routes hand to the service, and how its answers and refusals come back."""

import hmac
import logging
from typing import Any

import httpx
import pytest
from fake_service import CANCELED, LAB, PLAN, SUBMITTED, FakeService, NoStore

from courier_backend.model.errors import (
    BadInput,
    Conflict,
    CourierError,
    Gone,
    NotFound,
    NotYet,
    OutOfSpace,
    Unreachable,
)
from courier_backend.model.wire import ProblemItem

pytestmark = pytest.mark.anyio


@pytest.fixture
def store() -> NoStore:
    return NoStore()


JOBS = "/courier/scheduler-api/v1/jobs"
STATE = "/courier/state-api/v1"
NODES = "/node/management/v1"
SUBMISSION = {
    "body": "name: x",
    "bodyFormat": "yaml",
    "fileName": "x.yaml",
    "nodeIds": ["n"],
    "inputs": {"A": "b"},
    "plainInputs": ["A"],
    "keptFrom": "",
}


@pytest.mark.parametrize(
    ("method", "path", "body", "call", "answer"),
    [
        ("DELETE", f"{JOBS}/j", None, ("delete_job", "j", "api"), {"id": "j"}),
        ("POST", f"{JOBS}/j/cancel", None, ("cancel_job", "j", False, "", "api"), CANCELED),
        (
            "POST",
            f"{JOBS}/j/cancel",
            {"instances": True, "reason": "r"},
            ("cancel_job", "j", True, "r", "api"),
            CANCELED,
        ),
        (
            "POST",
            f"{JOBS}/j/activated",
            None,
            ("activate", "j", "api"),
            {"id": "j", "instanceId": "i"},
        ),
        (
            "POST",
            f"{STATE}/instance/i/cancel",
            {"groupNumber": 2, "reason": "r"},
            ("cancel_instance", "i", 2, "r", "api"),
            CANCELED,
        ),
        (
            "POST",
            f"{STATE}/instance/i/cancel",
            None,
            ("cancel_instance", "i", None, "", "api"),
            CANCELED,
        ),
        ("POST", f"{STATE}/run/r/cancel", {}, ("cancel_run", "r", "", "api"), CANCELED),
        ("GET", f"{NODES}/lab", None, ("lab_status",), LAB),
        ("POST", f"{NODES}/lab", {"nodes": 3, "seed": 7}, ("lab_up", 3, 7), LAB),
        ("POST", f"{NODES}/lab", {"nodes": 3}, ("lab_up", 3, None), LAB),
        ("DELETE", f"{NODES}/lab", None, ("lab_down",), LAB),
        ("DELETE", f"{NODES}/nodes/n", None, ("remove_node", "n", "api"), {"id": "n"}),
        (
            "GET",
            f"{STATE}/run/r/step/1/attempt/2/output?stream=stderr&offset=5&limit=10",
            None,
            ("output", "r", 1, 2, "stderr", 5, 10),
            {
                "stream": "stderr",
                "offset": 5,
                "nextOffset": 7,
                "text": "hi",
                "totalBytes": 7,
                "final": True,
            },
        ),
    ],
)
async def test_commands(
    http: httpx.AsyncClient,
    service: FakeService,
    method: str,
    path: str,
    body: Any,
    call: tuple[Any, ...],
    answer: Any,
) -> None:
    response = await http.request(method, path, json=body)
    assert response.status_code == 200, response.text
    found = response.json()
    assert (found["items"] if isinstance(answer, list) else found["item"]) == answer
    assert service.calls == [call]


async def test_submissions_and_plans(http: httpx.AsyncClient, service: FakeService) -> None:
    headers = {"Idempotency-Key": "k", "Courier-User": "ada"}
    base = "/courier/scheduler-api/v1"
    answer = await http.post(f"{base}/submissions", json=SUBMISSION, headers=headers)
    assert (answer.status_code, answer.json()) == (201, {"item": SUBMITTED})
    answer = await http.post(f"{base}/plan", json={"body": "name: x"})
    assert (answer.status_code, answer.json()) == (200, {"item": PLAN})
    empty = {"body": "name: x", "bodyFormat": "", "fileName": "", "nodeIds": [], "inputs": {}}
    empty |= {"plainInputs": [], "keptFrom": ""}
    assert service.calls == [("add_job", SUBMISSION, "k", "ada"), ("plan", empty)]


async def test_retry(http: httpx.AsyncClient, service: FakeService) -> None:
    assert (await http.post(f"{STATE}/instance/i/retry")).status_code == 201
    assert (await http.post(f"{STATE}/instance/i/retry", json={"only": "all"})).status_code == 201
    assert service.calls == [("retry", "i", "failed", "api"), ("retry", "i", "all", "api")]


@pytest.mark.parametrize(
    ("media_type", "body_format"),
    [
        ("application/json", "json"),
        ("application/yaml; charset=utf-8", "yaml"),
        ("text/x-yaml", "yaml"),
        ("Application/TOML", "toml"),
        ("application/x-www-form-urlencoded", ""),
        ("", ""),
    ],
)
async def test_a_job_file_as_the_body(
    http: httpx.AsyncClient, service: FakeService, media_type: str, body_format: str
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = await http.post(
        f"{JOBS}?fileName=a.yaml", content="näme: x".encode("utf-8-sig"), headers=headers
    )
    assert answer.status_code == 201
    assert answer.json()["item"] == {
        "id": "j",
        "instanceId": "i",
        "exceptionReasons": [],
        "nextExecutionTime": "2026-01-01T00:00:00Z",
        "warnings": [],
    }
    submission = service.calls[0][1]
    assert submission["body"] == "näme: x"
    assert submission["bodyFormat"] == body_format
    assert submission["fileName"] == "a.yaml"


async def test_a_body_of_another_kind(http: httpx.AsyncClient, service: FakeService) -> None:
    answer = await http.post(JOBS, content=b"<x/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415
    assert answer.json()["detail"] == "What is sent here is not of type text/xml."
    answer = await http.post(JOBS, content=b"ab\xff")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "The body is not UTF-8 text: byte 2 is not."
    assert service.calls == []


async def test_a_body_that_is_too_large(http: httpx.AsyncClient, service: FakeService) -> None:
    answer = await http.post(JOBS, content=b" " * (5 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert service.calls == []


FINDING: ProblemItem = {
    "severity": "error",
    "path": "name",
    "line": 1,
    "column": 1,
    "message": "it is empty",
    "didYouMean": "",
}


@pytest.mark.parametrize(
    "error",
    [
        BadInput("Wrong.", hint="Mend it.", problems=[FINDING]),
        NotFound("No such job."),
        Conflict("Not now."),
        Gone("It is lost."),
        NotYet("Ask again."),
        OutOfSpace("The disk is full."),
        Unreachable("The node does not answer."),
    ],
)
async def test_refusals(http: httpx.AsyncClient, service: FakeService, error: CourierError) -> None:
    service.error = error
    answer = await http.post(f"{JOBS}/j/cancel")
    assert answer.status_code == error.http_status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"] == error.message
    assert problem["code"] == error.code
    assert problem["hint"] == error.hint
    assert problem["problems"] == error.problems
    assert problem["status"] == error.http_status
    assert ("retry-after" in answer.headers) == isinstance(error, NotYet)


async def test_a_failure_that_nobody_foresaw(
    http: httpx.AsyncClient, service: FakeService, caplog: pytest.LogCaptureFixture
) -> None:
    service.error = ZeroDivisionError("secret")
    with caplog.at_level(logging.ERROR):
        answer = await http.post(f"{JOBS}/j/cancel")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "ZeroDivisionError: secret" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "body", "detail"),
    [
        ("GET", f"{JOBS}?pagination.size=0", None, "pagination.size: "),
        ("GET", f"{JOBS}?pagination.size=10001", None, "pagination.size: 10001 is more than 10000"),
        ("GET", f"{JOBS}?pagination.page=x", None, 'pagination.page: "x" is not a whole'),
        ("GET", f"{JOBS}?status=odd", None, "status: "),
        ("GET", f"{STATE}/runs?sortOrder=up", None, "sortOrder: "),
        ("GET", f"{STATE}/instances?runAfter=yesterday", None, "runAfter: 'yesterday' is not"),
        ("GET", f"{STATE}/instances?runAfter=9999-12-31T23:59:59-10:00", None, "runAfter: '9999"),
        ("GET", f"{STATE}/run/r/step/0/attempt/1/output", None, "step: "),
        ("POST", f"{JOBS}/j/cancel", {"instance": True}, "instance: "),
        ("POST", f"{JOBS}/j/cancel", {"instances": "yes"}, "instances: "),
        ("POST", f"{STATE}/instance/i/cancel", {"groupNumber": -1}, "groupNumber: "),
        ("POST", f"{NODES}/lab", {"nodes": 20000}, "nodes: "),
        ("POST", f"{NODES}/lab", {}, "nodes: "),
        ("GET", "/courier/resolve-api/v1/planet/abc", None, "kind: "),
    ],
)
async def test_wrong_values_are_named(
    http: httpx.AsyncClient,
    service: FakeService,
    method: str,
    path: str,
    body: Any,
    detail: str,
) -> None:
    answer = await http.request(method, path, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith(detail)
    assert answer.json()["detail"].endswith(".")
    assert "nput should" not in answer.text, "a library's words"
    assert "Field" not in answer.text, "a library's words"
    assert answer.json()["code"] == "bad-input"
    assert service.calls == []


async def test_broken_json(http: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await http.post(f"{JOBS}/j/cancel", content=b'{"instances": ', headers=headers)
    assert answer.status_code == 422
    assert "JSON" in answer.json()["detail"]


async def test_paths_and_methods_that_are_not_there(http: httpx.AsyncClient) -> None:
    answer = await http.get("/courier/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-path")
    answer = await http.patch(f"{JOBS}/j")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, PUT"
    answer = await http.options(f"{JOBS}/j/cancel")
    assert answer.json()["detail"] == f"OPTIONS is not possible on {JOBS}/j/cancel; POST is."
    assert (await http.get("/docs")).status_code == 404


async def test_health_proves_that_it_knows_the_token(http: httpx.AsyncClient) -> None:
    answer = await http.get("/healthz?nonce=abc", headers={"Authorization": ""})
    proof = hmac.digest(b"the token", b"abc", "sha256").hex()
    assert answer.json() == {"status": "ok", "version": "0.1.0", "hmac": proof}
    assert (await http.get("/healthz")).json()["hmac"] == ""


async def test_everything_else_needs_the_token(http: httpx.AsyncClient) -> None:
    for path in (JOBS, "/events", "/metrics", "/openapi.json", "/nowhere"):
        answer = await http.get(path, headers={"Authorization": "Bearer other"})
        assert answer.status_code == 401


async def test_status_and_stop(http: httpx.AsyncClient, service: FakeService) -> None:
    status = (await http.get("/courier/backend/v1/status")).json()["item"]
    assert status == service.status()
    answer = await http.post("/courier/backend/v1/stop", json={"all": True})
    assert (answer.status_code, answer.json()["item"]) == (202, status)
    assert service.calls == [("stop", True)]


@pytest.mark.parametrize(("given", "noted"), [("ada", "ada"), ("", "api"), ("\x7f", "api")])
async def test_who_asks(
    http: httpx.AsyncClient, service: FakeService, given: str, noted: str
) -> None:
    await http.delete(f"{JOBS}/j", headers={"Courier-User": given})
    assert service.calls == [("delete_job", "j", noted)]


async def test_use_is_counted(http: httpx.AsyncClient, service: FakeService) -> None:
    await http.get("/healthz")
    assert service.activity.requests == 0
    await http.get("/courier/backend/v1/status")
    assert service.activity.requests == 1
