"""`Transport` over HTTP: httpx, with aiohttp underneath.

httpx's own transport costs sixteen times the CPU at hundreds of open streams and fails at a
thousand, so the aiohttp one carries them. At most `OPENING` exchanges open at a time: a burst
of a thousand connects at once is slower than the same in waves.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import httpx
import orjson
from httpx_aiohttp import AiohttpTransport

from courier_backend.delivery.identity import checked_identity
from courier_backend.delivery.line_splitter import LineSplitter
from courier_backend.delivery.node import (
    RUN_GONE,
    NodeAddress,
    NodeRefused,
    NodeUnreachable,
)
from courier_backend.delivery.transport import Lines
from courier_backend.model.protocol import (
    HEARTBEAT_SECONDS,
    JOURNAL_HEADER,
    MISSED_HEARTBEATS,
    TOTAL_HEADER,
    NodeIdentity,
)

OPENING: Final = 64
CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 15.0
# aiohttp falls back to 100 connections where httpx says "no limit".
_CONNECTIONS: Final = 100_000
_KEPT_SECONDS: Final = 30.0
_ANSWER_TIMEOUT: Final = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=None).as_dict()
_STREAM_TIMEOUT: Final = httpx.Timeout(
    HEARTBEAT_SECONDS * MISSED_HEARTBEATS, connect=CONNECT_SECONDS, pool=None
).as_dict()
_ERROR_BYTES: Final = 4096
_FAULTS: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    aiohttp.ClientError,
    OSError,
    ValueError,
)
"""Whatever a strange peer can cause; httpx-aiohttp lets some of aiohttp's own faults through."""


class HttpRunStream:
    """The answer to an order or a resume, being read."""

    def __init__(self, node: NodeAddress, response: httpx.Response) -> None:
        self._node = node
        self._response = response
        self.journal_id: str = response.headers.get(JOURNAL_HEADER, "")

    async def __aiter__(self) -> AsyncIterator[Lines]:
        """Lines as they come.

        Raises:
            NodeUnreachable: the connection broke, missed its heartbeats, or sent nonsense.
        """
        splitter = LineSplitter()
        try:
            async for chunk in self._response.aiter_raw():
                if lines := splitter.feed(chunk):
                    yield lines
        except _FAULTS as error:
            raise NodeUnreachable(_broken(self._node, error)) from error


class HttpTransport:
    """Talks to runners, until `aclose`."""

    def __init__(self) -> None:
        # httpx's client around it would keep cookies and look for redirects: a sixth of what an
        # exchange costs, for nothing that a runner does.
        self._carrier = AiohttpTransport(trust_env=False, client=self._new_session)
        self._opening = asyncio.Semaphore(OPENING)
        self._stopping = asyncio.Semaphore(OPENING)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._carrier.aclose()

    def _new_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=_CONNECTIONS, keepalive_timeout=_KEPT_SECONDS, ssl=self._carrier.ssl_context
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    @asynccontextmanager
    async def order(self, node: NodeAddress, body: bytes) -> AsyncIterator[HttpRunStream]:
        """Order a run and follow it; see `Transport`."""
        request = self._request(node, "POST", "/v1/runs", body)
        async with self._stream(node, request) as stream:
            yield stream

    @asynccontextmanager
    async def resume(
        self, node: NodeAddress, run_id: str, after: int
    ) -> AsyncIterator[HttpRunStream]:
        """Follow a run that the node already has; see `Transport`."""
        request = self._request(node, "GET", f"/v1/runs/{run_id}/events?after={after}")
        async with self._stream(node, request) as stream:
            yield stream

    async def stop(self, node: NodeAddress, run_id: str) -> None:
        """End a run; a node that has let it go has nothing to end."""
        try:
            # Not behind the orders that open now: a cancel must not wait for them.
            await self._exchange(node, "DELETE", f"/v1/runs/{run_id}", opening=self._stopping)
        except NodeRefused as refusal:
            if refusal.code not in RUN_GONE:
                raise

    async def release(self, node: NodeAddress, run_ids: Sequence[str]) -> None:
        """The node may forget these runs."""
        await self._exchange(node, "POST", "/v1/release", orjson.dumps({"runIds": list(run_ids)}))

    async def identity(self, node: NodeAddress) -> NodeIdentity:
        """Who the node is, every field of it checked."""
        answer = await self._exchange(node, "GET", "/v1/node")
        try:
            return checked_identity(orjson.loads(answer.content))
        except ValueError as error:
            raise NodeUnreachable(
                f"{node.url} does not speak Courier's protocol: {error}"
            ) from error

    async def evidence(
        self, node: NodeAddress, run_id: str, step: int, attempt: int, target: Path
    ) -> str:
        """Fetch an evidence zip into `target`, synced; gives its sha-256 in hex."""
        path = f"/v1/runs/{run_id}/steps/{step}/attempts/{attempt}/evidence"
        request = self._request(node, "GET", path)
        digest = hashlib.sha256()
        response = await self._send(node, request)
        try:
            with target.open("wb") as file:
                async for chunk in response.aiter_raw():
                    digest.update(chunk)
                    file.write(chunk)
                await asyncio.to_thread(os.fsync, file.fileno())
        except (httpx.HTTPError, aiohttp.ClientError) as error:
            raise NodeUnreachable(_broken(node, error)) from error
        finally:
            await response.aclose()
        return digest.hexdigest()

    async def output(
        self,
        node: NodeAddress,
        run_id: str,
        step: int,
        attempt: int,
        *,
        stream: str,
        offset: int,
        limit: int,
    ) -> tuple[bytes, int]:
        """Bytes of output from `offset` on, at most `limit`; and how many there are in all."""
        path = f"/v1/runs/{run_id}/steps/{step}/attempts/{attempt}/output"
        query = f"?stream={stream}&offset={offset}&limit={limit}"
        answer = await self._exchange(node, "GET", path + query)
        part = answer.content[:limit]
        try:
            return part, int(answer.headers[TOTAL_HEADER])
        except (KeyError, ValueError):
            return part, offset + len(part)

    def _request(
        self, node: NodeAddress, method: str, path: str, body: bytes | None = None
    ) -> httpx.Request:
        headers = {"authorization": f"Bearer {node.token}"}
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            return httpx.Request(
                method,
                node.url + path,
                content=body,
                headers=headers,
                extensions={"timeout": _ANSWER_TIMEOUT},
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise NodeUnreachable(_no_answer(node, error)) from error

    @asynccontextmanager
    async def _stream(
        self, node: NodeAddress, request: httpx.Request
    ) -> AsyncIterator[HttpRunStream]:
        request.extensions = {"timeout": _STREAM_TIMEOUT}
        async with self._opening:
            response = await self._send(node, request)
        try:
            yield HttpRunStream(node, response)
        finally:
            await response.aclose()

    async def _exchange(
        self,
        node: NodeAddress,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        opening: asyncio.Semaphore | None = None,
    ) -> httpx.Response:
        async with opening or self._opening:
            response = await self._send(node, self._request(node, method, path, body))
            try:
                await response.aread()
            except _FAULTS as error:
                raise NodeUnreachable(_broken(node, error)) from error
            finally:
                await response.aclose()
        return response

    async def _send(self, node: NodeAddress, request: httpx.Request) -> httpx.Response:
        """The answer's head.

        Raises:
            NodeUnreachable: no answer, or one that asks to come again (5xx).
            NodeRefused: any other answer that is not a success.
        """
        try:
            response = await self._carrier.handle_async_request(request)
        except _FAULTS as error:
            raise NodeUnreachable(_no_answer(node, error)) from error
        if response.is_success:
            return response
        try:
            raise await _refusal(node, response)
        finally:
            await response.aclose()


async def _refusal(node: NodeAddress, response: httpx.Response) -> NodeRefused | NodeUnreachable:
    try:
        body: Any = orjson.loads((await response.aread())[:_ERROR_BYTES])
        code, message = str(body["code"]), str(body["message"])
    except (*_FAULTS, KeyError, TypeError):
        code, message = "", f"HTTP {response.status_code}"
    sentence = f"{node.name} ({node.url}) answered: {message}"
    if response.is_server_error:
        return NodeUnreachable(sentence)
    return NodeRefused(response.status_code, code, sentence)


def _no_answer(node: NodeAddress, error: Exception) -> str:
    return f"{_named(node)} does not answer: {_cause(error)}"


def _broken(node: NodeAddress, error: Exception) -> str:
    return f"the connection to {_named(node)} broke: {_cause(error)}"


def _named(node: NodeAddress) -> str:
    return node.url if node.name == node.url else f"{node.name} at {node.url.split('/nodes/')[0]}"


def _cause(error: Exception) -> str:
    """What aiohttp saw: httpx-aiohttp calls every lost connection a time-out."""
    cause = error.__cause__ or error
    if isinstance(cause, aiohttp.ClientConnectorDNSError):
        return "no address is known for this host"
    if isinstance(cause, aiohttp.ClientConnectorError) and cause.os_error.errno:
        return os.strerror(cause.os_error.errno).lower()
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return "it took too long"
    return str(cause) or type(cause).__name__
