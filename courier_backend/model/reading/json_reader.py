"""A JSON reader that knows where every value stands and says plainly what is wrong."""

from __future__ import annotations

import re
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # public by use, untyped
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.problems import shown
from courier_backend.model.reading.document import (
    MAX_DEPTH,
    MAX_VALUES,
    Document,
    Empty,
    Plain,
    TooLarge,
    Unreadable,
)
from courier_backend.model.sensitive import SHORTEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from courier_backend.model.problems import Path

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?(?![\w.+])", re.ASCII)
_WORD: Final = re.compile(r"[\w.+-]+")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_FOREIGN: Final = {"True": "true", "False": "false", "None": "null", "nil": "null"}
_MOST_DIGITS: Final = 400
_LONGEST_WORD: Final = 40


def read_json(text: str) -> Document:
    """Read JSON.

    Raises:
        Unreadable: the text is not JSON; says where and why.
    """
    return _Reader(text).document()


class _Reader:
    """Reads one text, left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pos = 0
        self._count = 0
        self._doc = Document(text, "json")

    def document(self) -> Document:
        """The whole text is one value."""
        if not self._peek():
            raise Empty
        self._doc.value = self._value(())
        if self._peek():
            raise Unreadable("there is more text after the end of the JSON value", self._pos)
        return self._doc

    def _peek(self) -> str:
        """The next character that is not space ("" at the end)."""
        match = _SPACE.match(self._text, self._pos)
        self._pos = match.end() if match else self._pos
        return self._text[self._pos : self._pos + 1]

    def _value(self, path: Path) -> Plain:
        char = self._peek()
        self._doc.places[path] = self._pos
        self._count += 1
        if self._count > MAX_VALUES:
            raise TooLarge(f"the file holds more than {MAX_VALUES} values", self._pos)
        if char == '"':
            return self._string()
        if char == "{":
            return self._nested(path, self._object)
        if char == "[":
            return self._nested(path, self._array)
        return self._number_or_word(char, path)

    def _nested(self, path: Path, read: Callable[[Path, int], Plain]) -> Plain:
        if len(path) >= MAX_DEPTH:
            raise TooLarge(f"values are nested deeper than {MAX_DEPTH} levels", self._pos)
        return read(path, self._pos)

    def _string(self) -> str:
        start = self._pos
        try:
            value, self._pos = scanstring(self._text, start + 1, True)
        except JSONDecodeError as error:
            raise _string_fault(self._text, start, error) from None
        return str(value)

    def _object(self, path: Path, start: int) -> dict[str, Any]:
        self._pos += 1
        result: dict[str, Any] = {}
        if self._peek() == "}":
            self._pos += 1
            return result
        while True:
            self._member(path, start, result)
            if self._closed("}", start):
                return result

    def _member(self, path: Path, start: int, result: dict[str, Any]) -> None:
        self._expect_key(start)
        place = self._pos
        name = self._string()
        inner = (*path, name)
        if name in result:
            self._doc.note_duplicate(inner, place)
        self._doc.keys[inner] = place
        if self._peek() != ":":
            raise Unreadable(f"a colon is missing after {shown(name)}", self._pos)
        self._pos += 1
        result[name] = self._value(inner)

    def _expect_key(self, start: int) -> None:
        char = self._peek()
        if char == '"':
            return
        if not char:
            raise self._unclosed("{", start)
        if char in "}]" and self._text[start : self._pos].rstrip().endswith(","):
            raise Unreadable(f"a comma stands before {char}; take it away", self._last_comma())
        raise self._odd(char, "a field name in double quotes is expected here")

    def _array(self, path: Path, start: int) -> list[Any]:
        self._pos += 1
        result: list[Any] = []
        if self._peek() == "]":
            self._pos += 1
            return result
        while True:
            if self._peek() == "]":
                raise Unreadable("a comma stands before ]; take it away", self._last_comma())
            result.append(self._value((*path, len(result))))
            if self._closed("]", start):
                return result

    def _closed(self, end: str, start: int) -> bool:
        """After an element: whether the end is reached (else there was a comma)."""
        char = self._peek()
        if char == end:
            self._pos += 1
            return True
        if char == ",":
            self._pos += 1
            return False
        if not char:
            raise self._unclosed(self._text[start], start)
        raise self._odd(char, f"a comma or {end} is missing before this")

    def _number_or_word(self, char: str, path: Path) -> Plain:
        match = _NUMBER.match(self._text, self._pos)
        if match:
            return self._number(match, path)
        if not char:
            raise Unreadable("the file ends where a value is expected", self._pos)
        word = _WORD.match(self._text, self._pos)
        if word and word.group() in _WORDS:
            self._pos = word.end()
            return _WORDS[word.group()]
        if word and word.group() in {"NaN", "Infinity", "-Infinity"}:
            raise Unreadable(f"{word.group()} is not a number in JSON", self._pos)
        raise self._odd(char, "a value is expected here")

    def _number(self, match: re.Match[str], path: Path) -> int | float:
        self._pos = match.end()
        digits = match.group()
        if match.group(1) or match.group(2):
            return float(digits)
        if len(digits) > _MOST_DIGITS:
            self._doc.remark(
                "error", path, match.start(), f"a number of {len(digits)} digits is too large"
            )
            return 0
        return int(digits)

    def _last_comma(self) -> int:
        return self._text.rindex(",", 0, self._pos)

    def _unclosed(self, opening: str, start: int) -> Unreadable:
        line = self._doc.lines.line(start)
        return Unreadable(f"the file ends before the {opening} of line {line} is closed", self._pos)

    def _odd(self, char: str, expected: str) -> Unreadable:
        """What is here instead of what is expected."""
        if char in "'‘’“”":
            return Unreadable('texts stand in straight double quotes (")', self._pos)
        if char in "#/":
            return Unreadable("JSON has no comments; take this away", self._pos)
        word = _WORD.match(self._text, self._pos)
        found = word.group() if word else char
        meant = _FOREIGN.get(found, "")
        if not meant and len(found) >= SHORTEST_BYTES:
            # It is not repeated: it may be a secret that lacks its quotes.
            found = "a word without quotes"
        hint = f" (JSON writes {meant})" if meant else ""
        told = found if len(found) <= _LONGEST_WORD else f"{found[:_LONGEST_WORD]}…"
        return Unreadable(f"{expected}, not {told}{hint}", self._pos)


def _string_fault(text: str, start: int, error: JSONDecodeError) -> Unreadable:
    """Why a text in quotes is not one."""
    if error.msg.startswith("Unterminated"):
        return Unreadable("the text that begins here is never closed with a double quote", start)
    if error.msg.startswith("Invalid control"):
        if text[error.pos] in "\r\n":
            return Unreadable("the text that begins here is not closed on its line", start)
        code = f"U+{ord(text[error.pos]):04X}"
        return Unreadable(f"the control character {code} must be written as an escape", error.pos)
    backslash = text.rfind("\\", start, error.pos + 1)
    found = text[backslash : backslash + 2]
    return Unreadable(f"{shown(found)} is not an escape that JSON knows", backslash)
