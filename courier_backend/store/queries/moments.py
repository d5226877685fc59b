"""Stored times as text, fast enough for pages of ten thousand rows."""

from functools import lru_cache
from typing import Final

from courier_backend.model.times import ZERO_TIME, from_micros

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND


def moment(micros: int | None) -> str:
    """The same as `times.micros_to_text`; whole minutes are remembered."""
    if micros is None:
        return ZERO_TIME
    minute, rest = divmod(micros, _MINUTE)
    seconds, fraction = divmod(rest, _SECOND)
    if fraction:
        return f"{_minute(minute)}:{seconds:02d}.{fraction:06d}Z"
    return f"{_minute(minute)}:{seconds:02d}Z"


@lru_cache(maxsize=8192)
def _minute(minute: int) -> str:
    return from_micros(minute * _MINUTE).strftime("%Y-%m-%dT%H:%M").rjust(16, "0")
