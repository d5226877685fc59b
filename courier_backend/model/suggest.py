"""The nearest valid word to a word that is not valid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST: Final = 100
_MOST_CHOICES: Final = 500
_LEAST_LIKENESS: Final = 0.6


def folded(word: str) -> str:
    """The word without what people get wrong first: case, dashes and underscores."""
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that was most likely meant, or "" when none is near."""
    known = {folded(choice): choice for choice in choices if choice}
    plain = folded(word)
    if not plain or len(plain) > _LONGEST:
        return ""
    if plain in known:
        return known[plain]
    from difflib import get_close_matches  # noqa: PLC0415  needed only where something is wrong

    near = get_close_matches(plain, [*known][:_MOST_CHOICES], n=1, cutoff=_LEAST_LIKENESS)
    if near:
        return known[near[0]]
    starts = [choice for key, choice in known.items() if key.startswith(plain)]
    return starts[0] if len(starts) == 1 else ""
