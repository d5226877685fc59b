"""Schedules over the API: what the routes hand to the service, and how bodies are read."""

from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest
from fake_service import ESTIMATE, EXCEPTION, MANUAL, FakeService, NoStore

from courier_backend.model.errors import BadInput, NotFound
from courier_backend.model.wire import JobItem

pytestmark = pytest.mark.anyio

BASE = "/courier/scheduler-api/v1"
JOBS = f"{BASE}/jobs"
RULES = f"{BASE}/exceptions"
RULE = {"rrule": "RRULE:DTSTART=20230620;FREQ=DAILY", "duration": 2}
YAML = 'duration: 2\nrrule: "RRULE:DTSTART=20230620;FREQ=DAILY"\n'
TOML = 'duration = 2\nrrule = "RRULE:DTSTART=20230620;FREQ=DAILY"\n'
THEN = datetime(2024, 3, 27, 14, 57, 20, tzinfo=UTC)
JOB = cast("JobItem", {"id": "j"})


@pytest.fixture
def store() -> NoStore:
    return NoStore()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "call", "answer"),
    [
        ("POST", RULES, RULE, 201, ("add_exception", RULE, "api"), EXCEPTION),
        ("GET", f"{RULES}/e", None, 200, ("get_exception", "e"), EXCEPTION),
        ("PUT", f"{RULES}/e", RULE, 200, ("update_exception", "e", RULE, "api"), EXCEPTION),
        (
            "DELETE", f"{RULES}/e", None, 200, ("delete_exception", "e", "api"),
            {"exceptionId": "e"},
        ),
        ("GET", f"{JOBS}/j/estimate", None, 200, ("estimate", "j", 10), ESTIMATE),
        ("GET", f"{JOBS}/j/estimate?count=3", None, 200, ("estimate", "j", 3), ESTIMATE),
        ("POST", f"{JOBS}/j/activate", None, 200, ("set_active", "j", True, "api"), JOB),
        ("POST", f"{JOBS}/j/deactivate", None, 200, ("set_active", "j", False, "api"), JOB),
        (
            "POST", f"{JOBS}/manual", {"jobId": "j"}, 201,
            ("manual_job", "j", None, "", False, "api"), MANUAL,
        ),
        (
            "POST",
            f"{JOBS}/manual",
            {
                "jobId": "j",
                "orgId": "o",
                "tenantId": "t",
                "triggeredAt": "2024-03-27T14:57:20Z",
                "triggeredBy": "ada",
                "override": True,
            },
            201,
            ("manual_job", "j", THEN, "ada", True, "api"),
            MANUAL,
        ),
    ],
)  # fmt: skip
async def test_commands(
    http: httpx.AsyncClient,
    service: FakeService,
    method: str,
    path: str,
    body: Any,
    status: int,
    call: tuple[Any, ...],
    answer: Any,
) -> None:
    service.job = JOB
    response = await http.request(method, path, json=body)
    assert (response.status_code, response.json()) == (status, {"item": answer})
    assert service.calls == [call]


@pytest.mark.parametrize(
    ("text", "media_type", "name"),
    [
        (YAML, "application/yaml", ""),
        (TOML, "application/toml", ""),
        (YAML, "application/octet-stream", "rule.yaml"),
        (TOML, "", ""),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_rule_in_other_formats(
    http: httpx.AsyncClient,
    service: FakeService,
    method: str,
    text: str,
    media_type: str,
    name: str,
) -> None:
    path = RULES if method == "POST" else f"{RULES}/e"
    headers = {"Content-Type": media_type} if media_type else {}
    response = await http.request(
        method, path, params={"fileName": name}, content=text, headers=headers
    )
    assert response.is_success, response.text
    assert service.calls[0][-2] == RULE


async def test_what_is_past_due_by_page(http: httpx.AsyncClient, service: FakeService) -> None:
    service.due = [cast("JobItem", {"id": str(number)}) for number in range(3)]
    path = f"{JOBS}/pastdue?deadline=2024-03-27T15:57:20%2B01:00&pagination.size=2"
    answer = (await http.get(path)).json()
    assert [each["id"] for each in answer["items"]] == ["0", "1"]
    assert answer["totalItems"] == 3
    rest = (await http.get(answer["pagination"]["nextLink"])).json()
    assert [each["id"] for each in rest["items"]] == ["2"]
    assert service.calls == [("past_due", THEN)] * 2


@pytest.mark.parametrize(
    ("method", "path", "body", "detail"),
    [
        ("GET", f"{JOBS}/pastdue", None, "deadline: "),
        ("GET", f"{JOBS}/pastdue?deadline=soon", None, "deadline: 'soon' is not a time."),
        ("GET", f"{JOBS}/j/estimate?count=0", None, "count: "),
        ("GET", f"{JOBS}/j/estimate?count=1001", None, "count: "),
        ("POST", RULES, {}, "rrule (line 1): is missing (text) (1 more)"),
        ("POST", RULES, {**RULE, "length": 1}, "length (line 1): is no field that is known here"),
        ("PUT", f"{RULES}/e", {**RULE, "duration": 0}, "duration (line 1): 0 is less than 1"),
        ("PUT", f"{RULES}/e", {**RULE, "rrule": "FREQ=DAILY"}, 'rrule (line 1): "FREQ=DAILY"'),
        ("POST", f"{JOBS}/manual", {"jobId": "j", "triggeredAt": "x"}, "triggeredAt (line 1): "),
        ("POST", f"{JOBS}/manual", [], "line 1, column 1: must be an object"),
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
    response = await http.request(method, path, json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"].startswith(detail)
    assert service.calls == []


async def test_refusals(http: httpx.AsyncClient, service: FakeService) -> None:
    service.error = BadInput("can not estimate for immediate")
    answer = await http.get(f"{JOBS}/j/estimate")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "can not estimate for immediate"
    service.error = NotFound("There is no exception e.")
    assert (await http.delete(f"{RULES}/e")).status_code == 404
    answer = await http.post(RULES, content=b"<x/>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415


async def test_who_asks(http: httpx.AsyncClient, service: FakeService) -> None:
    await http.post(RULES, json=RULE, headers={"Courier-User": "ada"})
    assert service.calls == [("add_exception", RULE, "ada")]
