"""JSON paths of output rules, as RFC 9535 has them. Needs no pydantic.

The library is imported where a path is met: few jobs have one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonpath import JSONPathEnvironment


@cache
def environment() -> JSONPathEnvironment:
    """RFC 9535, and nothing beyond it."""
    from jsonpath import JSONPathEnvironment  # noqa: PLC0415  few jobs have paths

    return JSONPathEnvironment(strict=True)


def path_fault(path: str) -> str:
    """Why a JSON path is none; "" when it is one."""
    from jsonpath import JSONPathError  # noqa: PLC0415  few jobs have paths

    try:
        environment().compile(path)
    except (JSONPathError, RecursionError) as error:
        return f'"{path}" is not a JSON path: {first_line(error)}'
    return ""


def first_line(error: Exception) -> str:
    """The sentence of a fault, without the drawing below it."""
    return str(error).partition("\n")[0].strip()
