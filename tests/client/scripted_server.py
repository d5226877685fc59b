"""A real HTTP server whose answers a test writes down beforehand, one a request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Takes the next answer of the script."""

    protocol_version = "HTTP/1.1"
    server: "Scripted"

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        self.server.seen.append((self.command, self.path, dict(self.headers.items()), body))
        self.close_connection = True
        self.server.script.pop(0)(self)

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


class Scripted(ThreadingHTTPServer):
    """What was asked stands in `seen`: method, path, headers, body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Answer] = []
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def scripted(*answers: Answer) -> Iterator[Scripted]:
    """A server that gives these answers, in order."""
    server = Scripted()
    server.script = list(answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reply(body: bytes, status: int = 200, **headers: str) -> Answer:
    """A whole answer."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def cut_off(body: bytes, announced: int | None = None, **headers: str) -> Answer:
    """An answer whose connection ends too early: a stream, or a body shorter than announced."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if announced is not None:
            handler.send_header("Content-Length", str(announced))
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()

    return answer


def refuse(handler: Handler) -> None:
    """No answer at all: the connection is closed."""
    handler.connection.close()
