"""Answers as bytes: made once by orjson, never validated again on their way out."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from starlette.responses import Response

from courier_backend.api.concealing import concealed
from courier_backend.model.wire import Pagination

_OPTIONS: Final = orjson.OPT_NON_STR_KEYS
CODE: Final = 200
"""What the management of nodes says in every answer that is no problem."""


class Json(Response):
    """JSON, as orjson writes it."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """The bytes of the content."""
        return concealed(orjson.dumps(content, option=_OPTIONS))


def item(content: object, status: int = 200) -> Json:
    """One thing, in its envelope."""
    return Json({"item": content}, status)


def coded_item(content: object, status: int = 200) -> Json:
    """One thing, in the envelope of the management of nodes."""
    return Json({"code": CODE, "item": content}, status)


def page(items: Sequence[object], pagination: Pagination) -> Json:
    """A page of a list, in its envelope."""
    return Json(_page(items, pagination))


def coded_page(items: Sequence[object], pagination: Pagination) -> Json:
    """A page of a list, in the envelope of the management of nodes."""
    return Json({"code": CODE, **_page(items, pagination)})


def _page(items: Sequence[object], pagination: Pagination) -> dict[str, object]:
    return {"items": items, "pagination": pagination, "totalItems": pagination["totalItems"]}


def whole(items: Sequence[object]) -> Json:
    """A list that is always given whole, in the envelope of a page."""
    return page(items, _all(len(items)))


def coded_whole(items: Sequence[object]) -> Json:
    """The same, in the envelope of the management of nodes."""
    return coded_page(items, _all(len(items)))


def _all(count: int) -> Pagination:
    return {
        "itemsPerPage": count,
        "nextLink": "",
        "page": 1,
        "pageItemCount": count,
        "previousLink": "",
        "startIndex": 1 if count else 0,
        "totalItems": count,
        "totalPages": 1 if count else 0,
    }


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    title: str,
    hint: str = "",
    problems: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An RFC 9457 problem."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "hint": hint,
        "problems": list(problems),
    }
    return Response(
        orjson.dumps(body), status, dict(headers or {}), media_type="application/problem+json"
    )
