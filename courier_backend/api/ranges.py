"""Parts of a file (RFC 9110, section 14). One range at a time; several are answered whole."""

import re
from dataclasses import dataclass
from typing import Final

_ONE_RANGE: Final = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range lies outside the file."""


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from `begin` up to, and without, `end`, of `total`."""

    begin: int
    end: int
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether this is all there is."""
        return self.begin == 0 and self.end == self.total

    @property
    def content_range(self) -> str:
        """The value of ``Content-Range``."""
        return f"bytes {self.begin}-{self.end - 1}/{self.total}"


def asked_part(header: str | None, total: int) -> Part:
    """The part that a ``Range`` header asks for; what cannot be understood means all of it.

    Raises:
        Unsatisfiable: it asks for what is not there.
    """
    whole = Part(0, total, total)
    found = _ONE_RANGE.fullmatch(header) if header else None
    if found is None or found.group(1) == found.group(2) == "":
        return whole
    first, last = found.groups()
    if first == "":
        length = min(int(last), total)
        part = Part(total - length, total, total)
    else:
        part = Part(int(first), min(int(last or total - 1) + 1, total), total)
        if last and int(last) < int(first):
            return whole  # RFC 9110: invalid, to be ignored
    if part.begin >= part.end:
        raise Unsatisfiable
    return part
