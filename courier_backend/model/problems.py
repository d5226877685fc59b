"""Problems of a job file as sentences for people. Imports nothing heavy, for the command line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from courier_backend.model.wire import ProblemItem

Path = tuple[str | int, ...]
"""Where something stands in a definition: keys and indexes from the root."""

_PLAIN_KEY: Final = re.compile(r"[^\W\d][\w-]*\Z")
_LONGEST: Final = 60
_PLACEHOLDER: Final = re.compile(r"<.*>|\{\{.*\}\}|\$\{?\w+\}?", re.DOTALL)


def path_text(path: Path) -> str:
    """The path as people write it: ``target.groups[0].batchSize.value``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.match(part):
            text += f".{part}" if text else part
        else:
            text += f"[{shown(part)}]"
    return text


def shown(value: object) -> str:
    """A value in a sentence: as JSON, shortened, on one line."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=not (isinstance(value, str) and value.isprintable()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]}…{text[-1]}"


def is_placeholder(text: str) -> bool:
    """Whether it stands where something else is to be put: ``<NODE_ID>``, ``{{id}}``, ``$ID``."""
    return _PLACEHOLDER.fullmatch(text.strip()) is not None


def listed(words: Iterable[str]) -> str:
    """Words in a sentence: ``batching, rolling``."""
    return ", ".join(words)


def problem_item(
    message: str,
    path: Path = (),
    place: tuple[int, int] = (0, 0),
    *,
    severity: str = "error",
    did_you_mean: str = "",
) -> ProblemItem:
    """A problem as the API tells it; `place`: line and column, 0 when unknown."""
    return {
        "severity": severity,
        "path": path_text(path),
        "line": place[0],
        "column": place[1],
        "message": message,
        "didYouMean": did_you_mean,
    }


def _place(problem: ProblemItem, file_name: str) -> str:
    path, line, column = problem["path"], problem["line"], problem["column"]
    parts = [file_name] if file_name else []
    if line:
        parts.append(f"line {line}" if path else f"line {line}, column {column}")
    if not path:
        return ", ".join(parts)
    return f"{path} ({', '.join(parts)})" if parts else path


def problem_sentence(problem: ProblemItem, file_name: str = "") -> str:
    """The problem in one sentence: where it is, what is wrong, what was perhaps meant."""
    place = _place(problem, file_name)
    text = f"{place}: {problem['message']}" if place else problem["message"]
    meant = problem["didYouMean"]
    return f'{text}; did you mean "{meant}"?' if meant else text


def has_errors(problems: Sequence[ProblemItem]) -> bool:
    """Whether one of them is an error (warnings alone do not stop a job)."""
    return any(problem["severity"] == "error" for problem in problems)
