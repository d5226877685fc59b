"""The address of a node, as somebody wrote it."""

from __future__ import annotations

import re
from typing import Final

from courier_backend.model.problems import shown

_URL: Final = re.compile(r"https?://[^/\s]+(?:/[^\s?#]*)?/nodes/[^/\s?#]+/?")


def node_url_fault(text: str) -> str:
    """Why it is not the address of a node ("" when it is one)."""
    if _URL.fullmatch(text):
        return ""
    return f"{shown(text)} is not the address of a node (http://HOST:PORT/nodes/NODE-ID)"
