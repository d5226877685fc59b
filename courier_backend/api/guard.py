"""Who may ask: the token, and requests that were not meant for us at all.

A page in a browser can make its own name point to 127.0.0.1 (DNS rebinding): a request for a
name that is not ours, or from another origin, is refused before anything else.
"""

import hmac
import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from courier_backend.api.problems import of_error, of_status
from courier_backend.model.errors import CourierError, Unauthorized

_OPEN_PATHS: Final = frozenset({"/healthz"})
_SIGNED: Final = "/evidence/"
_BEARER: Final = "bearer"


class GuardMiddleware:
    """Lets through what has the token, a signed link, or asks for health."""

    def __init__(self, app: ASGIApp, token: str, hosts: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = hosts | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._meant_for_us(headers):
            answer = of_status(
                421, "misdirected", "This request was made for another host or by another origin."
            )
        elif (refusal := self._refusal(scope["path"], headers)) is not None:
            answer = of_error(refusal)
            answer.headers["WWW-Authenticate"] = "Bearer"
        else:
            await self._app(scope, receive, send)
            return
        await answer(scope, receive, send)

    def _meant_for_us(self, headers: Headers) -> bool:
        host = headers.get("host", "")
        origin = headers.get("origin")
        try:
            if origin is not None and urlsplit(origin).netloc != host:
                return False
            return self._is_ours(urlsplit(f"//{host}").hostname or "")
        except ValueError:  # neither is a host that anybody could have meant
            return False

    def _is_ours(self, host: str) -> bool:
        """An address cannot be rebound; a name must be known."""
        if host in self._hosts:
            return True
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True

    def _refusal(self, path: str, headers: Headers) -> CourierError | None:
        if path in _OPEN_PATHS or path.startswith(_SIGNED):
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != _BEARER:
            return Unauthorized(
                "This needs the token of the backend, as a bearer token.",
                hint="Send `Authorization: Bearer TOKEN`; the token stands in run/backend.json.",
            )
        if not hmac.compare_digest(given.strip().encode(), self._token):
            return Unauthorized("This is not the token of this backend.")
        return None
