"""Request bodies are read whole before they are looked at, up to a limit."""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from courier_backend.api.problems import of_status

MAX_BODY_BYTES: Final = 5 * 1024 * 1024
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_UPLOADS: Final = "/evidence"


class BodyLimitMiddleware:
    """Answers 413 to more than the limit, whether it was announced or just comes."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what fits."""
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY or _is_upload(scope):
            await self._app(scope, receive, send)
            return
        body = await self._body(scope, receive)
        if body is None:
            detail = f"The body is larger than {self._limit} bytes."
            answer = of_status(413, "too-large", detail, connection="close")
            await answer(scope, receive, send)
            return
        await self._app(scope, _once(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when it is too large."""
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self._limit:
            return None
        parts: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            part = message.get("body", b"")  # none when the client left: then nobody listens
            size += len(part)
            if size > self._limit:
                return None
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)


def _is_upload(scope: Scope) -> bool:
    """A file that is written down as it comes, by a route that has a limit of its own."""
    path: str = scope["path"]
    return scope["method"] == "POST" and path.endswith(_UPLOADS)


def _once(body: bytes, receive: Receive) -> Receive:
    """The body as one message, then whatever the server says next."""
    given = False

    async def receive_body() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body
