"""Moments and spans of time as people read them: in their own zone, no longer than needed."""

from datetime import datetime
from typing import Final

from courier_backend.model.times import ZERO_TIME, from_text

NOTHING: Final = "–"
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_FEW_SECONDS: Final = 10


def local(text: str, now: datetime | None = None) -> str:
    """A moment in the user's zone: the time alone when it is of today."""
    if not text or text == ZERO_TIME:
        return NOTHING
    moment = from_text(text).astimezone()
    today = (now or datetime.now().astimezone()).date()
    return f"{moment:%H:%M:%S}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M:%S}"


def full(text: str) -> str:
    """A moment with its date and its offset."""
    if not text or text == ZERO_TIME:
        return NOTHING
    return f"{from_text(text).astimezone():%Y-%m-%d %H:%M:%S %z}"


def between(begin: str, end: str, now: datetime | None = None) -> str:
    """How long something took, or has been going on."""
    if not begin or begin == ZERO_TIME:
        return NOTHING
    until = from_text(end) if end and end != ZERO_TIME else now or datetime.now().astimezone()
    return duration((until - from_text(begin)).total_seconds())


def ahead(text: str, now: datetime | None = None) -> str:
    """How long it is until a moment: ``in 3 min 20 s``; ``now`` when it has come."""
    if not text or text == ZERO_TIME:
        return NOTHING
    seconds = (from_text(text) - (now or datetime.now().astimezone())).total_seconds()
    return f"in {duration(seconds)}" if seconds > 0 else "now"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``, ``4 d 1 h``."""
    seconds = max(seconds, 0.0)
    if seconds < _FEW_SECONDS:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "min", 1, "s")
    if whole < _DAY:
        return _two(whole, _HOUR, "h", _MINUTE, "min")
    return _two(whole, _DAY, "d", _HOUR, "h")


def size(count: int) -> str:
    """A number of bytes: ``512 B``, ``1.4 KiB``, ``20 MiB``."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":  # noqa: PLR2004  the step between these units
            break
        value /= 1024
    return f"{count} B" if unit == "B" else f"{value:.3g} {unit}"


def _two(whole: int, large: int, large_name: str, small: int, small_name: str) -> str:
    first, rest = divmod(whole, large)
    second = rest // small
    return f"{first} {large_name} {second} {small_name}" if second else f"{first} {large_name}"
