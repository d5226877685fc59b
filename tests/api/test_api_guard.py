"""What stands before the routes: token, host and origin, size of bodies, crashes."""

import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from courier_backend.api.activity import Activity, ActivityMiddleware
from courier_backend.api.bodies import BodyLimitMiddleware
from courier_backend.api.guard import GuardMiddleware
from courier_backend.api.problems import CrashMiddleware

pytestmark = pytest.mark.anyio


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(body or b"nothing")(scope, receive, send)


async def _crash(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ZeroDivisionError("a secret detail")


async def _ask(
    app: ASGIApp,
    path: str = "/x",
    *,
    method: str = "GET",
    base: str = "http://127.0.0.1:31050",
    content: bytes | AsyncIterator[bytes] | None = None,
    **headers: str,
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        return await client.request(method, path, headers=named, content=content)


GUARDED = GuardMiddleware(_echo, "the token", frozenset({"courier.lan"}))


async def test_the_token_opens() -> None:
    assert (await _ask(GUARDED, authorization="Bearer the token")).status_code == 200
    assert (await _ask(GUARDED, authorization="bearer  the token ")).status_code == 200


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer the toke", "Bearer the token2", "Basic the token"]
)
async def test_nothing_else_does(given: str) -> None:
    answer = await _ask(GUARDED, authorization=given)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthorized"


@pytest.mark.parametrize("path", ["/healthz", "/evidence/run/x"])
async def test_open_paths(path: str) -> None:
    assert (await _ask(GUARDED, path)).status_code == 200


@pytest.mark.parametrize("path", ["/healthz/", "/healthz2", "/evidence", "//evidence/x", "/"])
async def test_paths_that_only_look_open(path: str) -> None:
    assert (await _ask(GUARDED, path)).status_code == 401


@pytest.mark.parametrize(
    "base",
    ["http://localhost:1", "http://[::1]:1", "http://10.0.0.7", "http://courier.lan:31050"],
)
async def test_hosts_that_are_ours(base: str) -> None:
    assert (await _ask(GUARDED, "/healthz", base=base)).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.x", "[::1"])
async def test_a_rebound_name_is_refused(host: str) -> None:
    answer = await _ask(GUARDED, "/healthz", host=host, authorization="Bearer the token")
    assert answer.status_code == 421


async def test_a_page_of_another_origin_is_refused() -> None:
    good = "http://127.0.0.1:31050"
    assert (await _ask(GUARDED, "/healthz", origin=good)).status_code == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", "http://[x"):
        assert (await _ask(GUARDED, "/healthz", origin=origin)).status_code == 421


async def test_bodies_up_to_the_limit() -> None:
    app = BodyLimitMiddleware(_echo, 10)
    assert (await _ask(app, method="POST", content=b"0123456789")).text == "0123456789"
    assert (await _ask(app, method="POST")).text == "nothing"


async def test_an_announced_body_beyond_the_limit() -> None:
    answer = await _ask(BodyLimitMiddleware(_echo, 10), method="POST", content=b"01234567890")
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body is larger than 10 bytes."


async def test_a_body_that_just_goes_on() -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1000:
            sent += 4
            yield b"0123"

    answer = await _ask(BodyLimitMiddleware(_echo, 10), method="PUT", content=parts())
    assert answer.status_code == 413
    assert sent < 1000


async def test_a_crash_is_logged_whole_and_told_in_a_sentence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await _ask(CrashMiddleware(_crash))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["title"] == "Internal Server Error"
    assert "a secret detail" in caplog.text


async def test_a_crash_after_the_beginning_ends_the_connection() -> None:
    async def half(scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError(scope["path"])

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/x", "headers": []}
    with pytest.raises(ZeroDivisionError):
        await CrashMiddleware(half)(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start"]


class _Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_use_is_remembered_but_not_that_of_watchers() -> None:
    clock = _Clock()
    activity = Activity(clock)
    app = ActivityMiddleware(_echo, activity)
    begin = clock.now
    clock.now = datetime(2026, 1, 1, 1, tzinfo=UTC)
    await _ask(app, "/healthz")
    await _ask(app, "/metrics")
    assert activity.last_use() == begin
    await _ask(app, "/courier")
    assert activity.last_use() == clock.now
    assert activity.requests == 1


async def test_an_open_request_is_use_now() -> None:
    clock = _Clock()
    activity = Activity(clock)
    with activity.request(), activity.stream():
        clock.now = datetime(2026, 1, 2, tzinfo=UTC)
        assert activity.last_use() == clock.now
        assert activity.streams == 1
    assert activity.streams == 0


async def test_problems_are_json() -> None:
    answer = await _ask(GUARDED)
    keys = {"type", "title", "status", "detail", "code", "hint", "problems"}
    assert set(json.loads(answer.content)) == keys
