"""The types of inputs: what each takes for a value, and the text that it becomes.

A value is text wherever it goes (environment, commands, conditions), so a type says which texts
will do, and brings them to one form. Types are written in any case, and by their usual other names.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_OTHER_NAMES: Final = {
    "": "string",
    "str": "string",
    "text": "string",
    "integer": "int",
    "float": "number",
    "double": "number",
    "boolean": "bool",
    "map": "object",
    "dict": "object",
    "list": "array",
}
_INT: Final = re.compile(r"[+-]?[0-9]{1,1000}\Z")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?\Z")
_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "0"})


def type_named(word: str) -> str:
    """The type that a word means; "" when it means none."""
    name = word.strip().casefold()
    name = _OTHER_NAMES.get(name, name)
    return name if name in WANTED else ""


def typed(value: str, kind: str) -> str | None:
    """The value in the form of a type (see `type_named`); None when it is none of its values."""
    read = _READERS.get(kind)
    return value if read is None else read(value.strip())


def _int(text: str) -> str | None:
    return str(int(text)) if _INT.match(text) else None


def _number(text: str) -> str | None:
    return text.removeprefix("+") if _NUMBER.match(text) else None


def _bool(text: str) -> str | None:
    word = text.casefold()
    return "true" if word in _TRUE else "false" if word in _FALSE else None


def _json(text: str, of: type = object) -> str | None:
    try:
        found = json.loads(text)
        form = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        form.encode()
    except (ValueError, RecursionError):
        return None
    return form if isinstance(found, of) else None


_READERS: Final[dict[str, Callable[[str], str | None]]] = {
    "int": _int,
    "number": _number,
    "bool": _bool,
    "json": _json,
    "object": lambda text: _json(text, dict),
    "array": lambda text: _json(text, list),
}
WANTED: Final = {
    "string": "text",
    "int": "a whole number",
    "number": "a number",
    "bool": "true or false",
    "json": "JSON",
    "object": "a JSON object",
    "array": "a JSON array",
}
"""The types, and what a value of each is called in a sentence."""
