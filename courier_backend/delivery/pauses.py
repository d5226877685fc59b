"""How long to wait before something that failed is tried again."""

import random
from collections.abc import Iterator
from typing import Final

FIRST_SECONDS: Final = 0.2
LONGEST_SECONDS: Final = 15.0


def growing_pauses(
    first: float = FIRST_SECONDS, longest: float = LONGEST_SECONDS
) -> Iterator[float]:
    """Pauses in seconds: doubled each time up to the longest, ±20 % so that a fleet spreads out."""
    pause = first
    while True:
        yield pause * random.uniform(0.8, 1.2)  # noqa: S311  spreading, not secrecy
        pause = min(pause * 2, longest)
