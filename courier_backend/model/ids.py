"""Identifiers: UUID version 4, as Chef's patterns ask for."""

import uuid
from typing import Final

ZERO_ID: Final = "00000000-0000-0000-0000-000000000000"
"""What Chef Courier answers where an id is unused."""


def new_id() -> str:
    """A new random id."""
    return str(uuid.uuid4())


def is_id(text: str) -> bool:
    """Whether the text is a UUID in its usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
