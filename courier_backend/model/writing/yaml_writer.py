"""YAML 1.2 out: block style, quotes only where needed, scripts as they are written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN: Final = re.compile(r"[A-Za-z_/][A-Za-z0-9_./+ -]*(?<! )\Z", re.ASCII)
_PLAIN_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_BLOCK_LINE: Final = re.compile(
    r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]*\Z"
)
_LONGEST_PLAIN: Final = 100


def write_yaml(value: dict[str, Any]) -> str:
    """The value as a YAML document."""
    return "\n".join(_block(value, "")) + "\n"


def _block(value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401  plain values of any kind
    """The lines of a collection that is not empty."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(f"{indent}{_text(key)}:", item, indent)
        return
    for item in value:
        yield from _element(item, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict | list) and value:
        yield head
        yield from _block(value, f"{indent}  ")
    elif isinstance(value, str) and _is_script(value):
        yield from _script(head, value, indent)
    else:
        yield f"{head} {_scalar(value)}"


def _element(value: Any, indent: str) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict | list) and value:
        first, *rest = _block(value, f"{indent}  ")
        yield f"{indent}- {first.lstrip(' ')}"
        yield from rest
    else:
        yield from _entry(f"{indent}-", value, indent)


def _scalar(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    return json.dumps(value)


def _text(value: str) -> str:
    if len(value) <= _LONGEST_PLAIN and value.casefold() not in _WORDS and _PLAIN.match(value):
        return value
    return value if _PLAIN_ID.match(value) else _quoted(value)


def _quoted(value: str) -> str:
    """In double quotes; what is not printable is escaped as YAML does it."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def _is_script(value: str) -> bool:
    """Text over several lines that a literal block can hold exactly."""
    lines = value.split("\n")
    return (
        len(lines) > 1
        and bool(lines[0].strip(" \t"))
        and all(line.strip(" \t") or not line for line in lines)
        and all(_BLOCK_LINE.match(line) for line in lines)
    )


def _script(head: str, value: str, indent: str) -> Iterator[str]:
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    mark = "" if not value[:1].isspace() else "2"
    chomp = {0: "-", 1: ""}.get(ends, "+")
    yield f"{head} |{mark}{chomp}"
    for line in body.split("\n") + [""] * max(0, ends - 1):
        yield f"{indent}  {line}" if line else ""
