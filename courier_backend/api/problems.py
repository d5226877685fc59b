"""Everything that goes wrong, as RFC 9457 problems; what is not foreseen is logged, not told."""

import logging
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from courier_backend.api.answers import problem
from courier_backend.model.checking.wording import worded
from courier_backend.model.errors import CourierError, NotYet
from courier_backend.model.wire import ProblemItem

RETRY_SECONDS: Final = "5"

_METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")

_log = logging.getLogger(__name__)


def handle_problems(app: FastAPI) -> None:
    """Make the app answer every foreseen error as a problem."""
    app.add_exception_handler(CourierError, _courier_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _invalid_request)


def of_error(error: CourierError) -> Response:
    """The problem that an error of ours stands for."""
    headers = {"Retry-After": RETRY_SECONDS} if isinstance(error, NotYet) else {}
    return problem(
        error.http_status,
        error.code,
        error.message,
        title=_phrase(error.http_status),
        hint=error.hint,
        problems=error.problems,
        headers=headers,
    )


def of_status(status: int, code: str, detail: str, **headers: str) -> Response:
    """A problem of HTTP itself."""
    return problem(status, code, detail, title=_phrase(status), headers=headers)


class CrashMiddleware:
    """The last resort: an unforeseen exception is logged whole; the client hears one sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; if that fails before it began, answer 500."""
        begun = False

        async def noting_send(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        except Exception:
            if scope["type"] != "http" or begun:
                raise
            _log.exception("%s %s failed", scope["method"], scope["path"])
            answer = of_status(
                500, "error", "The backend failed at this; its log says more (state/log)."
            )
            await answer(scope, receive, send)


async def _courier_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, CourierError)  # noqa: S101  registered for nothing else
    return of_error(error)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for nothing else
    path = request.url.path
    if error.status_code == HTTPStatus.NOT_FOUND:
        return of_status(404, "no-such-path", f"There is nothing at {path}.")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = _methods_of(request)
        are = "is" if len(methods) == 1 else "are"
        detail = f"{request.method} is not possible on {path}; {' and '.join(methods)} {are}."
        return of_status(405, "method-not-allowed", detail, allow=", ".join(methods))
    return of_status(error.status_code, "bad-request", f"{error.detail}.")


def _methods_of(request: Request) -> list[str]:
    """What is possible on a path. Each method is a route of its own; the error knows of one."""
    routes: list[BaseRoute] = request.app.routes
    return [
        method
        for method in _METHODS
        if any(each.matches(dict(request.scope, method=method))[0] is Match.FULL for each in routes)
    ]


async def _invalid_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for nothing else
    problems = [_problem_item(each) for each in error.errors()]
    detail = f"{problems[0]['path']}: {problems[0]['message']}." if problems else "Invalid."
    return problem(422, "bad-input", detail, title=_phrase(422), problems=problems)


def _problem_item(error: dict[str, Any]) -> ProblemItem:
    """A finding of pydantic, with the place named as the client wrote it."""
    _where, *path = error["loc"]
    if "inputs" in path:  # perhaps a sensitive one: it is not repeated
        error = {**error, "input": "…"}
    message, meant = worded(error)
    return {
        "severity": "error",
        "path": ".".join(str(part) for part in path) or "body",
        "line": 0,
        "column": 0,
        "message": message.rstrip("."),
        "didYouMean": meant,
    }


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
