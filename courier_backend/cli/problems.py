"""A job file that the backend does not accept: every problem with its place in the file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from courier_backend.cli.clean import clean
from courier_backend.cli.output import say
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from courier_backend.model.wire import ProblemItem


class BadFile(BadInput):
    """What is wrong stands in a file that has a name."""

    def __init__(self, message: str, file_name: str, problems: Sequence[ProblemItem]) -> None:
        super().__init__(message, problems=list(problems))
        self.file_name = file_name


@contextmanager
def problems_of(file_name: str) -> Iterator[None]:
    """Problems that the backend finds are those of this file."""
    try:
        yield
    except BadInput as error:
        if not error.problems:
            raise
        raise BadFile(error.message, file_name, error.problems) from error


@contextmanager
def problems_of_options(named: Callable[[str], str] = str) -> Iterator[None]:
    """Problems of a body that was made from options: it has no lines that anybody wrote.

    `named`: what the person typed for what stands at a path.
    """
    try:
        yield
    except BadInput as error:
        if not error.problems:
            raise
        told = [f"{named(problem['path'])}: {problem['message']}" for problem in error.problems]
        raise BadInput(f"{'; '.join(told)}.", hint=error.hint) from error


def placed(problem: ProblemItem, file_name: str) -> str:
    """``job.json:12:9: error: …``, as editors and compilers say it."""
    line = f":{problem['line']}:{problem['column']}" if problem["line"] else ""
    path = f"{problem['path']}: " if problem["path"] else ""
    meant = f'; did you mean "{problem["didYouMean"]}"?' if problem["didYouMean"] else ""
    text = f"{file_name}{line}: {problem['severity']}: {path}{problem['message']}{meant}"
    return clean(text)


def tell_warnings(problems: Sequence[ProblemItem], file_name: str) -> None:
    """What is odd, on stderr."""
    for problem in problems:
        say(placed(problem, file_name))
