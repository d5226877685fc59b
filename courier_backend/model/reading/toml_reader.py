"""TOML with the place of each value: the standard library reads, a scanner finds the places."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from courier_backend.model.reading.document import (
    MAX_DEPTH,
    Document,
    Empty,
    TooLarge,
    Unreadable,
)
from courier_backend.model.reading.toml_places import find_places

_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_DEEP_KEY: Final = re.compile(
    rf"""(?:^|[{{,\[])[ \t]*(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{MAX_DEPTH}}}""",
    re.MULTILINE,
)
_SENTENCES: Final = (
    (r"Cannot overwrite a value", "what ends here is given twice in its table"),
    (r"Cannot declare \('(.*?)',?\) twice", "the table {} is given twice"),
    (r"Invalid value", "a value is expected here (texts stand in quotes)"),
    (r"Invalid statement", "NAME = VALUE or a [TABLE] is expected here"),
    (r"Invalid initial character for a key", "a field name is expected here"),
    (r"Illegal character '\\[nr]'", "the text in quotes is not closed on its line"),
    (r"Expected (?:\"'\"|'\"')", "the text in quotes is not closed on its line"),
    (r"Unescaped '\\' in a string", "this backslash begins no escape that TOML knows"),
    (r"Expected newline or end", "nothing more is expected on this line"),
)
"""What the parser says, in words for people who write job files."""


def read_toml(text: str) -> Document:
    """Read TOML.

    Raises:
        Unreadable: the text is not TOML; says where and why.
    """
    deep = _DEEP_KEY.search(text)
    if deep:
        raise TooLarge(f"a key has more than {MAX_DEPTH} parts", deep.start())
    document = Document(text, "toml")
    document.value = _load(text)
    find_places(document)
    return document


def _load(text: str) -> dict[str, Any]:
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _fault(text, str(error)) from None
    except RecursionError:
        raise TooLarge(f"values are nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:
        raise Unreadable("a number or a date in it is out of range") from None
    if not value:
        raise Empty
    return value


def _fault(text: str, message: str) -> Unreadable:
    """The parser's finding as one sentence, with the place apart."""
    at = _AT.search(message)
    sentence = _sentence(message[: at.start()] if at else message)
    if at is None:
        return Unreadable(sentence)
    if at.group(1) is None:
        return Unreadable(sentence, len(text))
    return Unreadable(sentence, _offset(text, int(at.group(1)), int(at.group(2))))


def _sentence(message: str) -> str:
    for pattern, sentence in _SENTENCES:
        match = re.match(pattern, message)
        if match:
            return sentence.format(*(group.replace("', '", ".") for group in match.groups()))
    return message[:1].lower() + message[1:]


def _offset(text: str, line: int, column: int) -> int:
    """The offset of a place; tomllib counts lines by line feeds, as we do."""
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1
