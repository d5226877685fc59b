"""The token of a node, from the file that holds it, or from what its runner wrote down."""

from __future__ import annotations

import json
from typing import Final

from courier_backend.cli.body import read_body
from courier_backend.model.errors import BadInput
from courier_backend.model.problems import listed

_NAMED: Final = 3


def node_token(path: str, url: str) -> str:
    """The token in a file ("-": stdin) of the node at `url`.

    Raises:
        BadInput: the file cannot be read, or holds none.
    """
    told = read_body(path).text.strip()
    known = _known_to_a_runner(told) if told.startswith("{") else None
    token = told if known is None else known.get(_node_of(url), ("", ""))[1]
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        addresses = [address for address, _ in (known or {}).values() if address]
        raise BadInput(
            f"{'stdin' if path == '-' else path} holds no token for {url}.",
            hint=f"It holds those of: {listed(addresses[:_NAMED])}." if addresses else "",
        )
    return token


def _node_of(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


def _known_to_a_runner(announcement: str) -> dict[str, tuple[str, str]]:
    """The address and the token of each node, by its id, as its runner wrote them down."""
    try:
        nodes = json.loads(announcement)["nodes"]
        return {str(node["id"]): (str(node.get("url", "")), str(node["token"])) for node in nodes}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
