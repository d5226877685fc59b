"""What the readers give: the value of a file and where each part of it stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from courier_backend.model.problems import Path

Plain = dict[str, Any] | list[Any] | str | int | float | bool | None
"""A value as the readers give it."""

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_VALUES: Final = 150_000


class Unreadable(Exception):
    """The text is not what it should be: one sentence, and the offset of the place."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class TooLarge(Unreadable):
    """The text is beyond a limit; no other format can help."""


class Empty(Unreadable):
    """There is nothing in the text."""

    def __init__(self) -> None:
        super().__init__("the file is empty")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd that a reader met, at `path`; the reading went on."""

    severity: str
    path: Path
    offset: int
    message: str


class LineIndex:
    """From offsets in a text to lines and columns, both from 1."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        position = self._text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self._text.find("\n", position + 1)
        return starts

    def locate(self, offset: int) -> tuple[int, int]:
        """Line and column of the offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, offset: int) -> int:
        """Line of the offset."""
        return bisect_right(self._starts, offset)


@dataclass
class Document:
    """A value read from text. `places` and `keys` map paths to the offsets of values and keys."""

    text: str
    body_format: str
    value: Plain = None
    places: dict[Path, int] = field(default_factory=dict)
    keys: dict[Path, int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    moved: dict[Path, Path] = field(default_factory=dict)
    added: set[Path] = field(default_factory=set)
    """What was put in from elsewhere, and has no place in the text."""

    @cached_property
    def lines(self) -> LineIndex:
        """Lines and columns of the text."""
        return LineIndex(self.text)

    def offset_of(self, path: Path, *, key: bool = False) -> int | None:
        """Where the value (or its key) stands; of what is missing, where it should have stood."""
        if any(path[: len(added)] == added for added in self.added):
            return None
        for end in range(len(path), -1, -1):
            part = self._written(path[:end])
            table = self.keys if key and end == len(path) else self.places
            offset = table.get(part, self.places.get(part))
            if offset is not None:
                return offset
        return None

    def remark(self, severity: str, path: Path, offset: int, message: str) -> None:
        """Note something odd that was met while reading."""
        self.remarks.append(Remark(severity, path, offset, message))

    def note_duplicate(self, path: Path, offset: int) -> None:
        """Note that a field is given again at `offset`; the earlier place is still known."""
        first, last = self.lines.line(self.keys[path]), self.lines.line(offset)
        where = f"in lines {first} and {last}" if first != last else f"twice in line {last}"
        self.remark("warning", path, offset, f"is given {where}; the last one counts")

    def _written(self, path: Path) -> Path:
        """The path as it was written, where an older spelling was replaced."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.moved:
                return self._written(self.moved[path[:end]]) + path[end:]
        return path
