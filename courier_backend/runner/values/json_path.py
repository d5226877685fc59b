"""JSON paths (RFC 9535), bounded in time."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.json_paths import environment, first_line, path_fault
from courier_backend.model.patterns import PatternTooSlow
from courier_backend.model.variables import value_text
from courier_backend.runner.values.no_value import NoValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SECONDS: Final = 2.0


def at_path(path: str, text: str, seconds: float = SECONDS) -> str:
    """What stands at a path in a JSON text: text as it is, anything else as JSON.

    Several places give a JSON array of all of them.

    Raises:
        NoValue: the text is no JSON, or there is nothing (or null) at the path.
    """
    if fault := path_fault(path):
        raise NoValue(fault)
    document = _read(text)
    if isinstance(document, str):  # the library would read it once more
        document = json.dumps(document)
    try:
        with _no_longer_than(seconds):
            found = [match.value for match in environment().compile(path).finditer(document)]
    except TimeoutError:
        raise NoValue(f'the path "{path}" took longer than {seconds:g} s') from None
    except (PatternTooSlow, RecursionError) as error:
        raise NoValue(f'the path "{path}" cannot be followed: {first_line(error)}') from None
    found = [value for value in found if value is not None]
    if not found:
        raise NoValue(f'there is nothing at "{path}"')
    return value_text(found[0] if len(found) == 1 else found)


def _read(text: str) -> Any:  # noqa: ANN401  JSON is anything
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=_no_number)
    except ValueError as error:
        raise NoValue(f"it is not JSON: {first_line(error)}") from None
    except RecursionError:
        raise NoValue("it is nested too deeply") from None


def _no_number(word: str) -> None:
    """Python's reader would take ``NaN`` and ``Infinity``, which JSON does not have."""
    raise ValueError(f"{word} is no JSON value")


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` inside of the library of paths when it takes longer.

    Nothing else ends a computation in a thread: each call of a function looks at the clock. Those
    of others are left alone: what is raised in a finalizer, say, is lost.
    """
    until = time.monotonic() + seconds

    def look(frame: FrameType, _event: str, _argument: object) -> None:
        ours = frame.f_globals.get("__name__", "").startswith("jsonpath")
        if ours and time.monotonic() > until:
            raise TimeoutError

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)
