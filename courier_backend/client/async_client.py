"""The asynchronous client, for the app and for everything that lives longer: httpx."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
import orjson

from courier_backend.client.address import Address, Renew, user_name
from courier_backend.client.call import Call, Page, following
from courier_backend.client.calls import EVENT_STREAM, attempt_path, event_query
from courier_backend.client.download import CheckedSink, Downloaded, Write
from courier_backend.client.patience import WATCHING_SECONDS, Patience
from courier_backend.client.problems import OK_BELOW, error_of, stream_ended, unreachable
from courier_backend.client.sse import SseDecoder, SseMessage
from courier_backend.model.errors import NotYet, Unreachable
from courier_backend.model.event import EventItem

T = TypeVar("T")

ANSWER_SECONDS: Final = 60.0
SILENCE_SECONDS: Final = 45.0
"""A stream that is quiet for so long, without even a keep-alive, is broken."""
NOT_YET_PAUSE: Final = 1.0
_IDLE_SECONDS: Final = 3.0  # less than the server's own 5 s: it never closes one that we reuse
_STREAM = httpx.Timeout(ANSWER_SECONDS, read=SILENCE_SECONDS, pool=None)


class AsyncClient:
    """Sends calls over kept connections. Use it as an async context manager, or `close` it."""

    def __init__(
        self,
        address: Address,
        *,
        renew: Renew | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.address = address
        self._renew = renew
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(ANSWER_SECONDS, pool=None),
            limits=httpx.Limits(max_connections=None, keepalive_expiry=_IDLE_SECONDS),
            trust_env=False,
            headers={"Courier-User": user_name()},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let all connections go."""
        await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """The answer to a call.

        Raises:
            CourierError: the backend says no, or cannot be reached.
        """
        url = self.address.url + call.target
        headers = {**self._token(), **call.headers}
        try:
            response = await self._http.request(
                call.method, url, content=call.body or None, headers=headers
            )
        except httpx.TransportError as error:
            raise self._unreachable(url, error) from error
        if response.status_code >= OK_BELOW:
            raise error_of(response.status_code, response.content)
        return call.read(orjson.loads(response.content) if response.content else None)

    async def pages(self, call: Call[Page[T]]) -> AsyncGenerator[Page[T], None]:
        """This page and all that follow."""
        question: Call[Page[T]] | None = call
        while question is not None:
            page = await self.send(question)
            yield page
            question = following(question, page)

    async def items(self, call: Call[Page[T]]) -> AsyncGenerator[T, None]:
        """Every item of this page and of all that follow."""
        async for page in self.pages(call):
            for item in page["items"]:
                yield item

    async def events(
        self,
        after: int | None = None,
        *,
        job_id: str = "",
        instance_id: str = "",
        run_id: str = "",
        kinds: Sequence[str] = (),
        patience: float | None = WATCHING_SECONDS,
    ) -> AsyncGenerator[EventItem, None]:
        """Events as they happen, without a gap; `after` None: from now on; `kinds`: only these.

        A broken stream is taken up again where it ended, for `patience` seconds (None: for ever);
        whoever must know of a gap in contact asks `send` meanwhile, or uses `event_batches`.
        """
        batches = self.event_batches(
            after,
            job_id=job_id,
            instance_id=instance_id,
            run_id=run_id,
            kinds=kinds,
            patience=patience,
        )
        async for batch in batches:
            if isinstance(batch, list):
                for event in batch:
                    yield event

    async def event_batches(
        self,
        after: int | None = None,
        *,
        job_id: str = "",
        instance_id: str = "",
        run_id: str = "",
        kinds: Sequence[str] = (),
        patience: float | None = WATCHING_SECONDS,
    ) -> AsyncGenerator[list[EventItem] | Unreachable, None]:
        """Like `events`, as many at once as came at once; and each loss of contact, as it is.

        An empty batch says that the stream stands (again).
        """
        filters = event_query(job_id=job_id, instance_id=instance_id, run_id=run_id, kinds=kinds)
        left = Patience(patience)
        while True:
            query = filters if after is None else {**filters, "after": str(after)}
            try:
                async for messages in self._messages(EVENT_STREAM, query):
                    left.renew()
                    after = int(messages[-1].id) if messages else after
                    yield [orjson.loads(each.data) for each in messages if each.data]
            except Unreachable as error:
                pause = left.pause(error)
                yield error
                await asyncio.sleep(pause)
                await self._find_again()

    async def live_output(
        self, run_id: str, step: int, attempt: int
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Output of a running attempt as it comes (`output`, `dropped`), until its `end`."""
        path = f"{attempt_path(run_id, step, attempt)}/output/live"
        async for messages in self._messages(path, {}):
            for message in messages:
                mark: dict[str, Any] = orjson.loads(message.data)
                yield mark
                if mark["type"] == "end":
                    return

    async def download(
        self, url: str, write: Write, *, patience: float = 2 * ANSWER_SECONDS
    ) -> Downloaded:
        """Hand the file behind a signed link to `write`, part by part, and check it whole."""
        end = time.monotonic() + patience
        while True:
            try:
                return await self._download(url, write)
            except NotYet:
                if time.monotonic() >= end:
                    raise
                await asyncio.sleep(NOT_YET_PAUSE)

    async def _download(self, url: str, write: Write) -> Downloaded:
        async with self._stream(url, {"Accept-Encoding": "identity"}) as response:
            headers = response.headers
            sink = CheckedSink(write, headers.get("Content-Length"), headers.get("Repr-Digest"))
            async for chunk in self._chunks(response):
                sink.feed(chunk)
            return sink.finish()

    async def _messages(
        self, path: str, query: Mapping[str, str]
    ) -> AsyncGenerator[list[SseMessage], None]:
        """The messages of a stream, as many at once as came at once; first an empty list."""
        url = str(httpx.URL(self.address.url + path, params=dict(query)))
        decoder = SseDecoder()
        headers = {**self._token(), "Accept": "text/event-stream", "Cache-Control": "no-store"}
        async with self._stream(url, headers) as response:
            yield []
            async for chunk in self._chunks(response):
                if messages := decoder.feed(chunk):
                    yield messages
        raise stream_ended(self.address.url, elsewhere=self.address.elsewhere)

    @asynccontextmanager
    async def _stream(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """An answer that says yes, to be read."""
        request = self._http.build_request("GET", url, headers=dict(headers), timeout=_STREAM)
        try:
            response = await self._http.send(request, stream=True)
        except httpx.TransportError as error:
            raise self._unreachable(url, error) from error
        try:
            if response.status_code >= OK_BELOW:
                body = b"".join([chunk async for chunk in self._chunks(response)])
                raise error_of(response.status_code, body)
            yield response
        finally:
            await response.aclose()

    async def _find_again(self) -> None:
        if self._renew is not None:
            found = await asyncio.to_thread(self._renew)
            self.address = self.address if found is None else found

    def _token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.address.token}"}

    async def _chunks(self, response: httpx.Response) -> AsyncIterator[bytes]:
        """The body as it comes; a connection that breaks meanwhile is told as such."""
        try:
            async for chunk in response.aiter_raw():
                yield chunk
        except httpx.TransportError as error:
            raise self._unreachable(str(response.request.url), error) from error

    def _unreachable(self, url: str, error: httpx.TransportError) -> Unreachable:
        target = httpx.URL(url)
        cause = TimeoutError() if isinstance(error, httpx.TimeoutException) else error
        base = f"{target.scheme}://{target.netloc.decode()}"
        return unreachable(base, cause, elsewhere=self.address.elsewhere)
