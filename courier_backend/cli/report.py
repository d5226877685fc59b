"""Telling what went wrong: a sentence for people, a line of JSON for programs, an exit code."""

from __future__ import annotations

import json
import re
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import click

from courier_backend.cli.clean import clean, clean_block
from courier_backend.cli.output import is_terminal, say, say_as_is
from courier_backend.cli.problems import BadFile, placed
from courier_backend.model.errors import BadInput, CourierError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED: Final = 130
_MOST_PROBLEMS: Final = 50
_RANGE: Final = re.compile(
    r"(?P<given>\S+) is not in the range "
    r"(?:x>=(?P<only>-?\d+)|(?:(?P<least>-?\d+)<=)?x<=(?P<most>-?\d+))"
)


def report(error: Exception, arguments: Sequence[str]) -> int:
    """Say on stderr what went wrong. The exit code that it means."""
    known = as_courier_error(error)
    if known is None:
        known = _unexpected(error, arguments)
    if wants_json(arguments) or not is_terminal(sys.stderr):
        say_as_is(json.dumps(error_document(known)))
    else:
        _tell(known)
    return known.exit_code


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether ``--format json`` was given; arguments that cannot be parsed may hold it, too."""
    pairs = pairwise(arguments)
    return "--format=json" in arguments or ("--format", "json") in pairs


def as_courier_error(error: Exception) -> CourierError | None:
    """The error in our words; None for what nobody foresaw."""
    if isinstance(error, CourierError):
        return error
    if isinstance(error, click.ClickException):
        return _usage_error(error)
    return None


def error_document(error: CourierError) -> dict[str, Any]:
    """What programs read on stderr."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "hint": error.hint,
            "problems": error.problems,
        }
    }


def _tell(error: CourierError) -> None:
    say(f"Error: {clean(error.message)}")
    if not _says_it_all(error):
        _tell_problems(error)
    if error.hint:
        say(clean(error.hint))


def _says_it_all(error: CourierError) -> bool:
    """Whether the sentence holds the only problem there is."""
    return len(error.problems) == 1 and error.problems[0]["message"] in error.message


def _tell_problems(error: CourierError) -> None:
    file_name = error.file_name if isinstance(error, BadFile) else "the body"
    for problem in error.problems[:_MOST_PROBLEMS]:
        say(f"  {placed(problem, file_name)}")
    more = len(error.problems) - _MOST_PROBLEMS
    if more > 0:
        say(f"  … and {more} more")


def _usage_error(error: click.ClickException) -> CourierError:
    message = _RANGE.sub(_in_words, " ".join(error.format_message().split()))
    message += "" if message.endswith((".", "?", "!")) else "."
    context = getattr(error, "ctx", None)
    hint = f"`{context.command_path} --help` shows how it is used." if context else ""
    return BadInput(message, hint=hint)


def _in_words(found: re.Match[str]) -> str:
    """``0 is not in the range 1<=x<=5000`` as a person would say it."""
    given, least, most = found["given"], found["least"] or found["only"], found["most"]
    if least and most:
        return f"{given} is not between {least} and {most}"
    return f"{given} is less than {least}, the least" if least else f"{given} is more than {most}"


def _unexpected(error: Exception, arguments: Sequence[str]) -> CourierError:
    from courier_backend.cli.crash import keep_traceback  # noqa: PLC0415  rarely needed

    where = keep_traceback(error)
    if "--verbose" in arguments:
        from traceback import format_exception  # noqa: PLC0415  rarely needed

        say(clean_block("".join(format_exception(error)).rstrip()))
    cause = " ".join(str(error).split()) or type(error).__name__
    return CourierError(f"Something unforeseen went wrong: {cause.rstrip('.')}.", hint=where)
