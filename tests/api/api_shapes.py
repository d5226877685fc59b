"""Answers, held against the shapes that the API describes."""

from typing import Any

import httpx
from pydantic import TypeAdapter


def shaped(kind: Any, answer: httpx.Response, status: int = 200) -> Any:
    """The answer, once it is known to be as described: no key missing, none of another type."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    checked = TypeAdapter(kind).validate_json(answer.content, strict=True)
    assert TypeAdapter(kind).dump_python(checked, mode="json") == found
    return found
