"""The runner as a process: from its command line to its clean end."""

import asyncio
import gc
import logging
import resource
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from courier_backend.model.errors import Conflict
from courier_backend.model.places import places
from courier_backend.runner.assembly import Setup, assemble_nodes
from courier_backend.runner.execution.clockwork import boot_id
from courier_backend.runner.execution.control_groups import delegated_groups
from courier_backend.runner.execution.host import Host
from courier_backend.runner.execution.limits import Limiter
from courier_backend.runner.execution.orphans import become_subreaper
from courier_backend.runner.home.announcement import announce, node_url, withdraw
from courier_backend.runner.home.lock import hold_home
from courier_backend.runner.http.app import RunnerApp
from courier_backend.runner.http.server import QuietServer, bind, make_server, url_of
from courier_backend.runner.interpreters.folder import added_folders
from courier_backend.runner.interpreters.registry import Interpreters
from courier_backend.runner.node import Node
from courier_backend.runner.runner import Runner

Tell = Callable[[Path, Sequence[tuple[str, str]]], None]

_GC_THRESHOLDS: Final = (50_000, 20, 50)
_FEWEST_NODES: Final = 1


def serve(
    listen: str,
    home: Path,
    nodes: int = 1,
    *,
    seed: int | None = None,
    lab: bool = False,
    insecure_listen: bool = False,
    name: str = "",
    first: int = 0,
    idle_seconds: float | None = None,
    dry_restart: bool = False,
    tell: Tell | None = None,
) -> None:
    """Serve the nodes of `home` until a signal, or until it was idle for `idle_seconds`.

    `first` is the number of the first node, where a lab is spread over several runners;
    `dry_restart`: restarts of the machine are only simulated. `tell` hears of the home and of
    the nodes (name and address) once they answer.

    Raises:
        CourierError: it cannot serve; the sentence says why.
    """
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    setup = Setup(home.absolute(), max(nodes, _FEWEST_NODES), seed, lab, name, first, dry_restart)
    try:
        bound = bind(listen, insecure_listen=insecure_listen)
        hold_home(setup.home)
        withdraw(setup.home)
        asyncio.run(_serve(setup, bound, idle_seconds, tell))
    except OSError as error:
        reason = error.strerror or str(error)
        raise Conflict(f"The home {setup.home} cannot be used: {reason}.") from error


async def _serve(
    setup: Setup, bound: socket.socket, idle_seconds: float | None, tell: Tell | None
) -> None:
    become_subreaper()
    interpreters = Interpreters(added_folders(setup.home, places()))
    limiter = Limiter(delegated_groups())
    host = Host(boot_id(), _raise_file_limit(), limiter=limiter, interpreters=interpreters)
    nodes = assemble_nodes(setup, host)
    runner = Runner(setup.home, nodes, host)
    await runner.resume()
    url = url_of(bound)
    ready = partial(_announce, setup.home, url, nodes, tell)
    server = make_server(RunnerApp(runner), ready, runner.pulse.end_all)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.end)
    loop.add_signal_handler(signal.SIGUSR1, _end_unless_busy, runner, server)
    if idle_seconds is not None:
        _watch_idle(runner, server, idle_seconds)
    _calm_collector()
    try:
        await server.serve(sockets=[bound])
    finally:
        withdraw(setup.home)
        await runner.close()


def _announce(home: Path, url: str, nodes: list[Node], tell: Tell | None) -> None:
    announce(home, url, nodes)
    if tell is not None:
        tell(home, [(node.name, node_url(url, node)) for node in nodes])


def _end_unless_busy(runner: Runner, server: QuietServer) -> None:
    """Leave when nothing is being executed and nothing waits: another is to take this place."""
    if not runner.is_busy:
        server.end()


def _watch_idle(runner: Runner, server: QuietServer, idle_seconds: float) -> None:
    """Leave when there was nothing to do and nobody to talk to for long enough."""
    left = idle_seconds - runner.idle_seconds()
    if left <= 0:
        server.end()
    else:
        asyncio.get_running_loop().call_later(left, _watch_idle, runner, server, idle_seconds)


def _raise_file_limit() -> tuple[int, int]:
    """Allow ourselves as many descriptors as we may; gives the limit for our children."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return soft, hard


def _calm_collector() -> None:
    """What is there at the start stays: the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
