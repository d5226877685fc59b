"""How the columns of a table share a terminal, and where their cells break. Pure.

Words stay whole while there is room for them; then names break behind `-`, `/`, `=` and the like,
and only what is longer than a line breaks anywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, chop_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WORD: Final = re.compile(r"\s*\S+")
_BREAK: Final = re.compile(r"(?<=[\-_/=,;:.])(?=[^\W\d_])")
_WORD_AT_MOST: Final = 24
"""Longer words break: one of them must not break all others."""
_LEAST: Final = 4
_GENEROUS: Final = 0.75
"""So much of what is left one column may take to be whole."""


def folded_widths(columns: Sequence[Sequence[str]], fixed: Sequence[bool], room: int) -> list[int]:
    """As wide as each column shall be; `fixed` ones are as wide as they need."""
    whole = [_widest(cells, lambda text: [text]) for cells in columns]
    least = whole
    for split in (_words, _parts):
        if sum(least) <= room:
            break
        least = [
            most if stays else min(_widest(cells, split), _WORD_AT_MOST)
            for cells, stays, most in zip(columns, fixed, whole, strict=True)
        ]
    return _spread(_squeezed(least, fixed, room), whole, room)


def wrapped(text: str, width: int) -> str:
    """A text in lines of at most so many cells."""
    lines = [""]
    for word in _words(text):
        fits = cell_len(lines[-1] + word) <= width
        for part in [word] if fits or cell_len(word.strip()) <= width else _parts(word):
            _put(lines, part, width)
    return "\n".join(line.rstrip() for line in lines)


def _put(lines: list[str], part: str, width: int) -> None:
    """On the last line, or on a new one; what is longer than any line is cut."""
    if cell_len(lines[-1] + part) <= width:
        lines[-1] += part
        return
    pieces = chop_cells(part.lstrip(), width)
    lines[-1:] = [lines[-1], *pieces] if lines[-1] else pieces


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _parts(text: str) -> list[str]:
    """Its words, broken before the letters behind a sign; dates and numbers stay whole."""
    return [part for word in _words(text) for part in _BREAK.split(word)]


def _widest(cells: Sequence[str], split: Callable[[str], list[str]]) -> int:
    return max((cell_len(part.strip()) for text in cells for part in split(text)), default=0)


def _squeezed(least: Sequence[int], fixed: Sequence[bool], room: int) -> list[int]:
    """Where even that is too much, the widest give way."""
    given = list(least)
    free = [index for index, stays in enumerate(fixed) if not stays]
    while free and sum(given) > room:
        widest = max(free, key=given.__getitem__)
        if given[widest] <= _LEAST:
            break
        given[widest] -= 1
    return given


def _spread(given: list[int], whole: Sequence[int], room: int) -> list[int]:
    """What is left goes first to those that need least to be whole; then all share alike."""
    left = max(room - sum(given), 0)
    needy = sorted(range(len(given)), key=lambda index: whole[index] - given[index])
    for place, index in enumerate(needy):
        need = whole[index] - given[index]
        more = need if need <= left * _GENEROUS else min(need, left // (len(needy) - place))
        given[index] += more
        left -= more
    return given
