"""Stored times as text, fast enough for pages of ten thousand rows."""

from functools import lru_cache

from courier_backend.model.times import ZERO_TIME, from_micros, to_text

_MICROS = 1_000_000


def moment(micros: int | None) -> str:
    """The same as `times.micros_to_text`; whole seconds are remembered."""
    if micros is None:
        return ZERO_TIME
    seconds, rest = divmod(micros, _MICROS)
    whole = _whole(seconds)
    return f"{whole[:-1]}.{rest:06d}Z" if rest else whole


@lru_cache(maxsize=8192)
def _whole(seconds: int) -> str:
    return to_text(from_micros(seconds * _MICROS))
