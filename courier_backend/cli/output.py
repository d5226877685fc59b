"""Where words go: data to stdout, everything said to people to stderr."""

import contextlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn, TextIO

from courier_backend.model.errors import CourierError


class ReaderGone(BaseException):
    """Whoever read our output has had enough (``| head``): the command ends, quietly."""


def prepare_streams() -> None:
    """What a stream cannot carry is escaped: a name in another alphabet is no reason to fail."""
    # A stream that was closed before we came is none at all.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def write(text: str) -> None:
    """Text to stdout, as it is."""
    try:
        sys.stdout.write(text)
    except OSError as error:
        _give_up(error)


def write_json(value: object) -> None:
    """A value to stdout, as JSON for programs and legible for people."""
    plain = not speaks_unicode(sys.stdout)
    write(json.dumps(value, indent=2, ensure_ascii=plain) + "\n")


def legible(text: str, stream: TextIO) -> str:
    """For a terminal, lines broken between words where it would break them anywhere."""
    if not is_terminal(stream):
        return text
    import textwrap  # noqa: PLC0415  start-up time

    width = shutil.get_terminal_size().columns
    lines: list[str] = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip(" ")) + 2)
        long = textwrap.wrap(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        lines += long if len(line) > width else [line]
    return "\n".join(lines)


def say(sentence: str) -> None:
    """A sentence to stderr; with nobody there to read it, nothing."""
    say_as_is(legible(sentence, sys.stderr))


def say_as_is(line: str) -> None:
    """What a program reads, to stderr: no line of it is broken."""
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


def flush() -> None:
    """Hand out what is still held."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _give_up(error)


def speaks_unicode(stream: TextIO) -> bool:
    """Whether a stream carries every character."""
    return (stream.encoding or "").lower().replace("-", "") in {"utf8", "utf16", "utf32"}


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at it."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _give_up(error: OSError) -> NoReturn:
    # What is still buffered would fail again when Python flushes at its end: let it go nowhere.
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    if isinstance(error, BrokenPipeError):
        raise ReaderGone from error
    cause = (error.strerror or str(error)).lower()
    raise CourierError(f"The answer cannot be written: {cause}.") from error
