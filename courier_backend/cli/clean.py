"""Text from elsewhere, made harmless for a terminal: no escape sequences, no turned directions."""

import re
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_CONTROL_BUT_LINES: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)


def clean(text: str) -> str:
    """On one line, with control characters shown instead of obeyed."""
    return _CONTROL.sub(_shown, text)


def clean_block(text: str) -> str:
    """Like `clean`; lines and tabs stay."""
    return _CONTROL_BUT_LINES.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    character = match.group()
    return " " if character in "\n\r\t" else ascii(character)[1:-1]
