"""Live output: a tail for those who come late, marks for those who are slow, an end for all."""

from typing import Any

import pytest

from courier_backend.delivery import live_output
from courier_backend.delivery.live_output import LiveOutput

KEY = ("run", 1, 1)


def line(text: str, offset: int = 0) -> dict[str, Any]:
    return {
        "type": "output",
        "step": 1,
        "attempt": 1,
        "stream": "stdout",
        "offset": offset,
        "bytes": len(text),
        "text": text,
    }


@pytest.mark.anyio
async def test_a_late_reader_gets_the_tail_then_what_comes_then_the_end() -> None:
    live = LiveOutput()
    live.begin(KEY)
    live.publish("run", line("early"))
    with live.read_along(KEY) as marks:
        live.publish("run", line("later"))
        live.end(KEY)
        got = [mark async for mark in marks]
    assert [mark.get("text", mark["type"]) for mark in got] == ["early", "later", "end"]


@pytest.mark.anyio
async def test_of_hidden_output_the_last_size_alone_is_remembered() -> None:
    live = LiveOutput()
    live.begin(KEY)
    for size in (5, 10, 15):
        live.publish("run", line("") | {"hidden": size})
    with live.read_along(KEY) as marks:
        live.publish("run", line("") | {"hidden": 20})
        live.end(KEY)
        got = [mark async for mark in marks]
    assert [mark.get("hidden", mark["type"]) for mark in got] == [15, 20, "end"]


@pytest.mark.anyio
async def test_a_finished_attempt_ends_at_once() -> None:
    with LiveOutput().read_along(KEY) as marks:
        assert [mark async for mark in marks] == [{"type": "end"}]


@pytest.mark.anyio
async def test_a_slow_reader_loses_bytes_and_is_told_how_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_output, "READER_BYTES", 10)
    live = LiveOutput()
    live.begin(KEY)
    with live.read_along(KEY) as marks:
        for text in ("12345", "67890", "lost", "gone"):
            live.publish("run", line(text))
        live.end(KEY)
        got = [mark async for mark in marks]
    assert [mark["type"] for mark in got] == ["output", "output", "dropped", "end"]
    assert got[2]["bytes"] == 8


@pytest.mark.anyio
async def test_the_tail_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_output, "TAIL_BYTES", 8)
    live = LiveOutput()
    for text in ("aaaa", "bbbb", "cccc"):
        live.publish("run", line(text))
    with live.read_along(KEY) as marks:
        live.end_run("run")
        got = [mark async for mark in marks]
    assert got[0] == {"type": "dropped", "bytes": 4}
    assert [mark.get("text") for mark in got[1:3]] == ["bbbb", "cccc"]
    assert not live.is_live(KEY)


@pytest.mark.anyio
async def test_a_late_reader_of_much_output_can_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_output, "TAIL_BYTES", 8)
    monkeypatch.setattr(live_output, "READER_BYTES", 10)
    live = LiveOutput()
    for text in ("gone....", "gone too", "tail...."):
        live.publish("run", line(text))
    with live.read_along(KEY) as marks:
        got = [await anext(marks), await anext(marks)]
        live.publish("run", line("later..."))
        live.end(KEY)
        got += [mark async for mark in marks]
    assert [mark.get("text", mark["type"]) for mark in got] == [
        "dropped",
        "tail....",
        "later...",
        "end",
    ]
