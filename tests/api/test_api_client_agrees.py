"""The client against the API's description: every call asks what there is, and reads what comes."""

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin, get_type_hints

import jsonschema_rs
import pytest
from fake_service import FakeService, NoStore

from courier_backend import client
from courier_backend.api.app import create_app
from courier_backend.client.call import Call, Page
from courier_backend.model import event, wire

Document = dict[str, Any]

ID = "61013744-bd6e-437c-a995-b6211318624e"
TEXTS = {
    "content_type": "",
    "kind": "job",
    "only": "failed",
    "stream": "stdout",
    "deadline": "2026-01-01T00:00:00Z",
}
BY_ANNOTATION: dict[str, Any] = {
    "int": 1,
    "bool": True,
    "bytes": b"{}",
    "Mapping[str, str] | None": {"a": "b"},
    "Mapping[str, str]": {"a": "b"},
    "Mapping[str, str | None]": {"a": None},
    "Mapping[str, Any]": {},
    "Sequence[str]": [ID],
    "Sequence[NodeWish]": [
        {"url": "u", "token": "t", "name": "n", "tags": {}, "attributes": {"aws": {"a": "b"}}}
    ],
    "Submission": {"body": "{}", "bodyFormat": "", "fileName": "", "nodeIds": [], "inputs": {}},
}
OTHER_NAMES = {"EventItem": "Event"}
"""Shapes that the description calls otherwise."""


def _calls() -> Iterator[tuple[str, Callable[..., Call[Any]]]]:
    for info in pkgutil.iter_modules(client.__path__):
        module = importlib.import_module(f"{client.__name__}.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            told = str(function.__annotations__.get("return", ""))
            if function.__module__ == module.__name__ and told.startswith("Call["):
                yield f"{info.name}.{name}", function


HELPERS = {"asking.get_list", "asking.post", "asking.send_file", "call.following"}
CALLS = {name: function for name, function in _calls() if name not in HELPERS}


@pytest.fixture(scope="module")
def document() -> Document:
    found: Document = create_app(FakeService(NoStore()), "t", "0").openapi()
    return found


def _arguments(function: Callable[..., Any]) -> dict[str, Any]:
    """Something for every parameter."""
    given = {}
    for name, parameter in inspect.signature(function).parameters.items():
        annotation = str(parameter.annotation).removesuffix(" | None")
        if annotation in BY_ANNOTATION or str(parameter.annotation) in BY_ANNOTATION:
            value = BY_ANNOTATION.get(str(parameter.annotation), BY_ANNOTATION.get(annotation))
            given[name] = value
        else:
            given[name] = TEXTS.get(name, ID)
    return given


def _operation(document: Document, call: Call[Any]) -> Document:
    for path, operations in document["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
        if re.fullmatch(pattern, call.path) and call.method.lower() in operations:
            found: Document = operations[call.method.lower()]
            return found
    raise AssertionError(f"nothing is described for {call.method} {call.path}")


def _parameters(operation: Document, where: str) -> set[str]:
    return {each["name"].lower() for each in operation.get("parameters", ()) if each["in"] == where}


@pytest.mark.parametrize("name", CALLS)
class TestEveryCall:
    def test_asks_what_there_is(self, document: Document, name: str) -> None:
        call = CALLS[name](**_arguments(CALLS[name]))
        operation = _operation(document, call)
        assert {word.lower() for word in call.query} <= _parameters(operation, "query")
        ours = {header.lower() for header in call.headers} - {"content-type"}
        assert ours <= _parameters(operation, "header")

    def test_sends_what_is_taken(self, document: Document, name: str) -> None:
        call = CALLS[name](**_arguments(CALLS[name]))
        body = _operation(document, call).get("requestBody")
        if not call.body:
            assert body is None or not body.get("required")
            return
        assert body is not None
        media_type = call.headers["Content-Type"]
        assert media_type in body["content"]
        if media_type == "application/json" and call.body != b"{}":
            schema = body["content"][media_type]["schema"]
            whole = {**schema, "components": document["components"]}
            assert list(jsonschema_rs.iter_errors(whole, json.loads(call.body))) == []

    def test_reads_what_comes(self, document: Document, name: str) -> None:
        function = CALLS[name]
        call = function(**_arguments(function))
        names = {**vars(wire), **vars(event), "Call": Call, "Page": Page, "Mapping": Mapping}
        names["Sequence"] = Sequence
        hints = get_type_hints(function, globalns={**function.__globals__, **names})
        (told,) = get_args(hints["return"])
        answers = _operation(document, call)["responses"]
        status = next(status for status in ("201", "202", "200") if status in answers)
        if told is type(None):
            assert "content" not in answers[status]
            return
        assert _schema_name(told) in json.dumps(answers[status]["content"]["application/json"])


def _schema_name(told: Any) -> str:
    """As the description refers to the envelope of what a call reads."""
    if get_origin(told) is Page:
        (item,) = get_args(told)
        return f'Items_{OTHER_NAMES.get(item.__name__, item.__name__)}"'
    return f'Item_{told.__name__}"'


def test_there_are_calls() -> None:
    assert len(CALLS) > 40


def test_shapes_are_described_as_they_are(document: Document) -> None:
    """Every shape of an answer has exactly the keys in the description that it has in the model."""
    for name, kind in vars(wire).items():
        if isinstance(kind, type) and name in document["components"]["schemas"]:
            described = document["components"]["schemas"][name]
            assert set(described["properties"]) == set(kind.__annotations__), name
