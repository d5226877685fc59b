"""The synchronous client, for commands that live for a moment: `http.client` and no more."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from courier_backend.client.address import Address, Renew, user_name
from courier_backend.client.call import Call, Page, following
from courier_backend.client.calls import EVENT_STREAM, attempt_path, event_query
from courier_backend.client.patience import WATCHING_SECONDS, Patience
from courier_backend.client.problems import OK_BELOW, error_of, stream_ended, unreachable
from courier_backend.client.sse import SseDecoder, SseMessage
from courier_backend.model.errors import NotYet, Unreachable

if TYPE_CHECKING:
    from courier_backend.client.download import Downloaded, Write
    from courier_backend.model.event import EventItem

T = TypeVar("T")

ANSWER_SECONDS: Final = 60.0
SILENCE_SECONDS: Final = 45.0
"""A stream that is quiet for so long, without even a keep-alive, is broken."""
NOT_YET_PAUSE: Final = 1.0
"""Between questions for evidence that is on its way (the backend waits 30 s by itself)."""
_CHUNK: Final = 256 * 1024


class SyncClient:
    """Sends calls, one connection each, so that nothing stale is ever used."""

    def __init__(
        self, address: Address, *, renew: Renew | None = None, timeout: float = ANSWER_SECONDS
    ) -> None:
        self.address = address
        self._renew = renew
        self._timeout = timeout

    def send(self, call: Call[T]) -> T:
        """The answer to a call.

        Raises:
            CourierError: the backend says no, or cannot be reached.
        """
        headers = {**self._headers(), **call.headers}
        with self._open(
            call.method, self.address.url + call.target, headers, call.body, self._timeout
        ) as response:
            body = b"".join(self._chunks(response))
        return call.read(json.loads(body) if body else None)

    def pages(self, call: Call[Page[T]]) -> Iterator[Page[T]]:
        """This page and all that follow."""
        question: Call[Page[T]] | None = call
        while question is not None:
            page = self.send(question)
            yield page
            question = following(question, page)

    def items(self, call: Call[Page[T]]) -> Iterator[T]:
        """Every item of this page and of all that follow."""
        for page in self.pages(call):
            yield from page["items"]

    def events(
        self,
        after: int | None = None,
        *,
        job_id: str = "",
        instance_id: str = "",
        run_id: str = "",
        kinds: Sequence[str] = (),
        patience: float | None = WATCHING_SECONDS,
    ) -> Iterator[EventItem]:
        """Events as they happen, without a gap; `after` None: from now on; `kinds`: only these."""
        filters = event_query(job_id=job_id, instance_id=instance_id, run_id=run_id, kinds=kinds)
        left = Patience(patience)
        while True:
            try:
                for message in self._messages(EVENT_STREAM, _after(filters, after), left):
                    after = int(message.id)
                    if message.data:
                        event: EventItem = json.loads(message.data)
                        yield event
            except Unreachable as error:
                time.sleep(left.pause(error))
                self._find_again()

    def live_output(self, run_id: str, step: int, attempt: int) -> Iterator[dict[str, Any]]:
        """Output of a running attempt as it comes (`output`, `dropped`), until its `end`."""
        path = f"{attempt_path(run_id, step, attempt)}/output/live"
        for message in self._messages(path, {}, Patience()):
            mark: dict[str, Any] = json.loads(message.data)
            yield mark
            if mark["type"] == "end":
                return

    def download(
        self, url: str, write: Write, *, patience: float = 2 * ANSWER_SECONDS
    ) -> Downloaded:
        """Hand the file behind a signed link to `write`, part by part, and check it whole."""
        end = time.monotonic() + patience
        while True:
            try:
                return self._download(url, write)
            except NotYet:
                if time.monotonic() >= end:
                    raise
                time.sleep(NOT_YET_PAUSE)

    def _download(self, url: str, write: Write) -> Downloaded:
        from courier_backend.client.download import CheckedSink  # noqa: PLC0415  start-up time

        with self._open("GET", url, {}, b"", self._timeout) as response:
            sink = CheckedSink(
                write, response.getheader("Content-Length"), response.getheader("Repr-Digest")
            )
            for chunk in self._chunks(response):
                sink.feed(chunk)
            return sink.finish()

    def _messages(
        self, path: str, query: Mapping[str, str], patience: Patience
    ) -> Iterator[SseMessage]:
        url = f"{self.address.url}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {**self._headers(), "Accept": "text/event-stream"}
        decoder = SseDecoder()
        with self._open("GET", url, headers, b"", SILENCE_SECONDS) as response:
            patience.renew()
            for chunk in self._chunks(response):
                yield from decoder.feed(chunk)
        raise stream_ended(self.address.url, elsewhere=self.address.elsewhere)

    def _chunks(self, response: HTTPResponse) -> Iterator[bytes]:
        """The body as it comes; a connection that breaks meanwhile is told as such."""
        while True:
            try:
                chunk = response.read1(_CHUNK)
            except (OSError, HTTPException) as error:
                raise self._unreachable(self.address.url, error) from error
            if not chunk and response.length:  # bytes that were announced and did not come
                raise self._unreachable(self.address.url, IncompleteRead(b"", response.length))
            if not chunk:
                return
            yield chunk

    def _unreachable(self, url: str, error: BaseException) -> Unreachable:
        return unreachable(url, error, elsewhere=self.address.elsewhere)

    def _find_again(self) -> None:
        if self._renew is not None:
            self.address = self._renew() or self.address

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.address.token}",
            "Courier-User": user_name(),
            "Connection": "close",
        }

    @contextmanager
    def _open(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> Iterator[HTTPResponse]:
        """An answer that says yes, to be read."""
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(cast("str", parts.hostname), parts.port, timeout=timeout)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            try:
                connection.request(method, target, body or None, dict(headers))
                response = connection.getresponse()
                problem = response.read() if response.status >= OK_BELOW else b""
            except (OSError, HTTPException) as error:
                raise self._unreachable(f"{parts.scheme}://{parts.netloc}", error) from error
            if response.status >= OK_BELOW:
                raise error_of(response.status, problem)
            yield response
        finally:
            connection.close()


def _after(filters: Mapping[str, str], after: int | None) -> dict[str, str]:
    return {**filters} if after is None else {**filters, "after": str(after)}
