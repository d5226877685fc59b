"""The few meanings that colour has. Each is a variable of the theme, never a colour."""

from enum import StrEnum
from typing import Final


class Tone(StrEnum):
    """What a piece of text means."""

    PLAIN = "plain"
    MUTED = "muted"
    FAINT = "faint"
    STRONG = "strong"
    LIVE = "live"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    KEY = "key"


STYLES: Final[dict[Tone, str]] = {
    Tone.PLAIN: "",
    Tone.MUTED: "$muted",
    Tone.FAINT: "$faint",
    Tone.STRONG: "bold",
    Tone.LIVE: "$primary",
    Tone.GOOD: "$success",
    Tone.BAD: "$error",
    Tone.WARN: "$warning",
    Tone.KEY: "bold $primary",
}
"""As styles of Textual's content."""

CSS: Final = """
    & > .tone--plain { color: $foreground; }
    & > .tone--muted { color: $muted; }
    & > .tone--faint { color: $faint; }
    & > .tone--strong { color: $foreground; text-style: bold; }
    & > .tone--live { color: $primary; }
    & > .tone--good { color: $success; }
    & > .tone--bad { color: $error; }
    & > .tone--warn { color: $warning; }
    & > .tone--key { color: $primary; text-style: bold; }
"""
"""The same as component classes, for widgets that draw lines themselves."""

CLASSES: Final = frozenset(f"tone--{tone}" for tone in Tone)
