"""What a check found."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from courier_backend.model.places import Places


class Finding(NamedTuple):
    """How something is, in a sentence; `hint` says how to mend it."""

    check: str
    state: Literal["ok", "warn", "bad"]
    message: str
    hint: str = ""


Check = Callable[[Places], list[Finding]]


def ok(check: str, message: str) -> Finding:
    """It is as it should be."""
    return Finding(check, "ok", message)


def warn(check: str, message: str, hint: str) -> Finding:
    """It works, but not as well as it could."""
    return Finding(check, "warn", message, hint)


def bad(check: str, message: str, hint: str) -> Finding:
    """It does not work."""
    return Finding(check, "bad", message, hint)
