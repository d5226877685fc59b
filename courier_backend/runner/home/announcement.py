"""``runner.json``: how to reach the runner of a home; there only while it answers."""

import os
from pathlib import Path

from courier_backend import __version__
from courier_backend.runner.execution.clockwork import own_start_ticks
from courier_backend.runner.home.atomic import write_json
from courier_backend.runner.home.build import program_build
from courier_backend.runner.node import Node


def announce(home: Path, url: str, nodes: list[Node]) -> None:
    """Tell where we answer. The start time is in kernel ticks, as ``/proc/<pid>/stat`` has it."""
    told = {
        "url": url,
        "pid": os.getpid(),
        "startTime": own_start_ticks(),
        "version": __version__,
        "build": program_build(),
        "nodes": [
            {
                "id": node.id,
                "name": node.name,
                "url": node_url(url, node),
                "token": node.token.decode(),
                "home": str(node.host.home),
            }
            for node in nodes
        ],
    }
    write_json(home / "runner.json", told)


def node_url(url: str, node: Node) -> str:
    """The address of a node that a runner at `url` hosts."""
    return f"{url}/nodes/{node.id}"


def withdraw(home: Path) -> None:
    """Nobody answers any more."""
    (home / "runner.json").unlink(missing_ok=True)
