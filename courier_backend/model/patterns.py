"""Regular expressions of job files and filters, bounded in time. Needs no pydantic.

They come from outside, and the standard library's may run for ever over an unlucky text.
"""

from __future__ import annotations

import time
import warnings
from functools import lru_cache
from typing import Final

import regex

from courier_backend.model.problems import shown

LONGEST_PATTERN: Final = 1000
SECONDS: Final = 0.1
"""So long may one search take."""

SECONDS_IN_ALL: Final = 1.0
"""So long may a filter search in all its nodes."""


class BadPattern(ValueError):
    """It is no regular expression; the message says why."""


class PatternTooSlow(Exception):
    """A search took too long; the message names the pattern."""


@lru_cache(maxsize=512)
def compiled(pattern: str) -> regex.Pattern[str]:
    """The pattern, ready to search.

    Raises:
        BadPattern: it is none.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"the pattern is longer than {LONGEST_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            # What a later version of the library may read otherwise is no news for who wrote it.
            warnings.simplefilter("ignore")
            return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise BadPattern(f"{shown(pattern)} is not a regular expression: {error}") from error


def search(pattern: str, text: str, seconds: float = SECONDS) -> regex.Match[str] | None:
    """Where the pattern is found first in the text.

    Raises:
        BadPattern: it is none.
        PatternTooSlow: the search took longer than `seconds`.
    """
    ready = compiled(pattern)
    try:
        return ready.search(text, timeout=seconds, concurrent=True)
    except TimeoutError as error:
        raise PatternTooSlow(
            f"the pattern {shown(pattern)} takes longer than {seconds:g} s over "
            f"{len(text)} characters"
        ) from error


class Patience:
    """Searches that together may take `SECONDS_IN_ALL`, as each of them `SECONDS`.

    Without it, a pattern that is just fast enough over one value would take minutes over a fleet.
    """

    def __init__(self) -> None:
        self._left = SECONDS_IN_ALL

    def search(self, pattern: str, text: str) -> regex.Match[str] | None:
        """Where the pattern is found first in the text.

        Raises:
            BadPattern: it is none.
            PatternTooSlow: this search, or all until now, took too long.
        """
        begin = time.thread_time()
        found = search(pattern, text)
        self._left -= time.thread_time() - begin
        if self._left < 0:
            told = f"the pattern {shown(pattern)} takes longer than {SECONDS_IN_ALL:g} s"
            raise PatternTooSlow(f"{told} over all nodes")
        return found


def pattern_fault(pattern: object) -> str:
    """Why a regular expression is none ("" when it is one, or no text at all)."""
    if not isinstance(pattern, str):
        return ""
    try:
        compiled(pattern)
    except BadPattern as fault:
        return str(fault)
    return ""
