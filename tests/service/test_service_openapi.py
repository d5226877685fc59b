"""The API against its own description: schemathesis asks everything there is, well and badly.

The app, the service and the store are real; only the fleet is in memory, and nothing is started.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import httpx
import pytest
import schemathesis
from backend_house import House, ended
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from courier_backend.api.app import create_app
from courier_backend.hosting.local_nodes import LocalNodes
from courier_backend.service.service import Service
from courier_backend.serving import _serving

Make = Callable[[int], House]

HEADERS = {"Authorization": "Bearer t"}
ENDLESS = ("/events", "/output/live")
"""Streams; they are read in tests of their own."""
KINDS = {
    "job_id": "/courier/scheduler-api/v1/jobs",
    "instance_id": "/courier/state-api/v1/instances",
    "run_id": "/courier/state-api/v1/runs",
    "node_id": "/node/management/v1/nodes",
}

# What is refused is more than a schema can say: rules between fields, words that are not known.
EXCLUDED: list[Any] = [positive_data_acceptance]


@contextmanager
def backend(house: House) -> Iterator[str]:
    """The URL of a backend that has executed a job, in a thread of its own."""
    told: dict[str, Any] = {}
    up = threading.Event()

    async def serve() -> None:
        told["loop"], told["stop"] = asyncio.get_running_loop(), asyncio.Event()
        async with house.backend() as service:
            await _work(service, house)
            bound = socket.create_server(("127.0.0.1", 0))
            async with _serving(create_app(service, "t", "0"), bound):
                told["url"] = f"http://127.0.0.1:{bound.getsockname()[1]}"
                up.set()
                await told["stop"].wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert up.wait(30)
        yield told["url"]
    finally:
        told["loop"].call_soon_threadsafe(told["stop"].set)
        thread.join()


async def _work(service: Service, house: House) -> None:
    house.fleet.open_gates()
    for _ in range(3):
        done = await service.add_job(house.job(), idempotency_key="", by="t")
        await ended(service, done["instanceId"])


def ids_at(url: str) -> dict[str, str]:
    """What can be asked for by id."""
    found = {}
    for name, path in KINDS.items():
        item = httpx.get(f"{url}{path}", headers=HEADERS).json()["items"][0]
        found[name] = item.get("id") or item["runId"]
    return found


def asked(operation: Any, known: dict[str, str]) -> SearchStrategy[Case[Any]]:
    """Good questions, most of them about what is there, and bad ones."""

    def of_what_is_there(case: Case[Any]) -> Case[Any]:
        for name in case.path_parameters.keys() & known.keys():
            case.path_parameters[name] = known[name]
        return case

    good: SearchStrategy[Case[Any]] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad: SearchStrategy[Case[Any]] = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    return good.map(of_what_is_there) | good | bad


def is_lost(fault: BaseException) -> bool:
    """A violation that never left: a word without a value, a token that is sent all the same.

    Words that are not known are refused, as tests of the API show. And what is too large is
    refused with a status that schemathesis does not count.
    """
    if not isinstance(fault, AcceptedNegativeData):
        return False
    told = [line for line in str(fault).splitlines() if "violates" in line]
    lost = ("violates `additionalProperties`", "(was Authorization)")
    return fault.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or all(
        any(each in line for each in lost) for line in told
    )


def faults_of(operation: Any, known: dict[str, str], examples: int) -> BaseException | None:
    """What is wrong with the answers of one operation."""

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(asked(operation, known))
    def ask(case: Case[Any]) -> None:
        try:
            case.call_and_validate(headers=HEADERS, excluded_checks=EXCLUDED, timeout=20)
        except FailureGroup as group:
            if not all(map(is_lost, group.exceptions)):
                raise

    try:
        ask()
    except (AssertionError, Exception, BaseExceptionGroup) as error:  # noqa: BLE001  all are told
        return error
    return None


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(3, marks=pytest.mark.timeout(300)),
        pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
    ],
)
def test_every_operation_answers_as_described(
    house: Make, monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    async def no_nodes(*_: object) -> list[object]:
        return []

    for name in ("lab_up", "lab_status", "lab_down"):
        monkeypatch.setattr(LocalNodes, name, no_nodes)
    with backend(house(3)) as url:
        schema = schemathesis.openapi.from_url(f"{url}/openapi.json", headers=HEADERS)
        operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
        told = [each for each in operations if not each.path.endswith(ENDLESS)]
        faults = {}
        for operation in told:
            known = ids_at(url)
            if fault := faults_of(operation, known, examples):
                faults[operation.label] = fault
    assert len(told) >= 50
    assert not faults, "\n\n".join(f"{label}: {fault}" for label, fault in faults.items())
