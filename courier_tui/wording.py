"""Numbers and times as people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from courier_backend.model.times import ZERO_TIME, from_text

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400
_KIB: Final = 1024
_ID: Final = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
NOTHING: Final = "–"


def moment(text: str) -> datetime | None:
    """A time of the API; None for the zero time, and for what is no time."""
    if not text or text == ZERO_TIME:
        return None
    try:
        return from_text(text)
    except ValueError:
        return None


def duration(seconds: float) -> str:
    """``27 ms``, ``1.4 s``, ``12 s``, ``3:05``, ``2:14:09``, ``3 d 04 h``."""
    seconds = max(seconds, 0.0)
    if seconds < 0.1:  # noqa: PLR2004  where tenths say nothing
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:  # noqa: PLR2004  where tenths still say something
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02}"
    if whole < _DAY:
        return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02}:{whole % _MINUTE:02}"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR:02} h"


def span(start: str, end: str, now: datetime) -> str:
    """How long it took, or has taken so far."""
    begin = moment(start)
    if begin is None:
        return ""
    finish = moment(end) or now
    return duration((finish - begin).total_seconds())


def ago(text: str, now: datetime) -> str:
    """``just now``, ``12 s ago``, ``5 min ago``, ``3 h ago``, ``4 d ago``."""
    when = moment(text)
    if when is None:
        return ""
    seconds = (now - when).total_seconds()
    if seconds < 2:  # noqa: PLR2004  a moment
        return "just now"
    for size, word in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {word} ago"
    return f"{int(seconds)} s ago"


def until(text: str, now: datetime) -> str:
    """``in 5 min``; nothing for what is not to come."""
    when = moment(text)
    if when is None:
        return ""
    seconds = (when - now).total_seconds()
    return "now" if seconds <= 0 else f"in {duration(seconds)}"


def clock(text: str) -> str:
    """The time of day in this machine's zone; with the date when it is not today's."""
    when = moment(text)
    return NOTHING if when is None else local(when)


def local(when: datetime) -> str:
    """A moment in this machine's zone."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"


def time_of_day(when: datetime) -> str:
    """Hours, minutes and seconds in this machine's zone."""
    return f"{when.astimezone():%H:%M:%S}"


def size(count: int) -> str:
    """``812 B``, ``14.2 KiB``, ``3.1 GiB``."""
    if count < _KIB:
        return f"{count} B"
    value = float(count)
    for unit in ("KiB", "MiB", "GiB"):
        value /= _KIB
        if value < _KIB:
            return f"{value:.1f} {unit}"
    return f"{value / _KIB:.1f} TiB"


def number(count: int) -> str:
    """With a comma every three digits: ``12,345``."""
    return f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """``1 node``, ``12 nodes``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def short(identifier: str) -> str:
    """The beginning of an id, as much as people compare."""
    return identifier[:8]


def abridged(text: str) -> str:
    """A sentence with its ids cut short, where there is little room."""
    return _ID.sub(r"\1", text)


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def later(when: datetime, seconds: float) -> datetime:
    """So many seconds after."""
    return when + timedelta(seconds=seconds)
