"""Which format a text is in, and the reading of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from courier_backend.model.reading.document import (
    MAX_BYTES,
    Document,
    Empty,
    TooLarge,
    Unreadable,
)
from courier_backend.model.reading.json_reader import read_json

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS: Final = ("json", "yaml", "toml")
_ENDINGS: Final = {".json": "json", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml"}
_TOML_LINE: Final = re.compile(r"^\s*(?:\[+[\w.\"'-]+\]+\s*$|[\w.\"'-]+\s*=)", re.MULTILINE)


class ReadFailure(Exception):
    """The text cannot be read: the format that was tried, and what is wrong."""

    def __init__(self, body_format: str, fault: Unreadable) -> None:
        super().__init__(fault.message)
        self.body_format = body_format
        self.fault = fault


def format_of(body_format: str, file_name: str) -> str:
    """The format that was named, or that the file's ending names, or ""."""
    if body_format:
        return {"yml": "yaml"}.get(body_format.lower(), body_format.lower())
    dot = file_name.rfind(".")
    return _ENDINGS.get(file_name[dot:].lower(), "") if dot >= 0 else ""


def read(text: str, body_format: str = "") -> Document:
    """Read a text of the given format, or of whichever of the three it is.

    Raises:
        ReadFailure: it cannot be read.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        fault = TooLarge(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB")
        raise ReadFailure(body_format, fault)
    if not text.strip():
        raise ReadFailure(body_format, Empty())
    if body_format:
        return _attempt(text, body_format)
    return _read_unnamed(text)


def _attempt(text: str, body_format: str) -> Document:
    try:
        return _reader(body_format)(text)
    except Unreadable as fault:
        raise ReadFailure(body_format, fault) from None


def _reader(body_format: str) -> Callable[[str], Document]:
    """The reader of a format; what reads YAML and TOML is imported when it is needed."""
    if body_format == "yaml":
        from courier_backend.model.reading.yaml_reader import read_yaml  # noqa: PLC0415

        return read_yaml
    if body_format == "toml":
        from courier_backend.model.reading.toml_reader import read_toml  # noqa: PLC0415

        return read_toml
    return read_json


def _read_unnamed(text: str) -> Document:
    """JSON, then YAML, then TOML; when none fits, the failure of what it looks like is told."""
    failures: dict[str, ReadFailure] = {}
    for body_format in FORMATS:
        try:
            document = _attempt(text, body_format)
        except ReadFailure as failure:
            if isinstance(failure.fault, TooLarge):
                raise
            failures[body_format] = failure
            continue
        if isinstance(document.value, dict) or body_format == "json":
            return _with_notice(document, failures)
        failures[body_format] = ReadFailure(body_format, _not_an_object(document))
    raise failures[_likeness(text)]


def _not_an_object(document: Document) -> Unreadable:
    kind = "a list" if isinstance(document.value, list) else "a single value"
    return Unreadable(f"the file holds {kind}, not an object with named fields", 0)


def _with_notice(document: Document, failures: dict[str, ReadFailure]) -> Document:
    """What begins like JSON and is only YAML was hardly meant so."""
    fault = failures["json"].fault if "json" in failures else None
    if fault and document.body_format == "yaml" and _likeness(document.text) == "json":
        message = f"is not JSON ({fault.message}); it was read as YAML"
        document.remark("warning", (), fault.offset or 0, message)
    return document


def _likeness(text: str) -> str:
    """The format that a text looks like most."""
    start = text.lstrip()
    if start.startswith(("{", '"')):
        return "json"
    if _TOML_LINE.match(start):
        return "toml"
    return "json" if start.startswith("[") else "yaml"
