"""Where the keys and values of a TOML text stand.

The text has been read by the standard library already, so it is known to be TOML: the scanner
only follows its outline. Should it lose its way it stops, and later places stay unknown.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from courier_backend.model.problems import Path
    from courier_backend.model.reading.document import Document

_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK: Final = re.compile(r"[ \t]*")
_KEY: Final = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING: Final = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL
)
_OTHER: Final = re.compile(r"[^,\]}#\n]+")


class _Lost(Exception):
    """The scanner does not understand where it is."""


def find_places(document: Document) -> None:
    """Fill in the places of the keys and values of a TOML document."""
    document.places[()] = 0
    scanner = _Scanner(document)
    try:
        scanner.scan()
    except (_Lost, RecursionError):
        return


class _Scanner:
    """Follows the outline of a valid text."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._doc = document
        self._pos = 0
        self._lengths: dict[Path, int] = {}

    def scan(self) -> None:
        """Headers and key-value lines until the end."""
        table: Path = ()
        self._skip(_SPACE)
        while self._pos < len(self._text):
            if self._text[self._pos] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._pos)
        self._pos = match.end() if match else self._pos

    def _expect(self, token: str) -> None:
        if not self._text.startswith(token, self._pos):
            raise _Lost
        self._pos += len(token)

    def _at(self, token: str) -> bool:
        return self._text.startswith(token, self._pos)

    def _header(self) -> Path:
        start = self._pos
        many = self._at("[[")
        self._expect("[[" if many else "[")
        self._skip(_BLANK)
        path: Path = ()
        for part, _ in self._dotted():
            path = self._inside((*path, part))
            self._note(path, start)
        self._expect("]]" if many else "]")
        if not many:
            self._doc.keys[path] = self._doc.places[path] = start
            return path
        return self._next_element(path, start)

    def _next_element(self, path: Path, start: int) -> Path:
        """An array of tables begins, or has one more."""
        array = path[:-1] if isinstance(path[-1], int) else path
        number = self._lengths.get(array, 0)
        self._lengths[array] = number + 1
        self._note(array, start)
        self._doc.places[(*array, number)] = start
        return (*array, number)

    def _inside(self, path: Path) -> Path:
        """Within an array of tables, the last of them is meant."""
        number = self._lengths.get(path, 0)
        return (*path, number - 1) if number else path

    def _note(self, path: Path, start: int) -> None:
        self._doc.places.setdefault(path, start)
        self._doc.keys.setdefault(path, start)

    def _dotted(self) -> list[tuple[str, int]]:
        parts = []
        while True:
            match = _KEY.match(self._text, self._pos)
            if match is None:
                raise _Lost
            parts.append((_key_text(match.group()), self._pos))
            self._pos = match.end()
            self._skip(_BLANK)
            if not self._at("."):
                return parts
            self._pos += 1
            self._skip(_BLANK)

    def _pair(self, table: Path) -> None:
        path = table
        for part, start in self._dotted():
            path = (*path, part)
            self._note(path, start)
        self._expect("=")
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        self._doc.places[path] = self._pos
        if self._at("["):
            self._array(path)
        elif self._at("{"):
            self._inline(path)
        else:
            pattern = _STRING if self._text[self._pos : self._pos + 1] in {'"', "'"} else _OTHER
            before = self._pos
            self._skip(pattern)
            if self._pos == before:
                raise _Lost

    def _array(self, path: Path) -> None:
        self._pos += 1
        number = 0
        self._skip(_SPACE)
        while not self._at("]"):
            self._value((*path, number))
            number += 1
            self._separator()
        self._pos += 1

    def _inline(self, path: Path) -> None:
        self._pos += 1
        self._skip(_SPACE)
        while not self._at("}"):
            self._pair(path)
            self._separator()
        self._pos += 1

    def _separator(self) -> None:
        self._skip(_SPACE)
        if self._at(","):
            self._pos += 1
            self._skip(_SPACE)


def _key_text(raw: str) -> str:
    """A key without its quotes and escapes."""
    if raw.startswith("'"):
        return raw[1:-1]
    if raw.startswith('"'):
        return next(iter(tomllib.loads(f"{raw} = 0")))
    return raw
