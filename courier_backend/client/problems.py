"""Answers that say no, and connections that fail, as the exceptions of `model.errors`."""

from __future__ import annotations

import json
from typing import Any, Final

from courier_backend.model.errors import (
    BadInput,
    Conflict,
    CourierError,
    Gone,
    NotFound,
    NotYet,
    OutOfSpace,
    Unauthorized,
    Unreachable,
)

_CLASSES: Final = (BadInput, Conflict, Gone, NotFound, NotYet, OutOfSpace, Unauthorized)
_BY_CODE: Final = {each.code: each for each in _CLASSES}
_BY_STATUS: Final[dict[int, type[CourierError]]] = {
    **{each.http_status: each for each in _CLASSES},
    400: BadInput,
    413: BadInput,
    415: BadInput,
}
OK_BELOW: Final = 400


def error_of(status: int, body: bytes) -> CourierError:
    """The exception that an answer of 400 or more stands for."""
    problem = _problem(body)
    kind = _BY_CODE.get(str(problem.get("code"))) or _BY_STATUS.get(status, CourierError)
    message = str(problem.get("detail") or problem.get("title") or _plain(status, body))
    hint = str(problem.get("hint") or "")
    problems = problem.get("problems")
    return kind(message, hint=hint, problems=problems if isinstance(problems, list) else None)


_START_IT: Final = "`courier backend status` shows how it is; `courier backend start` starts it."
_LOOK_THERE: Final = (
    "Check that it runs there, and --url, COURIER_URL or the profile that names it."
)


def unreachable(url: str, cause: BaseException, *, elsewhere: bool = False) -> Unreachable:
    """The exception for a connection that failed; a backend `elsewhere` cannot be started here."""
    return Unreachable(
        f"The backend at {url} cannot be reached: {_sentence(cause)}.",
        hint=_LOOK_THERE if elsewhere else _START_IT,
    )


def stream_ended(url: str, *, elsewhere: bool = False) -> Unreachable:
    """The exception for a stream that the backend closed: it is ending, most likely."""
    return Unreachable(
        f"The backend at {url} ended the stream.", hint=_LOOK_THERE if elsewhere else _START_IT
    )


def _problem(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _plain(status: int, body: bytes) -> str:
    """What an answer that is no problem document says (a proxy's page, say)."""
    text = " ".join(body[:200].decode(errors="replace").split())
    return f"The backend answered {status}" + (f": {text}" if text else "")


# By name: http.client and httpx are imported only by who uses them.
_CUT_OFF: Final = frozenset(
    {"IncompleteRead", "RemoteDisconnected", "RemoteProtocolError", "ReadError", "BadStatusLine"}
)


def _sentence(cause: BaseException) -> str:
    if isinstance(cause, TimeoutError):
        return "it does not answer in time"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror[0].lower() + cause.strerror[1:]
    if type(cause).__name__ in _CUT_OFF:
        missing = getattr(cause, "expected", None)
        return "the connection was cut off" + (f", {missing} more expected" if missing else "")
    text = str(cause).rstrip(".") or type(cause).__name__
    return "connection refused" if "refused" in text else text
