"""How each screen looks: in the dark, in the light, small, empty, and when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from tui_backend import FakeBackend
from tui_pilot import make_app, press, settle, shown, until
from tui_world import node, small_world

from courier_backend.model.errors import CourierError
from courier_tui.theming import DARK, LIGHT
from courier_tui.widgets.banner import Banner

Compare = Callable[..., bool]

SCREENS: dict[str, tuple[str, ...]] = {
    "overview": (),
    "jobs": ("2",),
    "job": ("2", "enter"),
    "instances": ("3",),
    "instance": ("3", "enter"),
    "run": ("3", "enter", *["down"] * 6, "enter"),
    "nodes": ("4",),
    "node": ("4", "down", "enter"),
    "beginning": ("n",),
    "editor": ("n", "enter"),
    "help": ("2", "question_mark"),
    "cancel": ("3", "c"),
    "leaving": ("q",),
}
LOOKS = {"dark": (DARK, (120, 36)), "light": (LIGHT, (120, 36)), "small": (DARK, (80, 24))}


def steps(*keys: str, theme: str = DARK) -> Callable[[Pilot[Any]], Any]:
    """Bring the app to a place, and to rest."""

    async def go(pilot: Pilot[Any]) -> None:
        pilot.app.theme = theme
        await settle(pilot)
        await press(pilot, *keys)
        if keys[-1:] == ("enter",) and "n" in keys:
            await until(pilot, lambda: "submits it" in shown(pilot))
        still(pilot)

    return go


def still(pilot: Pilot[Any]) -> None:
    """No cursor blinks."""
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    for area in pilot.app.screen.query(TextArea):
        area.cursor_blink = False


SHOTS = [(screen, look) for look in ("dark", "small") for screen in SCREENS] + [
    (screen, "light") for screen in ("overview", "instance", "run", "editor", "cancel")
]


@pytest.mark.parametrize(("screen", "look"), SHOTS)
def test_a_screen(snap_compare: Compare, screen: str, look: str) -> None:
    theme, size = LOOKS[look]
    go = steps(*SCREENS[screen], theme=theme)
    assert snap_compare(make_app(small_world()), terminal_size=size, run_before=go)


def empty() -> FakeBackend:
    backend = FakeBackend()
    backend.nodes = [node(0, "this-machine", builtin=True, lab=False, tags={})]
    return backend


@pytest.mark.parametrize("screen", ["overview", "jobs", "instances", "nodes"])
def test_an_empty_screen(snap_compare: Compare, screen: str) -> None:
    backend = FakeBackend() if screen == "nodes" else empty()
    go = steps(*SCREENS[screen])
    assert snap_compare(make_app(backend), terminal_size=(100, 24), run_before=go)


def test_a_list_that_cannot_be_had(snap_compare: Compare) -> None:
    backend = small_world()
    backend.refuse["/jobs"] = CourierError("The backend's disk is full; nothing was changed.")
    app = make_app(backend)
    assert snap_compare(app, terminal_size=(100, 24), run_before=steps("2"))


def test_lost_contact(snap_compare: Compare) -> None:
    backend = small_world()

    async def go(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, "3")
        backend.go_away("The backend at http://127.0.0.1:31050 cannot be reached: refused.")
        await until(pilot, lambda: pilot.app.screen.query_one(Banner).display)
        await settle(pilot)

    assert snap_compare(make_app(backend), terminal_size=(120, 24), run_before=go)


def test_a_job_with_problems(snap_compare: Compare) -> None:
    backend = small_world()
    problems = [
        {
            "severity": "error",
            "path": "target.groups[0].distributionMethod",
            "line": 13,
            "column": 27,
            "message": "“roling” is not one of batching, rolling",
            "didYouMean": "rolling",
        },
        {
            "severity": "warning",
            "path": "colour",
            "line": 4,
            "column": 1,
            "message": "not a field of a job",
            "didYouMean": "",
        },
    ]
    backend.plan = {**backend.plan, "valid": False, "problems": problems}

    async def go(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, "n", "enter")
        await until(pilot, lambda: "1 error" in shown(pilot))
        still(pilot)

    assert snap_compare(make_app(backend), terminal_size=(120, 36), run_before=go)


def test_a_filter(snap_compare: Compare) -> None:
    go = steps("3", "slash", *"kernel", "enter", "space", "s")
    assert snap_compare(make_app(small_world()), terminal_size=(120, 24), run_before=go)
