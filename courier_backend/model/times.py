"""Time as Courier writes it: UTC, microseconds, RFC 3339 with ``Z``; and the injected clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

ZERO_TIME: Final = "0001-01-01T00:00:00Z"
"""What Chef Courier answers where there is no time."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Clock = Callable[[], datetime]
"""Gives the present moment, timezone-aware, in UTC. Handed in, never read inside logic."""


def system_clock() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """RFC 3339, UTC, with the fraction only where there is one (``2024-03-27T14:57:20.5513Z``)."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read RFC 3339; a time without a zone is taken as UTC; nanoseconds are cut to microseconds.

    Raises:
        ValueError: the text is not a time.
    """
    head, dot, tail = text.partition(".")
    if dot:
        digits = len(tail) - len(tail.lstrip("0123456789"))
        text = f"{head}.{tail[:digits][:6].ljust(6, '0')}{tail[digits:]}"
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is beyond the calendar in UTC") from error


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970, as the store keeps time."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The moment that `to_micros` was given."""
    return _EPOCH + timedelta(microseconds=micros)


def micros_to_text(micros: int | None) -> str:
    """A stored time as text; the zero time where there is none."""
    return ZERO_TIME if micros is None else to_text(from_micros(micros))
