"""Who the nodes of a home are: ids and tokens, made at the first start and kept."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from courier_backend.model.errors import Conflict
from courier_backend.model.ids import new_id
from courier_backend.runner.home.atomic import write_json


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The id of a node and the token that opens it."""

    id: str
    token: str


def load_nodes(home: Path, count: int, seed: int | None) -> list[NodeKeys]:
    """The first `count` nodes of the home; those that never were are made.

    Nodes beyond `count` stay written down, so that they come back as they were.

    Raises:
        Conflict: the file of the nodes cannot be read or written.
    """
    path = home / "nodes.json"
    try:
        told = _read(path)
        seed = told.get("seed") if seed is None else seed
        known = told["nodes"] if told.get("seed") == seed else []
        nodes = [NodeKeys(str(node["id"]), str(node["token"])) for node in known]
        if len(nodes) < count:
            nodes += [_new_node(seed, index) for index in range(len(nodes), count)]
            write_json(path, {"seed": seed, "nodes": [_item(node) for node in nodes]})
    except OSError as error:
        raise Conflict(f"{path} cannot be used: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Conflict(
            f"{path} is damaged; bring it back from a copy, or remove it to make new nodes."
        ) from error
    return nodes[:count]


def _read(path: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {"nodes": []}
    return told


def _new_node(seed: int | None, index: int) -> NodeKeys:
    """With a seed the id is always the same; the token never is."""
    token = secrets.token_urlsafe(32)
    if seed is None:
        return NodeKeys(new_id(), token)
    digest = hashlib.sha256(f"courier node {seed} {index}".encode()).digest()
    return NodeKeys(str(uuid.UUID(bytes=digest[:16], version=4)), token)


def _item(node: NodeKeys) -> dict[str, str]:
    return {"id": node.id, "token": node.token}
