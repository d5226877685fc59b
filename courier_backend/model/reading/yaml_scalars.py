"""What a YAML 1.2 scalar means (core schema): dates, versions and words like `yes` stay text."""

from __future__ import annotations

import re
from typing import Final

from courier_backend.model.reading.document import Unreadable

Scalar = str | int | float | bool | None

_CORE: Final = "tag:yaml.org,2002:"
_INT: Final = re.compile(r"[-+]?[0-9]{1,400}\Z", re.ASCII)
_BASED: Final = re.compile(r"0o[0-7]{1,400}\Z|0x[0-9a-fA-F]{1,400}\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_SPECIAL: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def scalar(text: str, tag: str | None, offset: int, *, plain: bool) -> Scalar:
    """The value of a scalar; `plain`: it stands without quotes.

    Raises:
        Unreadable: the tag is unknown, or does not fit the text.
    """
    if tag is None:
        return _plain(text) if plain else text
    if tag in {"!", f"{_CORE}str"}:
        return text
    value = _plain(text)
    if tag not in _TYPES:
        raise Unreadable(f"the tag {_short(tag)} is not understood here", offset)
    if not isinstance(value, _TYPES[tag]):
        raise Unreadable(f"the tag {_short(tag)} does not fit its value", offset)
    return float(value) if tag.endswith(":float") and isinstance(value, int) else value


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    f"{_CORE}int": (int,),
    f"{_CORE}float": (float, int),
    f"{_CORE}bool": (bool,),
    f"{_CORE}null": (type(None),),
}


def _short(tag: str) -> str:
    return tag.replace(_CORE, "!!")


def _plain(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if text[0].isalpha():
        return text
    return _number(text)


def _number(text: str) -> Scalar:
    """A number, or the text that only begins like one."""
    if _INT.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    return float(text.replace(".", "", 1)) if _SPECIAL.match(text) else text
