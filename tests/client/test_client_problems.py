"""Answers that say no become the exceptions of the model."""

import json
from collections.abc import Callable

import pytest

from courier_backend.client.problems import error_of, stream_ended, unreachable
from courier_backend.model.errors import (
    BadInput,
    Conflict,
    CourierError,
    Gone,
    NotFound,
    NotYet,
    OutOfSpace,
    Unauthorized,
    Unreachable,
)


@pytest.mark.parametrize(
    "kind", [BadInput, NotFound, Conflict, Gone, NotYet, OutOfSpace, Unauthorized]
)
def test_by_code(kind: type[CourierError]) -> None:
    problem = {"code": kind.code, "detail": "So it is.", "hint": "Do this.", "problems": []}
    error = error_of(kind.http_status, json.dumps(problem).encode())
    assert type(error) is kind
    assert (error.message, error.hint) == ("So it is.", "Do this.")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, BadInput), (413, BadInput), (401, Unauthorized), (404, NotFound), (500, CourierError)],
)
def test_by_status_when_it_is_no_problem_document(status: int, kind: type[CourierError]) -> None:
    error = error_of(status, b"<html>\n  a proxy's page</html>")
    assert type(error) is kind
    assert error.message == f"The backend answered {status}: <html> a proxy's page</html>"


def test_an_empty_answer() -> None:
    assert error_of(502, b"").message == "The backend answered 502"


def test_problems_of_a_file_come_along() -> None:
    finding = {"severity": "error", "path": "name", "line": 1, "column": 2}
    body = json.dumps({"code": "bad-input", "detail": "x", "problems": [finding]}).encode()
    assert error_of(422, body).problems == [finding]


def test_unreachable_is_one_sentence() -> None:
    error = unreachable("http://127.0.0.1:1", ConnectionRefusedError(111, "Connection refused"))
    assert isinstance(error, Unreachable)
    assert error.message == (
        "The backend at http://127.0.0.1:1 cannot be reached: connection refused."
    )
    assert "in time" in unreachable("http://x", TimeoutError()).message


@pytest.mark.parametrize("make", [lambda e: unreachable("http://x", OSError(), elsewhere=e),
                                  lambda e: stream_ended("http://x", elsewhere=e)])  # fmt: skip
def test_only_a_backend_of_ours_is_to_be_started(make: Callable[[bool], Unreachable]) -> None:
    assert "backend start" in make(False).hint
    assert "backend start" not in make(True).hint
    assert "--url" in make(True).hint
