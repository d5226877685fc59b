"""Where a backend is, and what opens it."""

import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass, field

from courier_backend.model.errors import BadInput

Renew = Callable[[], "Address | None"]
"""Finds the backend again: after a restart its address may be another."""


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL without a slash at its end, and the token that goes with it.

    `elsewhere`: somebody named it; it is not for us to start, nor known what keeps it.
    """

    url: str
    token: str = field(repr=False)
    version: str = ""
    elsewhere: bool = False


def checked_url(text: str) -> str:
    """A base URL as a person gave it, without a slash at its end.

    Raises:
        BadInput: it is not an http or https URL.
    """
    url = text.strip().rstrip("/")
    scheme, found, rest = url.partition("://")
    if not found or scheme not in {"http", "https"} or not rest:
        raise BadInput(
            f"The backend's address {text!r} is not a URL.",
            hint="It looks like http://127.0.0.1:31050.",
        )
    return url


def user_name() -> str:
    """Who asks, as history will name them. It travels in a header, which is ASCII."""
    name = os.environ.get("USER") or os.environ.get("LOGNAME") or _name_of(os.getuid())
    return "".join(each if each.isascii() and each.isprintable() else "?" for each in name)


def _name_of(uid: int) -> str:
    """As the system knows it: services and containers set no ``USER``."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
