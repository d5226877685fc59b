"""The token of a node, from the file that holds it, or from what its runner wrote down."""

from __future__ import annotations

import json

from courier_backend.cli.body import read_body
from courier_backend.model.errors import BadInput


def node_token(path: str, url: str) -> str:
    """The token in a file ("-": stdin) of the node at `url`.

    Raises:
        BadInput: the file cannot be read, or holds none.
    """
    token = read_body(path).text.strip()
    if token.startswith("{"):
        token = _token_of(url, token)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise BadInput(f"{'stdin' if path == '-' else path} holds no token for {url}.")
    return token


def _token_of(url: str, announcement: str) -> str:
    """The token that a runner wrote down for a node; "" where it has no such node."""
    node_id = url.rstrip("/").rpartition("/")[2]
    try:
        nodes = json.loads(announcement)["nodes"]
        return next((str(node["token"]) for node in nodes if node["id"] == node_id), "")
    except (ValueError, KeyError, TypeError):
        return ""
