"""JSON paths of output rules, as RFC 9535 has them. Needs no pydantic.

The library is imported where a path is met: few jobs have one. Patterns in a path are bounded in
time, as all patterns are.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from courier_backend.model.patterns import SECONDS, BadPattern, PatternTooSlow, compiled

if TYPE_CHECKING:
    from jsonpath import JSONPathEnvironment


@cache
def environment() -> JSONPathEnvironment:
    """RFC 9535, and nothing beyond it."""
    from jsonpath import JSONPathEnvironment  # noqa: PLC0415  few jobs have paths
    from jsonpath.function_extensions import Match, Search  # noqa: PLC0415  with it

    class BoundedMatch(Match):
        def __call__(self, value: object, pattern: object) -> bool:
            return _is_found(pattern, value, whole=True)

    class BoundedSearch(Search):
        def __call__(self, value: object, pattern: object) -> bool:
            return _is_found(pattern, value, whole=False)

    made = JSONPathEnvironment(strict=True)
    made.function_extensions["match"] = BoundedMatch()
    made.function_extensions["search"] = BoundedSearch()
    return made


def _is_found(pattern: object, value: object, *, whole: bool) -> bool:
    """Whether a pattern is found; what is no pattern, or no text, is not (RFC 9535, 2.4.6)."""
    if not isinstance(pattern, str) or not isinstance(value, str):
        return False
    try:
        ready = compiled(pattern)
    except BadPattern:
        return False
    look = ready.fullmatch if whole else ready.search
    try:
        return look(value, timeout=SECONDS, concurrent=True) is not None
    except TimeoutError:
        raise PatternTooSlow(f'the pattern "{pattern}" takes longer than {SECONDS:g} s') from None


def path_fault(path: str) -> str:
    """Why a JSON path is none; "" when it is one."""
    if not path.startswith("$"):
        return f'"{path}" is not a JSON path: it must begin with $'
    from jsonpath import JSONPathError  # noqa: PLC0415  few jobs have paths

    try:
        environment().compile(path)
    except (JSONPathError, RecursionError) as error:
        return f'"{path}" is not a JSON path: {first_line(error)}'
    return ""


def first_line(error: Exception) -> str:
    """The sentence of a fault, without the drawing below it."""
    return str(error).partition("\n")[0].strip()
