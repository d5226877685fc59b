"""The socket of the API: loopback, on the port that it had before, so that links stay good."""

import errno
import socket
from pathlib import Path
from typing import Final

from courier_backend.model.errors import Conflict

HOST: Final = "127.0.0.1"
_BACKLOG: Final = 2048


def listen(port_file: Path, wanted: int) -> socket.socket:
    """A bound socket: on `wanted` if it is not 0, else on the port of last time, else any.

    Raises:
        Conflict: the port that the settings name is taken.
    """
    if wanted:
        return _bind(wanted)
    try:
        return _bind(int(port_file.read_text()))
    except (OSError, ValueError, Conflict):
        bound = _bind(0)
        port_file.write_text(str(bound.getsockname()[1]))
        return bound


def _bind(port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only where the protocol is named; without it small answers
    # wait 40 ms for the acknowledgement of the one before.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
        # With SO_REUSEADDR the port is ours only once it listens.
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Port {port} is taken by another program.",
                hint="Set another `port` in the [backend] section of config.toml.",
            ) from error
        raise
    bound.setblocking(False)
    return bound
