"""What the app asks of a client of the backend; `AsyncClient` is one, tests have another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from courier_backend.client.call import Call
    from courier_backend.client.download import Downloaded, Write
    from courier_backend.model.errors import Unreachable
    from courier_backend.model.event import EventItem

T = TypeVar("T")


class Backend(Protocol):
    """An open connection to a backend."""

    async def send(self, call: Call[T]) -> T:
        """The answer to a call."""
        ...

    def event_batches(
        self, after: int | None = None, *, patience: float | None = None
    ) -> AsyncIterator[list[EventItem] | Unreachable]:
        """Events as they happen; an empty batch says that the stream stands."""
        ...

    def live_output(self, run_id: str, step: int, attempt: int) -> AsyncIterator[dict[str, Any]]:
        """Output of a running attempt: `output`, `dropped`, then `end`."""
        ...

    async def download(self, url: str, write: Write) -> Downloaded:
        """The file behind a signed link, part by part."""
        ...

    async def close(self) -> None:
        """Let it go."""
        ...


Connect = Callable[[bool], Awaitable[Backend]]
"""Finds the backend; True: it may be started if there is none."""
