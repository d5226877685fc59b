"""Regular expressions in output rules and conditions."""

from __future__ import annotations

from typing import Final

from courier_backend.model.patterns import BadPattern, PatternTooSlow
from courier_backend.model.patterns import search as search_for

SEARCH_SECONDS: Final = 2.0


class PatternFault(Exception):
    """A pattern that is none, or that took too long; the sentence says which."""


def search(pattern: str, text: str, seconds: float = SEARCH_SECONDS) -> str | None:
    """What a pattern finds first: its group 1 if that took part, else the whole match.

    Raises:
        PatternFault: the pattern is none, or the search took too long.
    """
    try:
        found = search_for(pattern, text, seconds)
    except (BadPattern, PatternTooSlow) as fault:
        raise PatternFault(str(fault)) from None
    if found is None:
        return None
    group = found[1] if found.re.groups else None
    return found[0] if group is None else group
