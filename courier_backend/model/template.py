"""Values in command lines: ``{{.NAME}}``, as Go's templates write it, and a form that quotes.

=========================  =======================================================================
``{{.NAME}}``              the value as it is; facts too: ``{{.node.platform}}``
``{{quote .NAME}}``        the value as one word of the node's shell, whatever is in it
``{{.NAME | quote}}``      the same
``{{"text"}}``, ``{{`text`}}``  the text itself, for braces that are not meant for us
=========================  =======================================================================

Anything else between double braces is left as it is (templates of other tools pass through),
unless it names a value in a way that is not known here: that is a fault, since what would be
executed is surely not what was meant.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from courier_backend.model.problems import Path

USABLE_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*"
"""The names that a template can use, as a pattern."""

_NAME: Final = rf"\.(?P<{{0}}>{USABLE_NAME})"
_TEXT: Final = r'"(?:[^"\\]|\\.)*"|`[^`]*`'
_ACTION: Final = re.compile(
    rf"\{{\{{(?!\{{)(?:(?P<text>\s*(?:{_TEXT})\s*)|(?P<body>(?:(?!\}}\}}|\{{\{{).)*))\}}\}}",
    re.DOTALL,
)
_FORM: Final = re.compile(
    rf"\s*(?:{_NAME.format('plain')}|quote\s+{_NAME.format('first')}"
    rf"|{_NAME.format('piped')}\s*\|\s*quote)\s*"
)
_UNDOTTED: Final = re.compile(rf"\s*({USABLE_NAME})\s*")
_MEANT_FOR_US: Final = re.compile(r"(?:^|[\s(|-])\.[A-Za-z_]|^\s*quote\b|^\s*index\s+\.")
_OPEN: Final = re.compile(r"\{\{\s*(?:quote\s+)?\.[A-Za-z_][^\s}]*")
_LONGEST: Final = 60


class TemplateFault(ValueError):
    """A template that cannot be understood; the sentence says which part, and what would do."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where a value goes."""

    name: str
    quoted: bool


def pieces_of(text: str) -> list[str | Reference]:
    """The text and the references of a template, in order.

    Raises:
        TemplateFault: something between double braces names a value, but not in a known way.
    """
    pieces: list[str | Reference] = []
    upto = 0
    for found in _ACTION.finditer(text):
        pieces += [_plain(text[upto : found.start()]), _piece(found)]
        upto = found.end()
    pieces.append(_plain(text[upto:]))
    return [piece for piece in pieces if piece != ""]


def references_in(text: str) -> list[Reference]:
    """The references of a template.

    Raises:
        TemplateFault: as `pieces_of`.
    """
    if "{{" not in text:
        return []
    return [piece for piece in pieces_of(text) if isinstance(piece, Reference)]


def undotted_in(text: str) -> Iterator[str]:
    """Names between double braces without the dot that would make them ours."""
    for found in _ACTION.finditer(text):
        if found["body"] is not None and (name := _UNDOTTED.fullmatch(found["body"])):
            yield name[1]


def filled(text: str, values: Mapping[str, str], os_name: str) -> str:
    """The text with its values.

    Raises:
        TemplateFault: as `pieces_of`.
        KeyError: a name has no value.
    """
    if "{{" not in text:
        return text
    quote = _powershell_word if os_name == "windows" else shlex.quote
    return "".join(
        piece
        if isinstance(piece, str)
        else quote(values[piece.name]) if piece.quoted else values[piece.name]
        for piece in pieces_of(text)
    )  # fmt: skip


def texts_in(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a command, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts_in(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts_in(item, (*path, number))


def with_texts(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  a command is anything
    """A command with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: with_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [with_texts(item, change) for item in value]
    return value


def _piece(found: re.Match[str]) -> str | Reference:
    if found["text"] is not None:
        return _literal(found["text"].strip())
    body = found["body"]
    if form := _FORM.fullmatch(body):
        name = form["plain"] or form["first"] or form["piped"]
        return Reference(name, quoted=form["plain"] is None)
    if _MEANT_FOR_US.search(body):
        raise TemplateFault(
            f"{_shown(found[0])} is not understood: write {{{{.NAME}}}} or {{{{quote .NAME}}}}, "
            "or put it between {{` and `}} if it is meant for another program"
        )
    return found[0]


def _literal(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    try:
        told = json.loads(text)
    except ValueError:
        raise TemplateFault(f"{_shown(text)} is not a text in double quotes") from None
    return str(told)


def _plain(text: str) -> str:
    if found := _OPEN.search(text):
        raise TemplateFault(f"{_shown(found[0])} is not closed by }}}}")
    return text


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _powershell_word(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
