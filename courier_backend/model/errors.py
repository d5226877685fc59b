"""The errors that a person or a program is told about.

``CourierError``
    ├── ``BadInput``      what was asked cannot be right (exit code 2, HTTP 400 or 422)
    ├── ``NotFound``      no such thing (exit code 1, HTTP 404)
    ├── ``Conflict``      right, but not now (exit code 1, HTTP 409)
    ├── ``Gone``          it was there, it will not come back (exit code 1, HTTP 410)
    ├── ``NotYet``        it will be there, ask again (exit code 1, HTTP 503)
    ├── ``OutOfSpace``    the disk is full, nothing was changed (exit code 1, HTTP 507)
    ├── ``Unauthorized``  the token is missing or wrong (exit code 1, HTTP 401)
    └── ``Unreachable``   the backend does not answer (exit code 4)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from courier_backend.model.wire import ProblemItem


class CourierError(Exception):
    """One clear sentence: what, where, how to mend it."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, *, hint: str = "", problems: list[ProblemItem] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.problems = problems or []


class BadInput(CourierError):
    """What was asked cannot be right."""

    code = "bad-input"
    http_status = 422
    exit_code = 2


class NotFound(CourierError):
    """No such job, instance, run, step, attempt or node."""

    code = "not-found"
    http_status = 404


class Conflict(CourierError):
    """The request is right, the present state does not allow it."""

    code = "conflict"
    http_status = 409


class Gone(CourierError):
    """It was there once and will not come back: lost or expired evidence, an expired link."""

    code = "gone"
    http_status = 410


class NotYet(CourierError):
    """It is on its way; the same question may be asked again in a few seconds."""

    code = "not-yet"
    http_status = 503


class OutOfSpace(CourierError):
    """The disk is full or failing; nothing was changed."""

    code = "out-of-space"
    http_status = 507


class Unauthorized(CourierError):
    """The token is missing or wrong."""

    code = "unauthorized"
    http_status = 401


class Unreachable(CourierError):
    """The backend does not answer."""

    code = "unreachable"
    http_status = 503
    exit_code = 4
