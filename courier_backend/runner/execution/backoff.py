"""How long to wait before an attempt is made again."""

from contextlib import suppress
from typing import Any, Final

LONGEST_SECONDS: Final = 3600.0


def pause_before(retry: int, strategy: dict[str, Any]) -> float:
    """Seconds before retry `retry` (1, 2, …) of a step, at most an hour."""
    delay = float(strategy.get("delaySeconds") or 0)
    kind = strategy.get("type") or "none"
    try:
        seconds = delay * _factor(kind, retry, strategy.get("arguments") or [])
    except OverflowError:
        seconds = LONGEST_SECONDS
    return min(max(seconds, 0.0), LONGEST_SECONDS)


def _factor(kind: str, retry: int, arguments: list[Any]) -> float:
    if kind == "linear":
        return float(retry)
    if kind == "exponential":
        return float(2 ** (retry - 1))
    if kind == "polynomial":
        numbers = _numbers(arguments)
        if numbers:
            return float(sum(a * retry**i for i, a in enumerate(numbers)))
        return float(retry**2)
    return 1.0


def _numbers(arguments: list[Any]) -> list[float]:
    """The coefficients; what is no number (real files have ``{}``) means that there are none."""
    with suppress(TypeError, ValueError):
        return [float(argument) for argument in arguments]
    return []
