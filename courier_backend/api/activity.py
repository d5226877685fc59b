"""Who uses the API, and when somebody last did: a backend that nobody uses may leave."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from courier_backend.model.times import Clock

_NOT_A_USE: Final = frozenset({"/healthz", "/metrics"})
"""Asked by machines to see whether it lives; that must not keep it alive."""


class Activity:
    """Counts requests in progress and open streams, and remembers the last use."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock()
        self._in_progress = 0
        self.streams = 0
        self.requests = 0

    def last_use(self) -> datetime:
        """When somebody last used the API: now, while a request or a stream is open."""
        if self._in_progress:
            self._last = self._clock()
        return self._last

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count a request while it is answered."""
        self.requests += 1
        self._in_progress += 1
        try:
            yield
        finally:
            self._in_progress -= 1
            self._last = self._clock()

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Count a stream while it is open."""
        self.streams += 1
        try:
            yield
        finally:
            self.streams -= 1


class ActivityMiddleware:
    """Counts every request but those that only ask whether the backend lives."""

    def __init__(self, app: ASGIApp, activity: Activity) -> None:
        self._app = app
        self._activity = activity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count."""
        if scope["type"] != "http" or scope["path"] in _NOT_A_USE:
            await self._app(scope, receive, send)
            return
        with self._activity.request():
            await self._app(scope, receive, send)
