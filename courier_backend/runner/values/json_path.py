"""JSON paths (RFC 9535), bounded in time."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.json_paths import first_line
from courier_backend.model.variables import value_text
from courier_backend.runner.values.no_value import NoValue
from courier_backend.runner.values.patterns import PatternFault, covers, search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from jsonpath import JSONPathEnvironment

SECONDS: Final = 2.0


def at_path(path: str, text: str, seconds: float = SECONDS) -> str:
    """What stands at a path in a JSON text: text as it is, anything else as JSON.

    Several places give a JSON array of all of them.

    Raises:
        NoValue: the text is no JSON, or there is nothing (or null) at the path.
    """
    document = _read(text)
    try:
        with _no_longer_than(seconds):
            found = [match.value for match in _environment().compile(path).finditer(document)]
    except TimeoutError:
        raise NoValue(f'the path "{path}" took longer than {seconds:g} s') from None
    except _faults() as error:
        raise NoValue(f'"{path}" is not a JSON path: {first_line(error)}') from None
    found = [value for value in found if value is not None]
    if not found:
        raise NoValue(f'there is nothing at "{path}"')
    return value_text(found[0] if len(found) == 1 else found)


def _read(text: str) -> Any:  # noqa: ANN401  JSON is anything
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise NoValue(f"it is not JSON: {first_line(error)}") from None
    except RecursionError:
        raise NoValue("it is nested too deeply") from None


def _faults() -> tuple[type[Exception], ...]:
    from jsonpath import JSONPathError  # noqa: PLC0415  few steps have paths

    return (JSONPathError, PatternFault, RecursionError)


@cache
def _environment() -> JSONPathEnvironment:
    """RFC 9535 alone, with patterns that are bounded in time too."""
    from jsonpath import JSONPathEnvironment  # noqa: PLC0415  few steps have paths
    from jsonpath.function_extensions import Match, Search  # noqa: PLC0415  with it

    class BoundedMatch(Match):
        def __call__(self, value: object, pattern: object) -> bool:
            return _are_texts(value, pattern) and covers(str(pattern), str(value))

    class BoundedSearch(Search):
        def __call__(self, value: object, pattern: object) -> bool:
            return _are_texts(value, pattern) and search(str(pattern), str(value)) is not None

    environment = JSONPathEnvironment(strict=True)
    environment.function_extensions["match"] = BoundedMatch()
    environment.function_extensions["search"] = BoundedSearch()
    return environment


def _are_texts(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` inside of Python code that takes longer.

    Nothing else ends a computation in a thread: each call of a function looks at the clock.
    """
    until = time.monotonic() + seconds

    def look(_frame: FrameType, _event: str, _argument: object) -> None:
        if time.monotonic() > until:
            raise TimeoutError

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)
