"""One question to the backend, as data: what to send, and how to read the answer. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from courier_backend.model.wire import Pagination

T = TypeVar("T")


class Page(TypedDict, Generic[T]):
    """The answer to a question for a list, as it came."""

    items: list[T]
    pagination: Pagination
    totalItems: int


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request that has not been sent. `read` makes the answer out of the parsed JSON."""

    method: str
    path: str
    read: Callable[[Any], T]
    query: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Path and query, as they stand in the request line."""
        return f"{self.path}?{urlencode(self.query, doseq=True)}" if self.query else self.path


def following(call: Call[Page[T]], page: Page[T]) -> Call[Page[T]] | None:
    """The question for the page after `page`; None when it was the last."""
    link = page["pagination"]["nextLink"]
    if not link:
        return None
    parts = urlsplit(link)
    told = parse_qs(parts.query, keep_blank_values=True)
    query = {name: each if len(each) > 1 else each[0] for name, each in told.items()}
    return replace(call, path=parts.path or call.path, query=query)
