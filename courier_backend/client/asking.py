"""How calls are put together: queries, bodies, and what to take out of an answer. No I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from courier_backend.client.call import Call, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def item(answer: Mapping[str, T]) -> T:
    """What stands in the envelope of one thing."""
    return answer["item"]


def whole(answer: T) -> T:
    """The answer as it is."""
    return answer


def nothing(answer: object) -> None:  # noqa: ARG001  the answer to HEAD has no body
    """That it came is all there is to know."""
    return


def segment(text: str) -> str:
    """A path segment: what a person typed as an id must not change the path."""
    return quote(text, safe="")


Given = str | int | bool | Sequence[str] | None


def query_of(given: Mapping[str, Given]) -> dict[str, str | Sequence[str]]:
    """Only what was given; truth as the API spells it, and several values of a name each."""
    return {name: _told(value) for name, value in given.items() if value not in (None, "", ())}


def _told(value: Given) -> str | Sequence[str]:
    if isinstance(value, str | int | None):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def get_list(path: str, page: int, size: int, after: str, **filters: Given) -> Call[Page[T]]:
    """The question for a page of a list."""
    query = {"pagination.page": page, "pagination.size": size, "after": after, **filters}
    return Call("GET", path, whole, query_of(query))


def post(path: str, body: object, **headers: str) -> Call[T]:
    """A command with a JSON body."""
    data = json.dumps(body, ensure_ascii=False).encode()
    return Call("POST", path, item, {}, data, {"Content-Type": "application/json", **headers})


def send_file(
    method: str, path: str, body: bytes, *, content_type: str, file_name: str, key: str = ""
) -> Call[T]:
    """A command whose body is a file as it is."""
    headers = {"Content-Type": content_type or "application/octet-stream"}
    if key:
        headers["Idempotency-Key"] = key
    return Call(method, path, item, query_of({"fileName": file_name}), body, headers)
