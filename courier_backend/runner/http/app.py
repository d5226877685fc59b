"""The protocol of the nodes of one runner: who may ask, what is asked, who answers."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING, Final

from courier_backend.model.protocol import JOURNAL_HEADER
from courier_backend.runner.http.answers import Exchange, Headers, Receive, Refusal, Scope, Send
from courier_backend.runner.http.handlers import Handlers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from courier_backend.runner.node import Node
    from courier_backend.runner.runner import Runner

_BEARER: Final = b"Bearer "
_log = logging.getLogger(__name__)


class RunnerApp:
    """The ASGI application."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._handlers = Handlers(runner)
        self._headers: Headers = [
            (JOURNAL_HEADER.lower().encode(), runner.journal_id.encode()),
            (b"cache-control", b"no-store"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        exchange = Exchange(scope, receive, send, self._headers)
        try:
            node, parts = self._admit(exchange, scope["path"])
            self._runner.note_contact()
            await self._dispatch(exchange, node, parts)
        except Refusal as refusal:
            await exchange.refuse(refusal)
        except Exception:
            _log.exception("%s %s could not be answered", exchange.method, scope["path"])
            if exchange.begun:
                raise
            await exchange.refuse(Refusal(500, "error", "the runner failed to answer; see its log"))

    def _admit(self, exchange: Exchange, path: str) -> tuple[Node, list[str]]:
        """The node that is asked, and the rest of the path after ``/v1``.

        Raises:
            Refusal: there is no such node, or the token is not its own.
        """
        parts = path.split("/")
        node = self._runner.nodes.get(parts[2]) if parts[1:2] == ["nodes"] and parts[2:] else None
        if node is None:
            raise Refusal(404, "node-unknown", "there is no such node here")
        given = exchange.header(b"authorization")
        token = given.removeprefix(_BEARER) if given.startswith(_BEARER) else b""
        if not hmac.compare_digest(token, node.token):
            raise Refusal(401, "unauthorized", "the token is missing or wrong")
        if parts[3:4] != ["v1"]:
            raise Refusal(404, "not-found", "there is nothing at this address")
        return node, parts[4:]

    async def _dispatch(self, exchange: Exchange, node: Node, parts: list[str]) -> None:
        handler = self._find(exchange.method, parts)
        await handler(exchange, node, parts)

    def _find(
        self, method: str, parts: list[str]
    ) -> Callable[[Exchange, Node, list[str]], Awaitable[None]]:
        """The handler of a method and path.

        Raises:
            Refusal: there is none.
        """
        at_path = self._handlers.at(parts)
        if not at_path:
            raise Refusal(404, "not-found", "there is nothing at this address")
        if method not in at_path:
            allowed = ", ".join(sorted(at_path))
            raise Refusal(405, "method-not-allowed", f"only {allowed} can be done here")
        return at_path[method]
