"""Finding forms of values in bytes: as they stand there, or over the ends of lines.

Of forms of which one begins the other only the shortest is looked for; where it stands, the longest
that goes on there is taken.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

Span = tuple[int, int]

_WEIGHED_BYTES: Final = 4096
"""Above this length, the whole length of a form is held back rather than what may begin one."""
_LINE_ENDS: Final = b"\r\n"
_LINE_END: Final = re.compile(rb"[\r\n]")


class Finder:
    """Finds some forms. `over_lines`: also where ends of lines stand inside of them."""

    def __init__(self, forms: Sequence[bytes], *, over_lines: bool = False) -> None:
        """`forms`: the longest first."""
        self._forms = forms
        self._over_lines = over_lines
        self._begun = _by_beginning(forms)
        self.longest = len(forms[0]) if forms else 0

    def search(self, data: bytes) -> "Search":
        """A search in some bytes."""
        return Search(self, data, data.translate(None, _LINE_ENDS) if self._over_lines else data)

    def spans(self, data: bytes, upto: int) -> Iterator[Span]:
        """Every occurrence as it stands that begins before `upto`."""
        for form, longer in self._begun.items():
            last = upto - 1 + len(form)
            at = data.find(form, 0, last)
            while at >= 0:
                yield at, at + len(next((f for f in longer if data.startswith(f, at)), form))
                at = data.find(form, at + 1, last)

    def unsure(self, data: bytes) -> int:
        """How many of the last bytes may become a form with those to come."""
        if self.longest > _WEIGHED_BYTES:
            return min(len(data), self.longest - 1)
        return max((_beginning(data, form) for form in self._forms), default=0)


class Search:
    """What a finder finds in some bytes; `joined`: those without the ends of their lines."""

    def __init__(self, finder: Finder, data: bytes, joined: bytes) -> None:
        self._finder = finder
        self._data = data
        self._joined = joined

    def uncertain_from(self) -> int:
        """Where what may become a form with the bytes to come begins."""
        unsure, end = self._finder.unsure(self._joined), len(self._data)
        at = end - unsure
        while missing := unsure - self._counted_from(at):
            at -= missing
        return at

    def spans(self, upto: int) -> Iterator[Span]:
        """Every occurrence that begins before `upto`."""
        joined = self._joined
        found = list(self._finder.spans(joined, len(joined) - self._counted_from(upto)))
        if not found or len(joined) == len(self._data):
            return iter(found)
        ends = [match.start() for match in _LINE_END.finditer(self._data)]
        before = [at - number for number, at in enumerate(ends)]

        def place(number: int) -> int:
            return number + bisect_right(before, number)

        return ((place(begin), place(end - 1) + 1) for begin, end in found)

    def _counted_from(self, at: int) -> int:
        """How many of the bytes from a place on stand in what is joined."""
        if len(self._joined) == len(self._data):
            return len(self._data) - at
        return len(self._data[at:].translate(None, _LINE_ENDS))


def _by_beginning(forms: Sequence[bytes]) -> dict[bytes, list[bytes]]:
    """The forms that none other begins, each with those that it begins, the longest first."""
    found: dict[bytes, list[bytes]] = {}
    shortest = b""
    for form in sorted(forms):
        if shortest and form.startswith(shortest):
            found[shortest].append(form)
        else:
            shortest, found[form] = form, []
    return {form: sorted(longer, key=len, reverse=True) for form, longer in found.items()}


def _beginning(data: bytes, form: bytes) -> int:
    """How many of the last bytes begin a form, without being the whole of it."""
    end = len(data)
    at = data.find(form[:1], max(0, end - len(form) + 1))
    while at >= 0:
        if form.startswith(data[at:]):
            return end - at
        at = data.find(form[:1], at + 1)
    return 0
