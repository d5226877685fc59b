"""What is secret in a job: how short it may be, and what stands in its place where it is told."""

from __future__ import annotations

from typing import Any, Final

SHORTEST_BYTES: Final = 4
"""A shorter value would be found everywhere; nothing so short can be kept secret."""


def hidden() -> dict[str, Any]:
    """What is told instead of a sensitive value."""
    return {"sensitive": True}


def is_hidden(value: object) -> bool:
    """Whether this stands in the place of a sensitive value."""
    return isinstance(value, dict) and value == hidden()


def is_too_short(value: str) -> bool:
    """Whether a value cannot be kept secret, since masking it would hide everything."""
    return len(value.strip().encode("utf-8", "surrogatepass")) < SHORTEST_BYTES
