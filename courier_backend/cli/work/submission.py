"""A job file, and what the command line puts in its place, as the backend takes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.body import FORMATS, Body, read_body
from courier_backend.cli.ids import meant
from courier_backend.model.errors import BadInput

_FILE: Final = re.compile(r"[^=]+=@")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    from courier_backend.cli.session import Session
    from courier_backend.model.wire import Submission

    F = TypeVar("F", bound=Callable[..., Any])


def file_options(function: F) -> F:
    """The file, and what replaces things in it."""
    for option in (
        click.option(
            "--body-format",
            type=click.Choice(FORMATS),
            default=None,
            help="Found out if not given.",
        ),
        click.option(
            "--set",
            "inputs",
            multiple=True,
            metavar="NAME=VALUE",
            help="An input of the steps that name it; NAME=@FILE (for secrets) reads a file.",
        ),
        click.option(
            "--node",
            "nodes",
            multiple=True,
            metavar="NODE",
            help="Run on this node instead (its id or name); may be repeated.",
        ),
        click.argument("file", metavar="FILE"),
    ):
        function = option(function)
    return function


def submission_of(
    session: Session, body: Body, nodes: Iterable[str], inputs: Iterable[str]
) -> Submission:
    """What to submit.

    Raises:
        CourierError: a node or an input is not what it should be.
    """
    given = list(inputs)
    return {
        "body": body.text,
        "bodyFormat": body.body_format,
        "fileName": body.file_name,
        "nodeIds": [meant(session, "node", node) for node in nodes],
        "inputs": inputs_of(given),
        "plainInputs": [text.partition("=")[0] for text in given if not _FILE.match(text)],
    }


def inputs_of(given: Iterable[str]) -> dict[str, str]:
    """Inputs by name.

    Raises:
        BadInput: one is not NAME=VALUE, or its file cannot be read.
    """
    values = {}
    for text in given:
        name, found, value = text.partition("=")
        if not found or not name:
            # What was given is not repeated: it may be a value that lacks its name.
            raise BadInput("--set needs NAME=VALUE, or NAME=@FILE; one has no name or no =.")
        values[name] = _from_file(value[1:]) if value.startswith("@") else value
    return values


def _from_file(path: str) -> str:
    """A value that shall not stand on the command line; the newline at its end is the file's."""
    return read_body(path).text.removesuffix("\n").removesuffix("\r")
