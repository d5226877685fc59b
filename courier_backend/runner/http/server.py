"""The web server: uvicorn with httptools on a socket that is already ours, without ticking."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from courier_backend.model.errors import BadInput, Conflict
from courier_backend.runner.http.app import RunnerApp

_BACKLOG: Final = 2048
_KEEP_ALIVE_SECONDS: Final = 75
_LAST_PORT: Final = 65535


class QuietServer(uvicorn.Server):
    """Waits for its end instead of looking for it ten times a second."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], None], on_end: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()
        self._on_ready = on_ready
        self._on_end = on_end

    async def main_loop(self) -> None:
        """Tell that we answer, wait until `end`, and end what would last for ever."""
        self._on_ready()
        await self._ending.wait()
        self._on_end()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The event loop has our signal handlers."""
        yield

    def end(self) -> None:
        """Stop serving."""
        self._ending.set()


def make_server(
    app: RunnerApp, on_ready: Callable[[], None], on_end: Callable[[], None]
) -> QuietServer:
    """A server for the application; `on_end` ends its streams."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
        backlog=_BACKLOG,
    )
    return QuietServer(config, on_ready, on_end)


def bind(listen: str, *, insecure_listen: bool) -> socket.socket:
    """A listening socket for ``ADDR:PORT``.

    Raises:
        BadInput: that is no address, or one beyond this machine without `insecure_listen`.
        Conflict: the port is taken, or the address is not this machine's.
    """
    host, port = _split(listen)
    if not insecure_listen and not _is_loopback(host):
        raise BadInput(
            f"{host} can be reached from elsewhere, and tokens would travel unencrypted; "
            "listen on 127.0.0.1, or say --insecure-listen."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it a small line waits 40 ms
    # for the acknowledgement of the one before.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise Conflict(f"Cannot listen on {listen}: {error.strerror or error}.") from error
    return bound


def url_of(bound: socket.socket) -> str:
    """Where a bound socket is reached."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _split(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > _LAST_PORT:
        raise BadInput(f'"{listen}" is no ADDR:PORT, such as 127.0.0.1:7720 (port 0: any).')
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  refused unless asked for


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
