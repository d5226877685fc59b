"""Ranges of hosts: ``web[01:03]`` is three, ``db-[a:c]`` as well."""

from __future__ import annotations

import re
from typing import Final

MOST_HOSTS: Final = 10_000
_RANGE: Final = re.compile(r"\[(\w+):(\w+)(?::(\d+))?\]")


class BadRange(ValueError):
    """It is no range, or one of too many; the message is the range."""


def begins_with_range(text: str) -> bool:
    """Whether a line begins with a range, rather than with a section."""
    return _RANGE.match(text) is not None


def expanded(pattern: str, room: int = MOST_HOSTS) -> list[str]:
    """The hosts that a pattern names, at most `room`.

    Raises:
        BadRange: there is a range in it that is none.
    """
    found = _RANGE.search(pattern)
    if found is None:
        return [pattern]
    parts = _parts(found[1], found[2], int(found[3] or 1))
    if not parts or len(parts) > room:
        raise BadRange(found[0])
    names = [pattern[: found.start()] + part + pattern[found.end() :] for part in parts]
    return [host for name in names for host in expanded(name, room // len(parts))]


def _parts(first: str, last: str, step: int) -> list[str]:
    if step < 1:
        return []
    if first.isdecimal() and last.isdecimal() and len(last) < len(str(MOST_HOSTS)) + 1:
        return [str(n).zfill(len(first)) for n in range(int(first), int(last) + 1, step)]
    if len(first) == len(last) == 1 and first.isalpha() and last.isalpha():
        return [chr(n) for n in range(ord(first), ord(last) + 1, step)]
    return []
