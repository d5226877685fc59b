"""Reading what a command is given to send: a file, stdin, or text on the command line."""

from __future__ import annotations

import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

STDIN: Final = "-"
FORMATS: Final = ("json", "yaml", "toml")
MOST_BYTES: Final = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """Text to send, as it is, and what is known of its format."""

    data: bytes
    file_name: str = ""
    body_format: str = ""

    @property
    def content_type(self) -> str:
        """Its media type; "" lets the backend find out."""
        return f"application/{self.body_format}" if self.body_format else ""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return self.file_name or "the body"

    @property
    def text(self) -> str:
        """It as text (it was checked to be)."""
        return self.data.decode("utf-8-sig")


def with_body(*, required: bool = True) -> Callable[[F], F]:
    """Chef's options for a body; the command gets it as `given` (None where it need not be)."""

    def decorate(function: F) -> F:
        @wraps(function)
        def run(
            *arguments: Any,  # noqa: ANN401  handed through
            body: str | None,
            body_file: str | None,
            body_format: str | None,
            **rest: Any,  # noqa: ANN401  handed through
        ) -> Any:  # noqa: ANN401  handed through
            none = body is None and body_file is None and not required
            given = None if none else _chosen(body, body_file, body_format)
            return function(*arguments, given=given, **rest)

        for option in _BODY_OPTIONS:
            run = option(run)
        return cast("F", run)

    return decorate


_BODY_OPTIONS: Final = (
    click.option(
        "--body-format",
        type=click.Choice(FORMATS),
        default=None,
        help="Found out if not given.",
    ),
    click.option("--body-file", metavar="FILE", default=None, help="The body, a file (- stdin)."),
    click.option("--body", metavar="TEXT", default=None, help="The body itself."),
)


def _chosen(body: str | None, body_file: str | None, body_format: str | None) -> Body:
    if (body is None) == (body_file is None):
        raise BadInput("Give the body either with --body-file FILE or with --body TEXT.")
    if body_file is not None:
        return read_body(body_file, body_format or "")
    return checked(Body((body or "").encode(), "", body_format or ""), "The body")


def read_body(path: str, body_format: str = "") -> Body:
    """The text in a file; "-" is stdin.

    Raises:
        BadInput: it cannot be read, is empty, too large, or no text.
    """
    if path == STDIN:
        return checked(Body(_limited(sys.stdin.buffer.read(MOST_BYTES + 1), "stdin"),
                            "", body_format), "stdin")  # fmt: skip
    try:
        with Path(path).expanduser().open("rb") as file:
            data = _limited(file.read(MOST_BYTES + 1), path)
    except IsADirectoryError as error:
        raise BadInput(f"{path} is a folder, not a file.") from error
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {path}.") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {reason(error)}.") from error
    return checked(Body(data, path, body_format), path)


def checked(body: Body, name: str) -> Body:
    """The body, if it is text and not empty.

    Raises:
        BadInput: it is not.
    """
    try:
        text = body.text
    except UnicodeDecodeError as error:
        if body.data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise BadInput(f"{name} is UTF-16 text; save it as UTF-8.") from error
        line = body.data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{name} is not UTF-8 text: line {line} holds the byte 0x{body.data[error.start]:02x}."
        ) from error
    if not text.strip():
        raise BadInput(f"{name} is empty.")
    return body


def reason(error: OSError) -> str:
    """Why a file could not be had, as part of a sentence."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def _limited(data: bytes, name: str) -> bytes:
    if len(data) > MOST_BYTES:
        raise BadInput(f"{name} is larger than {MOST_BYTES // 1024**2} MiB: no job file is.")
    return data
