"""parallel-ssh against a loopback server, both as processes of their own."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.peers.environments import programs_of

_HERE: Final = Path(__file__).parent
_SECONDS: Final = 120


@contextmanager
def parallel_ssh() -> Iterator[Callable[[int], float]]:
    """Gives a function: seconds for /bin/true on that many hosts, connecting included."""
    python = str(programs_of("ssh") / "python")
    pipe = subprocess.PIPE
    server = subprocess.Popen(
        [python, str(_HERE / "ssh_server.py")], stdin=pipe, stdout=pipe, text=True
    )
    assert server.stdout is not None
    port = server.stdout.readline().strip()

    def run(count: int) -> float:
        client = [python, str(_HERE / "ssh_client.py"), port, str(count)]
        done = subprocess.run(
            client, check=True, stdout=subprocess.PIPE, text=True, timeout=_SECONDS
        )
        return float(done.stdout)

    try:
        yield run
    finally:
        server.communicate()
