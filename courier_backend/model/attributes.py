"""The attributes of a node: facts that it tells, tags and more that the operator sets.

Chef's collectors have namespaces of their own; here the runner tells what they would, so `gohai`
and `ohai` are other names of `agent`.
"""

from __future__ import annotations

import json
from typing import Final

AGENT: Final = "agent"
TAGS: Final = "tags"
AGENT_NAMESPACES: Final = frozenset({AGENT, "gohai", "ohai"})
NAMESPACES: Final = ("agent", "gohai", "ohai", "aws", "azure", "tags")
"""Those that are known; others may be set by the operator."""


def attribute_text(value: object) -> str:
    """A fact as the text that is shown and compared."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
