"""Answers, and reading requests, on the bare ASGI interface."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

JSON: Final = b"application/json"
NDJSON: Final = b"application/x-ndjson"
OCTETS: Final = b"application/octet-stream"
ZIP: Final = b"application/zip"


class Refusal(Exception):
    """A request that is answered with an error: a status, a code for programs, a sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence


class Exchange:
    """One request and its answer. `headers`: those that every answer carries."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        self.method = str(scope["method"])
        self._scope = scope
        self._headers = headers
        self.receive = receive
        self.send = send
        self.begun = False

    def header(self, name: bytes) -> bytes:
        """A header of the request; empty when it is not there."""
        for key, value in self._scope["headers"]:
            if key == name:
                found: bytes = value
                return found
        return b""

    def query(self, name: str) -> str:
        """A parameter of the query; empty when it is not there."""
        text: bytes = self._scope["query_string"]
        return parse_qs(text.decode("latin-1")).get(name, [""])[-1]

    def number(self, name: str, default: int) -> int:
        """A parameter that is a number from 0 on.

        Raises:
            Refusal: it is none.
        """
        text = self.query(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit()):
            raise Refusal(400, "bad-request", f'"{name}" must be a number from 0 on')
        return int(text)

    async def body(self, at_most: int) -> bytes:
        """The body of the request.

        Raises:
            Refusal: it is larger than allowed, or the sender went away.
        """
        parts, size = [], 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Refusal(400, "bad-request", "the request ended early")
            part = message.get("body", b"")
            size += len(part)
            if size > at_most:
                raise Refusal(413, "too-large", f"the body is larger than {at_most} bytes")
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)

    async def begin(self, status: int, kind: bytes, more: Headers | None = None) -> None:
        """Send the head of the answer."""
        self.begun = True
        headers = [(b"content-type", kind), *self._headers, *(more or [])]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def put(self, data: bytes, *, more: bool) -> None:
        """Send a part of the answer."""
        await self.send({"type": "http.response.body", "body": data, "more_body": more})

    async def answer(
        self, status: int, data: bytes, kind: bytes, more: Headers | None = None
    ) -> None:
        """Send a whole answer."""
        length = (b"content-length", str(len(data)).encode())
        await self.begin(status, kind, [length, *(more or [])])
        await self.put(data, more=False)

    async def json(self, status: int, value: object) -> None:
        """Send a JSON value."""
        await self.answer(status, orjson.dumps(value), JSON)

    async def refuse(self, refusal: Refusal) -> None:
        """Send an error; the rest of an unread body is not waited for."""
        value = {"code": refusal.code, "message": refusal.sentence}
        await self.answer(refusal.status, orjson.dumps(value), JSON)
