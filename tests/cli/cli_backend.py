"""A backend for tests of the command line: it speaks the API's paths, and answers as told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "the-token"


@dataclass
class Request:
    """What came."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What to say. A `stream` is sent part by part, each when the iterator gives it."""

    value: Any = None
    status: int = 200
    data: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None


Respond = Callable[[Request], Answer]


def item(value: Any, status: int = 200) -> Answer:
    return Answer({"item": value}, status)


def page(*values: Any, total: int | None = None, number: int = 1) -> Answer:
    count = len(values) if total is None else total
    pagination = {
        "itemsPerPage": 10,
        "nextLink": "",
        "page": number,
        "pageItemCount": len(values),
        "previousLink": "",
        "startIndex": 1,
        "totalItems": count,
        "totalPages": max(1, -(-count // 10)),
    }
    return Answer({"items": list(values), "pagination": pagination, "totalItems": count})


def problem(status: int, code: str, detail: str, **more: Any) -> Answer:
    return Answer({"status": status, "code": code, "detail": detail, **more}, status)


def events(*told: dict[str, Any], then: Callable[[], None] = lambda: None) -> Answer:
    """A stream of events that is closed after `then` returned."""

    def parts() -> Iterator[bytes]:
        for each in told:
            yield f"id: {each['seq']}\ndata: {json.dumps(each)}\n\n".encode()
        then()

    return Answer(stream=parts(), headers={"Content-Type": "text/event-stream"})


class Backend(ThreadingHTTPServer):
    """Answers by method and path; several answers are given one after the other, the last stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[Request] = []
        self._answers: dict[tuple[str, str], list[Answer | Respond]] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def on(self, method: str, path: str, *answers: Answer | Respond) -> None:
        self._answers[method, path] = list(answers)

    def sent(self, method: str, path: str) -> list[Request]:
        return [each for each in self.requests if (each.method, each.path) == (method, path)]

    def answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return problem(401, "unauthorized", "The token is missing or wrong.")
            told = self._answers.get((request.method, request.path))
            if not told:
                return problem(404, "not-found", f"There is nothing at {request.path}.")
            chosen = told.pop(0) if len(told) > 1 else told[0]
        return chosen if isinstance(chosen, Answer) else chosen(request)


class _Handler(BaseHTTPRequestHandler):
    server: Backend

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            self.rfile.read(length),
            {name.lower(): value for name, value in self.headers.items()},
        )
        self._send(self.server.answer(request))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.stream is not None:
            self.end_headers()
            for part in answer.stream:
                self.wfile.write(part)
                self.wfile.flush()
            return
        data = answer.data or json.dumps(answer.value).encode()
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[Backend]:
    backend = Backend()
    thread = threading.Thread(target=backend.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield backend
    finally:
        backend.shutdown()
        thread.join()
        backend.server_close()
