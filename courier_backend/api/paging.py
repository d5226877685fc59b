"""Pages of lists: what a client may ask for, and the links to the pages around."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from courier_backend.api import answers
from courier_backend.api.answers import Json
from courier_backend.model.errors import BadInput
from courier_backend.model.times import from_text
from courier_backend.model.wire import Pagination
from courier_backend.store.queries.paging import PageRequest

T = TypeVar("T")

MAX_PAGE: Final = 10_000
"""Existing scripts ask for so many."""

_KEY: Final = r"^([0-9]{1,19}(-[0-9]{1,19})?)?$"

A_TIME: Final[dict[str, Any]] = {"format": "date-time"}

SortOrder = Annotated[
    Literal["", "asc", "desc"], Query(alias="sortOrder", description="Oldest first: `asc`.")
]
RunAfter = Annotated[
    str,
    Query(
        alias="runAfter",
        max_length=40,
        description="Not before this time (RFC 3339).",
        json_schema_extra=A_TIME,
    ),
]
RunBefore = Annotated[
    str,
    Query(
        alias="runBefore",
        max_length=40,
        description="Before this time (RFC 3339).",
        json_schema_extra=A_TIME,
    ),
]


async def _page_request(
    page: Annotated[
        int, Query(alias="pagination.page", ge=1, le=1_000_000_000, description="From 1.")
    ] = 1,
    size: Annotated[
        int, Query(alias="pagination.size", ge=1, le=MAX_PAGE, description="Items a page.")
    ] = 10,
    after: Annotated[
        str, Query(pattern=_KEY, description="Go on after this key; `nextLink` carries it.")
    ] = "",
    sort_order: SortOrder = "",
) -> PageRequest:
    return PageRequest(page=page, size=size, after=after, sort_order=sort_order or "asc")


PageDep = Annotated[PageRequest, Depends(_page_request)]


def answer_page(request: Request, found: tuple[Sequence[object], Pagination]) -> Json:
    """A page as it was found, its key of the next page made a link."""
    items, pagination = found
    return answers.page(items, _linked(request, pagination))


def answer_coded_page(request: Request, found: tuple[Sequence[object], Pagination]) -> Json:
    """The same, in the envelope of the management of nodes."""
    items, pagination = found
    return answers.coded_page(items, _linked(request, pagination))


def _linked(request: Request, pagination: Pagination) -> Pagination:
    key = pagination["nextLink"]
    link = _link(request, key, pagination["page"] + 1) if key else ""
    return {**pagination, "nextLink": link, "previousLink": _before(request, pagination)}


def sliced(
    request: Request, page: PageRequest, found: Sequence[T]
) -> tuple[Sequence[T], Pagination]:
    """A page of what was found whole; there is no key, so pages are counted."""
    begin = (page.page - 1) * page.size
    items = found[begin : begin + page.size]
    more = begin + len(items) < len(found)
    link = _link(request, "", page.page + 1) if more else ""
    pagination: Pagination = {
        "itemsPerPage": page.size,
        "nextLink": link,
        "page": page.page,
        "pageItemCount": len(items),
        "previousLink": "",
        "startIndex": begin + 1 if items else 0,
        "totalItems": len(found),
        "totalPages": -(-len(found) // page.size),
    }
    return items, {**pagination, "previousLink": _before(request, pagination)}


def _before(request: Request, pagination: Pagination) -> str:
    """The page before this one, by its number; of one beyond the end, the last."""
    number = min(pagination["page"] - 1, pagination["totalPages"])
    return _link(request, "", number) if number >= 1 else ""


def _link(request: Request, key: str, page: int) -> str:
    """The same question, for what comes after the key."""
    changed = {"after", "pagination.page"}
    query = [(n, v) for n, v in request.query_params.multi_items() if n not in changed]
    query += [("pagination.page", str(page))]
    query += [("after", key)] if key else []
    return f"{request.url.path}?{urlencode(query)}"


def moment(text: str, name: str) -> datetime | None:
    """A time that a client gave; None when it gave none.

    Raises:
        BadInput: it is not RFC 3339.
    """
    if not text:
        return None
    try:
        return from_text(text)
    except ValueError as error:
        raise BadInput(
            f"{name}: {text!r} is not a time.", hint="It looks like 2024-03-27T14:57:20Z."
        ) from error
