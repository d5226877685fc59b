"""What the YAML parser says, in words for people who write job files."""

from __future__ import annotations

import re
from typing import Any, Final

from courier_backend.model.reading.document import Unreadable

_TAB: Final = "a tab stands here; YAML is indented with spaces"
_INDENTATION: Final = "this line does not fit the lines above; mend the indentation"
_SENTENCES: Final = (
    (
        r"mapping values are not allowed",
        "a colon is not allowed here; put the text in quotes, or mend the indentation",
    ),
    (r"found character '\\t'|found a tab character", _TAB),
    (r"found character '(.)' that cannot", "{} cannot begin a value; put the text in quotes"),
    (r"found unexpected end of stream", "the text in quotes that begins here is never closed"),
    (r"expected <block end>", _INDENTATION),
    (r"expected '<document start>'", "this does not belong to what stands before it"),
    (r"could not find expected ':'", "a colon is missing after this name"),
    (r"sequence entries are not allowed", "a list item must stand on a line of its own"),
    (r"expected ',' or '(.)'", "a comma or {} is missing before this"),
    (r"found unknown escape character '(.)'", "\\{} is not an escape that YAML knows"),
    (r"found undefined tag handle", "the tag here is not understood"),
)
_FROM_THE_START: Final = ("found unexpected end of stream", "could not find expected ':'")


def yaml_fault(error: Any) -> Unreadable:  # noqa: ANN401  the parser's errors have no types
    """The parser's finding as one sentence; what is unclosed is shown where it begins."""
    problem = str(getattr(error, "problem", None) or error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    if problem.startswith(_FROM_THE_START):
        mark = getattr(error, "context_mark", None) or mark
    return Unreadable(_sentence(problem), None if mark is None else mark.index)


def _sentence(problem: str) -> str:
    for pattern, sentence in _SENTENCES:
        match = re.search(pattern, problem)
        if match:
            return sentence.format(*match.groups())
    return problem
