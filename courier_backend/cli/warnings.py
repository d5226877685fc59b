"""What is odd in a job file, said on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.cli.clean import clean
from courier_backend.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courier_backend.model.wire import ProblemItem


def tell_warnings(problems: Sequence[ProblemItem], file_name: str) -> None:
    """Each in a sentence."""
    if not problems:
        return
    from courier_backend.model.problems import problem_sentence  # noqa: PLC0415  rarely needed

    for problem in problems:
        say(f"Warning: {clean(problem_sentence(problem, file_name))}")
