"""Serving: the service and its API put together, until they are told to end."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from courier_backend import __version__
from courier_backend.api.app import close_streams, create_app
from courier_backend.daemon.announcement import announce, withdraw
from courier_backend.daemon.idle import IdleWatch
from courier_backend.daemon.listen import HOST, listen
from courier_backend.daemon.secret_key import derive, load_secret
from courier_backend.daemon.settings import Settings
from courier_backend.model.errors import CourierError
from courier_backend.model.places import Places
from courier_backend.service.service import open_service

GRACE_SECONDS: Final = 2
ANNOUNCE_CHECK_SECONDS: Final = 2.0


class _Server(uvicorn.Server):
    """uvicorn, with its signals left to us; waits for its end instead of looking for it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._ending = asyncio.Event()

    async def main_loop(self) -> None:
        """Tell that we answer, and wait until `end`."""
        self.ready.set()
        await self._ending.wait()

    def end(self) -> None:
        """Stop serving; what is being answered has a moment of grace."""
        self._ending.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: `_serve` handles signals for all parts at once."""
        yield


async def serve(here: Places, settings: Settings, *, quiet: bool) -> None:
    """Serve a data folder whose lock is held, until a signal, the API or idleness ends it."""
    secret = load_secret(here.secret_key)
    token = derive(secret, "api-token").hex()
    bound = listen(here.data / "backend.port", settings.backend.port)
    url = f"http://{HOST}:{bound.getsockname()[1]}"
    ending = asyncio.Event()
    async with open_service(here, settings, url=url, secret=secret, end=ending.set) as service:
        app = create_app(service, token, __version__)
        async with _serving(app, bound) as server:
            _end_on_signals(ending)
            # One that a killed backend left is not ours.
            announce(here.backend_file, url=url, token=token, version=__version__)
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(_keep_announced(here.backend_file, url, token)),
                    group.create_task(_end_when_idle(service.idle, settings, ending.set)),
                ]
                if not quiet:
                    print(f"Courier's backend answers at {url}", file=sys.stderr)  # noqa: T201
                gc.collect()
                gc.freeze()
                await ending.wait()
                for task in tasks:
                    task.cancel()
            withdraw(here.backend_file)
            close_streams(app)
            server.end()


@asynccontextmanager
async def _serving(app: FastAPI, bound: socket.socket) -> AsyncIterator[_Server]:
    """The API being served; ends open streams after a moment of grace."""
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="asyncio",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        # It would be brought up to date by the ticks that there are not.
        date_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    serving.add_done_callback(lambda _: server.ready.set())
    await server.ready.wait()
    try:
        yield server
    finally:
        server.end()
        await serving


def _end_on_signals(ending: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, ending.set)


async def _keep_announced(path: Path, url: str, token: str) -> None:
    """Write the file that clients look for, and again whenever somebody removes it."""
    while True:
        with contextlib.suppress(CourierError):
            await asyncio.to_thread(_announce_if_gone, path, url, token)
        await asyncio.sleep(ANNOUNCE_CHECK_SECONDS)


def _announce_if_gone(path: Path, url: str, token: str) -> None:
    if not path.exists():
        announce(path, url=url, token=token, version=__version__)


async def _end_when_idle(watch: IdleWatch, settings: Settings, end: Callable[[], None]) -> None:
    await watch.wait(settings.backend.idle_seconds)
    end()
