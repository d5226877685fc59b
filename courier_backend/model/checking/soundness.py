"""Values that no field may hold: characters that break tools, numbers beyond 64 bits, dates."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from courier_backend.model.reading.document import MAX_DEPTH

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

_BAD: Final = re.compile("[\x00\ud800-\udfff]")
_LARGEST: Final = 2**63 - 1
_LONGEST_NAME: Final = 100


def check_soundness(findings: Findings) -> None:
    """Report every value that cannot be kept or told as it is."""
    _check(findings, findings.document.value, ())


def _check(findings: Findings, value: object, path: Path) -> None:
    if isinstance(value, str):
        check_text(findings, value, path)
    elif isinstance(value, dict):
        _check_object(findings, value, path)
    elif isinstance(value, list):
        if _is_too_deep(findings, path):
            return
        for number, item in enumerate(value):
            _check(findings, item, (*path, number))
    else:
        _check_single(findings, value, path)


def _check_object(findings: Findings, value: dict[str, object], path: Path) -> None:
    if _is_too_deep(findings, path):
        return
    for key, item in value.items():
        if _BAD.search(key):
            findings.error((*path, key), f"the field name {_fault(key)}", key=True)
        elif len(key) > _LONGEST_NAME:
            message = f"the field name is longer than {_LONGEST_NAME} characters"
            findings.error((*path, key), message, key=True)
        _check(findings, item, (*path, key))


def _is_too_deep(findings: Findings, path: Path) -> bool:
    if len(path) < MAX_DEPTH:
        return False
    findings.error(path[:4], f"values are nested deeper than {MAX_DEPTH} levels")
    return True


def check_text(findings: Findings, value: str, path: Path) -> None:
    """Report what no text of a definition may hold."""
    if _BAD.search(value):
        findings.error(path, f"the text {_fault(value)}")


def _fault(text: str) -> str:
    """What is wrong with a text, after "the text" or "the field name"."""
    match = _BAD.search(text)
    if match is not None and match.group() == "\x00":
        return "holds a NUL character, which no command can take"
    return "holds half of a surrogate pair, which is not a character"


def _check_single(findings: Findings, value: object, path: Path) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            findings.error(path, f"{value} is not a number that can be used")
    elif not isinstance(value, int):
        findings.error(path, "a date or time must be written as text, in quotes")
    elif not -_LARGEST - 1 <= value <= _LARGEST:
        findings.error(path, "the number is too large (64 bits at most)")
