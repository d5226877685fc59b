"""Driving the app in tests: a headless app on a fake backend, and waiting until it is at rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input
from tui_backend import FakeBackend
from tui_world import clock

from courier_tui.app import CourierApp
from courier_tui.ports import Backend
from courier_tui.screens.editor import Editor
from courier_tui.screens.run import RunScreen
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.table import Table

MOVES = {"up", "down", "left", "right", "tab"}
ENDLESS = {"link", "output", "leave", "work", "leave-editor", "beginning", "save"}
"""Workers that wait for somebody: a stream, or an answer to a dialog."""


def make_app(backend: FakeBackend, **more: Any) -> CourierApp:
    async def connect(start: bool) -> Backend:
        del start
        if backend.gone is not None:
            raise backend.gone
        return backend

    return CourierApp(connect, clock=clock, flush_seconds=0.01, first_pause=600, **more)


@asynccontextmanager
async def running(
    backend: FakeBackend, size: tuple[int, int] = (120, 36), **more: Any
) -> AsyncIterator[Pilot[int]]:
    app = make_app(backend, **more)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[Any]) -> None:
    """Until nothing is asked, drawn or waited for any more."""
    async with asyncio.timeout(10):
        calm = 0
        while calm < 2:
            await pilot.pause()
            calm = 0 if _busy(pilot) else calm + 1


def _busy(pilot: Pilot[Any]) -> bool:
    app = pilot.app
    assert isinstance(app, CourierApp)
    if app._flushing:
        return True
    screen = app.screen
    if isinstance(screen, Editor) and screen._checking is not None:
        task = screen._checking._task
        if task is not None and not task.done():
            return True
    if isinstance(screen, RunScreen) and screen._drawing:
        return True
    return any(worker.group not in ENDLESS and not worker.is_finished for worker in app.workers)


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """The keys, at rest between those that change what is shown."""
    for key in keys:
        await pilot.press(key)
        if key not in MOVES and not isinstance(pilot.app.screen.focused, Input):
            await settle(pilot)
    await settle(pilot)


def screen_of(pilot: Pilot[Any]) -> Screen[Any]:
    return pilot.app.screen


def name_of(pilot: Pilot[Any]) -> str:
    return type(pilot.app.screen).__name__


def shown(pilot: Pilot[Any]) -> str:
    """Everything on the screen, as text."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip) for strip in strips]
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    return "\n".join(line.rstrip() for line in lines)


def listing_of(pilot: Pilot[Any]) -> Listing[Any]:
    return pilot.app.screen.query_one(Listing)


def table_of(pilot: Pilot[Any], selector: str = "") -> Table[Any]:
    if selector:
        return pilot.app.screen.query_one(selector, Table)
    return pilot.app.screen.query(Table).first()


def told(pilot: Pilot[Any]) -> str:
    """All notes in the corner."""
    return "\n".join(f"{note.title}: {note.message}" for note in pilot.app._notifications)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
