"""Output: followed, paused, bounded; and where it comes from."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tui_backend import FakeBackend, event
from tui_pilot import press, running, settle, shown, until
from tui_world import small_world

from courier_backend.model.errors import Gone, Unreachable
from courier_tui.output import TAIL_BYTES, OutputReader, Which
from courier_tui.widgets.log_view import Lines, LogView

pytestmark = pytest.mark.anyio
WHICH = Which("r", 1, 1)


def texts(lines: Lines) -> list[str]:
    return [line.text for line in lines.seen(("stdout", "stderr"))]


class TestLines:
    def test_parts_of_lines_are_put_together(self) -> None:
        lines = Lines()
        lines.feed("stdout", "one\ntw")
        lines.feed("stderr", "warn\n")
        lines.feed("stdout", "o\nthr")
        assert texts(lines) == ["one", "warn", "two", "thr"]
        lines.finish()
        assert [line.text for line in lines.items] == ["one", "warn", "two", "thr"]

    def test_one_stream_can_be_left_out(self) -> None:
        lines = Lines()
        lines.feed("stdout", "out\n")
        lines.feed("stderr", "err\n")
        lines.note("a word")
        assert [line.text for line in lines.seen(("stderr",))] == ["err", "a word"]

    def test_memory_is_bounded(self) -> None:
        lines = Lines(most=10)
        lines.feed("stdout", "x\n" * 25)
        assert len(lines) == 10
        assert lines.lost == 15


class TestReader:
    async def _read(self, backend: FakeBackend, *, running: bool) -> Lines:
        lines = Lines()
        reader = OutputReader(backend, WHICH, lines, lambda: None)
        await reader.read(running=running)
        assert reader.done
        return lines

    async def test_what_is_past_is_read_whole(self) -> None:
        backend = FakeBackend()
        backend.output["r", 1, 1, "stdout"] = "a\nb\n"
        backend.output["r", 1, 1, "stderr"] = "c"
        assert texts(await self._read(backend, running=False)) == ["a", "b", "c"]

    async def test_of_much_only_the_end_is_read(self) -> None:
        backend = FakeBackend()
        backend.output["r", 1, 1, "stdout"] = "x" * 1023 + "\n" + ("y" * 1023 + "\n") * 512
        found = texts(await self._read(backend, running=False))
        assert found[0].startswith("… 1.0 KiB before this")
        assert len(found) == 1 + TAIL_BYTES // 1024

    async def test_live_output_closes_the_gap_before_it(self) -> None:
        backend = FakeBackend()
        backend.output["r", 1, 1, "stdout"] = "early\nlate\n"
        queue = backend.live.setdefault(("r", 1, 1), asyncio.Queue())
        for mark in (_output(6, "late\n"), _output(6, "late\n"), {"type": "end"}):
            queue.put_nowait(mark)
        assert texts(await self._read(backend, running=True)) == ["early", "late"]

    async def test_hidden_output_is_said_once_and_read_at_its_end(self) -> None:
        backend = FakeBackend()
        backend.output["r", 1, 1, "stdout"] = "masked\n"
        queue = backend.live.setdefault(("r", 1, 1), asyncio.Queue())
        for mark in (
            _output(0, "") | {"hidden": 7},
            _output(0, "") | {"hidden": 9},
            {"type": "end"},
        ):
            queue.put_nowait(mark)
        assert texts(await self._read(backend, running=True)) == [
            "… stdout is hidden until the step ends, 7 B so far …",
            "masked",
        ]

    async def test_what_was_dropped_is_said(self) -> None:
        backend = FakeBackend()
        queue = backend.live.setdefault(("r", 1, 1), asyncio.Queue())
        dropped: dict[str, Any] = {"type": "dropped", "bytes": 2048}
        for mark in (_output(0, "a\n"), dropped, _output(2050, "z\n"), {"type": "end"}):
            queue.put_nowait(mark)
        backend.output["r", 1, 1, "stdout"] = "a\n"
        found = texts(await self._read(backend, running=True))
        assert found[0] == "a"
        assert "2.0 KiB came too fast" in found[1]
        assert found[2] == "z"

    async def test_lost_output_says_why(self) -> None:
        backend = FakeBackend()
        backend.refuse["/output"] = Gone("The output is lost with its evidence: node gone.")
        found = texts(await self._read(backend, running=False))
        assert found == ["The output is lost with its evidence: node gone."]

    async def test_lost_contact_can_be_taken_up_again(self) -> None:
        backend = FakeBackend()
        backend.go_away()
        reader = OutputReader(backend, WHICH, Lines(), lambda: None)
        with pytest.raises(Unreachable):
            await reader.read(running=False)
        assert not reader.done


def _output(offset: int, text: str) -> dict[str, Any]:
    return {
        "type": "output",
        "step": 1,
        "attempt": 1,
        "stream": "stdout",
        "offset": offset,
        "bytes": len(text),
        "text": text,
    }


class TestView:
    async def test_it_opens_at_the_end_and_scrolling_up_pauses(self) -> None:
        async with running(small_world(), size=(100, 24)) as pilot:
            await press(pilot, "3", "enter", "enter")
            view = pilot.app.screen.query_one(LogView)
            await until(pilot, lambda: "warning: cache is cold" in shown(pilot))
            await press(pilot, "enter", "pageup")
            assert "paused" in shown(pilot)
            view.lines.feed("stdout", "more\nand more\n")
            view.lines_changed()
            await settle(pilot)
            assert "▼ 2 new lines" in shown(pilot)
            assert "and more" not in shown(pilot)
            await press(pilot, "f")
            assert "paused" not in shown(pilot)
            assert "and more" in shown(pilot)

    async def test_the_very_end_follows_again(self) -> None:
        async with running(small_world(), size=(100, 24)) as pilot:
            await press(pilot, "3", "enter", "enter")
            view = pilot.app.screen.query_one(LogView)
            await until(pilot, lambda: "warning" in shown(pilot))
            await press(pilot, "enter", "up", "up")
            assert not view.following
            await press(pilot, "down", "down")
            assert view.following

    async def test_one_stream_alone(self) -> None:
        async with running(small_world()) as pilot:
            await press(pilot, "3", "enter", "enter")
            await until(pilot, lambda: "warning" in shown(pilot))
            await press(pilot, "t")
            assert "warning" not in shown(pilot)
            await press(pilot, "t")
            assert "warning" in shown(pilot)
            assert "fetching" not in shown(pilot)

    async def test_live_lines_are_shown_as_they_come(self) -> None:
        backend = small_world()
        one = backend.runs[7]
        async with running(backend) as pilot:
            await press(pilot, "3", "enter", *["down"] * 7, "enter")
            await until(pilot, lambda: bool(backend.live))
            queue = backend.live[one["runId"], 2, 1]
            backend.output.clear()
            queue.put_nowait(_output(0, "as it comes\n"))
            await until(pilot, lambda: "as it comes" in shown(pilot))

    async def test_the_steps_follow_what_runs_until_one_is_chosen(self) -> None:
        backend = small_world()
        run_id = backend.runs[7]["runId"]
        async with running(backend) as pilot:
            await press(pilot, "3", "enter", *["down"] * 7, "enter")
            assert "restart" in str(pilot.app.screen.query_one("#output").border_title)
            steps = backend.steps[run_id]
            steps[1] = {**steps[1], "status": "success"}
            steps[1]["attempts"][0]["status"] = "success"
            steps[2] = {
                **steps[2],
                "status": "running",
                "attempts": [{**steps[1]["attempts"][0], "status": "running"}],
            }
            backend.tell(event("step-started", run=run_id))
            await settle(pilot)
            assert "verify" in str(pilot.app.screen.query_one("#output").border_title)
            await press(pilot, "home")
            backend.tell(event("attempt-started", run=run_id))
            await settle(pilot)
            assert "fetch" in str(pilot.app.screen.query_one("#output").border_title)
