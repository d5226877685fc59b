"""The description of the API: whole in itself, and true about errors and tokens."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fake_service import NoStore
from fastapi import FastAPI

pytestmark = pytest.mark.anyio


@pytest.fixture
def store() -> NoStore:
    return NoStore()


Document = dict[str, Any]


@pytest.fixture
async def document(http: httpx.AsyncClient) -> Document:
    answer = await http.get("/openapi.json")
    assert answer.status_code == 200
    found: Document = answer.json()
    return found


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method, path, operation


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


async def test_all_that_is_referred_to_is_there(document: Document) -> None:
    assert document["openapi"].startswith("3.1")
    references = set(_references(document))
    assert references
    for reference in references:
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node


async def test_every_operation_is_named_described_and_answers(document: Document) -> None:
    names = [operation["operationId"] for _, _, operation in _operations(document)]
    assert len(set(names)) == len(names) > 40
    for method, path, operation in _operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"], path
        good = [r for status, r in operation["responses"].items() if status < "400"]
        assert good, path
        for response in operation["responses"].values():
            assert response["description"], path
        if method != "head":
            assert all(response.get("content") for response in good), path


async def test_path_parameters_are_declared(document: Document) -> None:
    for _, path, operation in _operations(document):
        declared = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}


async def test_errors_are_problems(document: Document) -> None:
    for _, path, operation in _operations(document):
        errors = {s: r for s, r in operation["responses"].items() if s >= "400"}
        assert {"401", "422", "500"} <= set(errors), path
        for response in errors.values():
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorBody"}
            assert set(response["content"]) == {"application/problem+json"}


async def test_tokens(document: Document) -> None:
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    without = {path for _, path, each in _operations(document) if each.get("security") == []}
    signed = "/evidence/run/{run_id}/step/{step}/attempt/{attempt}/{name}"
    assert without == {"/healthz", signed}


async def test_lists_answer_in_the_envelope_of_the_seed(document: Document) -> None:
    schemas = document["components"]["schemas"]
    lists = [name for name in schemas if name.startswith("Items")]
    assert len(lists) >= 5
    for name in lists:
        assert set(schemas[name]["required"]) == {"items", "pagination", "totalItems"}


async def test_every_route_is_described(app: FastAPI, document: Document) -> None:
    operations = {(method.upper(), path) for method, path, _ in _operations(document)}
    assert ("POST", "/courier/scheduler-api/v1/submissions") in operations
    assert ("GET", "/metrics") in operations
    assert app.openapi() == document
