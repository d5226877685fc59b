"""How long to go on trying, and how long to pause between tries. No I/O."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from courier_backend.model.errors import Unreachable

WATCHING_SECONDS: Final = 60.0
"""How long somebody who watches waits for a backend that went away."""

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0


class Patience:
    """Counts from the last success. `seconds` None: endless."""

    def __init__(
        self, seconds: float | None = WATCHING_SECONDS, clock: Callable[[], float] = monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._pause = _FIRST_PAUSE
        self._since: float | None = None

    def renew(self) -> None:
        """It answered."""
        self._since = None
        self._pause = _FIRST_PAUSE

    def pause(self, error: Unreachable) -> float:
        """Seconds until the next try.

        Raises:
            Unreachable: the given error, when it has been tried for long enough.
        """
        now = self._clock()
        if self._since is None:
            self._since = now
        if self._seconds is not None and now - self._since >= self._seconds:
            raise error
        pause, self._pause = self._pause, min(self._pause * 2, _LONGEST_PAUSE)
        return pause
