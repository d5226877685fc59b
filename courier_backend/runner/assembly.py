"""Putting nodes together: identity, name, facts, folders."""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from courier_backend.model.errors import Conflict
from courier_backend.runner.execution.environment import node_environment
from courier_backend.runner.execution.host import Host, NodeHost
from courier_backend.runner.facts import machine_facts
from courier_backend.runner.home.identity import NodeKeys, load_nodes
from courier_backend.runner.lab_facts import lab_facts, lab_tags
from courier_backend.runner.node import Node

_DRY_RESTART: Final = "COURIER_DRY_RESTART"
"""When this stands in the environment, no runner restarts the machine."""
_FACTS_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Setup:
    """What the command line asks for."""

    home: Path
    nodes: int = 1
    seed: int | None = None
    lab: bool = False
    name: str = ""
    first: int = 0
    dry_restart: bool = False


class MachineFacts:
    """The facts of this machine, looked up again when they are older than a minute."""

    def __init__(self) -> None:
        self._facts = machine_facts()
        self._read_at = time.monotonic()

    def __call__(self) -> dict[str, Any]:
        """The facts."""
        if time.monotonic() - self._read_at > _FACTS_SECONDS:
            self._facts = machine_facts()
            self._read_at = time.monotonic()
        return self._facts


def assemble_nodes(setup: Setup, host: Host) -> list[Node]:
    """The nodes of a home, in order, each with its own home folder.

    Raises:
        Conflict: a folder or file of the home cannot be used.
    """
    true = MachineFacts()
    keys = load_nodes(setup.home, setup.nodes, setup.seed)
    try:
        return [_node(setup, index, key, true, host) for index, key in enumerate(keys)]
    except OSError as error:
        raise Conflict(f"The home {setup.home} cannot be used: {error}.") from error


def is_dry(*, asked: bool) -> bool:
    """Whether restarts of the machine are only simulated: on request, or everywhere here."""
    return asked or bool(os.environ.get(_DRY_RESTART))


def _node(setup: Setup, index: int, keys: NodeKeys, true: MachineFacts, host: Host) -> Node:
    number = setup.first + index
    facts: Callable[[], dict[str, Any]] = true
    tags: dict[str, str] = {}
    if setup.lab:
        # The number alone decides: where a lab is spread over runners, each has its own seed.
        made_up = lab_facts(true(), setup.seed or 0, number)
        facts, tags = lambda: made_up, lab_tags(made_up)
    home = setup.home / "nodes" / str(index)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    node_host = NodeHost(
        host=host,
        home=home,
        folder=home if setup.lab else _users_home(home),
        os_name=str(true()["os"]),
        environment=node_environment(keys.id, str(home), facts()),
        facts=facts(),
        look=facts,
        dry_restart=setup.lab or is_dry(asked=setup.dry_restart),
    )
    return Node(keys, _name(setup, number), node_host, facts, tags)


def _name(setup: Setup, number: int) -> str:
    if setup.lab:
        return f"{setup.name or 'lab'}-{number + 1:04d}"
    name = setup.name or socket.gethostname().split(".")[0]
    return name if number == 0 else f"{name}-{number + 1}"


def _users_home(otherwise: Path) -> Path:
    try:
        home = Path.home()
    except RuntimeError:
        return otherwise
    return home if home.is_dir() else otherwise
