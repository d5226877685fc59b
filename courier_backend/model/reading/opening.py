"""Opening a text in one of our formats: a document, or the one problem that it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.model.problems import problem_item, shown
from courier_backend.model.reading.choose import FORMATS, ReadFailure, format_of, read
from courier_backend.model.reading.document import Document, Empty, LineIndex, TooLarge
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from courier_backend.model.wire import ProblemItem


class Unopened(Exception):
    """The text cannot be read; `body_format` is the one that was tried."""

    def __init__(self, problem: ProblemItem, body_format: str = "") -> None:
        super().__init__(problem["message"])
        self.problem = problem
        self.body_format = body_format


def opened(text: str, body_format: str = "", file_name: str = "") -> Document:
    """The document in a text.

    Raises:
        Unopened: there is no such format, or the text is not in it.
    """
    wanted = format_of(body_format, file_name)
    if wanted and wanted not in FORMATS:
        message = f"{shown(body_format)} is no format of files (json, yaml, toml)"
        raise Unopened(problem_item(message, did_you_mean=nearest(wanted, FORMATS)))
    text = text.removeprefix("\ufeff")
    try:
        return read(text, wanted)
    except ReadFailure as failure:
        raise Unopened(_problem(text, failure), failure.body_format) from None


def _problem(text: str, failure: ReadFailure) -> ProblemItem:
    fault, body_format = failure.fault, failure.body_format
    message = fault.message
    if body_format and not isinstance(fault, TooLarge | Empty):
        message = f"this is not {body_format.upper()}: {message}"
    place = (0, 0) if fault.offset is None else LineIndex(text).locate(fault.offset)
    return problem_item(message, place=place)
