"""The frame of the app: themes, keys, help, palette, start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.color import Color as RichColor
from textual.binding import Binding
from textual.color import Color
from textual.command import CommandPalette
from textual.widgets import Input
from tui_backend import FakeBackend
from tui_pilot import make_app, name_of, press, running, screen_of, settle, shown, told, until
from tui_world import small_world

from courier_backend.model.errors import BadInput
from courier_backend.model.places import places
from courier_tui import theming
from courier_tui.app import CourierApp, run
from courier_tui.keymap import EVERYWHERE, RANKS
from courier_tui.screens.beginning import Beginning
from courier_tui.screens.confirm import Confirm
from courier_tui.screens.editor import Editor
from courier_tui.screens.help import Help
from courier_tui.screens.instance import InstanceScreen
from courier_tui.screens.instances import Instances
from courier_tui.screens.job import JobScreen
from courier_tui.screens.jobs import Jobs
from courier_tui.screens.live import LiveScreen
from courier_tui.screens.node import NodeScreen
from courier_tui.screens.nodes import Nodes
from courier_tui.screens.overview import Overview
from courier_tui.screens.run import RunScreen
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.log_view import LogView
from courier_tui.widgets.table import Table

pytestmark = pytest.mark.anyio
WITH_KEYS: tuple[type[Any], ...] = (
    CourierApp,
    LiveScreen,
    Overview,
    Jobs,
    JobScreen,
    Instances,
    InstanceScreen,
    Nodes,
    NodeScreen,
    RunScreen,
    Editor,
    Beginning,
    Confirm,
    Help,
    Listing,
    Table,
    LogView,
)


class TestKeys:
    @pytest.mark.parametrize("owner", WITH_KEYS, ids=lambda owner: owner.__name__)
    def test_each_has_a_name_a_label_and_help(self, owner: type[Any]) -> None:
        for binding in owner.__dict__.get("BINDINGS", ()):
            assert isinstance(binding, Binding)
            assert binding.id
            assert binding.description
            assert binding.tooltip

    def test_ids_are_ranked_once(self) -> None:
        assert len({command.id for command in EVERYWHERE}) == len(EVERYWHERE)
        assert all(command.id in RANKS for command in EVERYWHERE)

    async def test_a_key_can_be_another(self) -> None:
        async with running(small_world()) as pilot:
            pilot.app.set_keymap({"section.jobs": "J"})
            await press(pilot, "J")
            assert name_of(pilot) == "Jobs"

    async def test_the_footer_says_what_keys_do_here(self) -> None:
        async with running(small_world()) as pilot:
            await press(pilot, "2")
            last = shown(pilot).splitlines()[-1]
            for words in ("enter Open", "r Run now", "c Cancel", "/ Filter", "n New", "? Help"):
                assert words in last
            assert "Back" not in last

    async def test_help_finds_and_does(self) -> None:
        async with running(small_world()) as pilot:
            await press(pilot, "2", "question_mark")
            assert "Start one instance of this job now" in shown(pilot)
            await press(pilot, *"fleet")
            assert "Start one instance" not in shown(pilot)
            screen_of(pilot).query_one(Input).value = "go to nodes"
            await press(pilot, "enter")
            await until(pilot, lambda: name_of(pilot) == "Nodes")

    async def test_help_closes(self) -> None:
        async with running(small_world()) as pilot:
            await press(pilot, "question_mark", "down", "up", "escape")
            assert name_of(pilot) == "Overview"

    async def test_the_palette_has_the_commands_of_the_screen(self) -> None:
        async with running(small_world()) as pilot:
            await press(pilot, "2")
            await pilot.press("ctrl+p")
            await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
            await pilot.press(*"nodes")
            await until(pilot, lambda: "Go to nodes" in shown(pilot))
            await pilot.press("enter")
            await until(pilot, lambda: pilot.app.current_mode == "nodes")


class TestThemes:
    def test_ours_are_sound(self) -> None:
        loaded = theming.load([theming.own_folder()])
        assert loaded.failures == []
        assert {theme.name for theme in loaded.themes} == {theming.DARK, theming.LIGHT}

    @pytest.mark.parametrize("name", [theming.DARK, theming.LIGHT])
    @pytest.mark.parametrize(
        "color", ["foreground", "primary", "success", "warning", "error", "muted"]
    )
    def test_text_can_be_read(self, name: str, color: str) -> None:
        theme = next(t for t in theming.load([theming.own_folder()]).themes if t.name == name)
        value = theme.variables.get(color) or getattr(theme, color)
        assert _contrast(str(theme.background), value) >= 4.5

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("name = ", "it is not TOML"),
            ("dark = true", "it needs a name"),
            ('name = "x"', r"it needs a table \[colors\]"),
            ('name = "x"\ndark = "no"\n[colors]', "dark must be true or false"),
            ('name = "x"\n[colors]\nprimary = "#fff"', "colors lacks secondary"),
            ('name = "x"\n[colors]\nprimry = "#fff"', "Did you mean primary"),
            ('name = "x"\n[colors]\nprimary = "nocolor"', "'nocolor' is not a colour"),
        ],
    )
    def test_what_is_wrong_is_said(self, tmp_path: Path, text: str, why: str) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(text)
        with pytest.raises(theming.BadTheme, match=why):
            theming.read(path)

    async def test_a_bad_one_is_left_out_and_named(self, tmp_path: Path) -> None:
        (tmp_path / "broken.toml").write_text("name = ")
        good = (theming.own_folder() / "courier-dark.toml").read_text()
        (tmp_path / "good.toml").write_text(
            good.replace("courier-dark", "mine").split("[variables]")[0]
        )
        async with running(FakeBackend(), user_themes=tmp_path) as pilot:
            assert "broken.toml: it is not TOML" in told(pilot)
            assert "mine" in pilot.app.available_themes
            pilot.app.theme = "mine"
            await settle(pilot)
            assert "Courier" in shown(pilot)

    async def test_the_next_theme(self) -> None:
        async with running(small_world()) as pilot:
            await press(pilot, "ctrl+t")
            assert pilot.app.theme == theming.LIGHT
            await press(pilot, "ctrl+t")
            assert pilot.app.theme == theming.DARK

    async def test_without_colours_everything_is_said_in_words(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        app = make_app(small_world())
        async with app.run_test(size=(120, 36)) as pilot:
            await settle(pilot)
            await press(pilot, "3")
            assert app.no_color
            text = shown(pilot)
            for word in ("● running", "✓ success", "✗ failure", "⊘ canceled"):
                assert word in text
            for color in _colors(app):
                assert color.triplet is None or len(set(color.triplet)) == 1


def _colors(app: CourierApp) -> list[RichColor]:
    colors = []
    for strip in app.screen._compositor.render_strips():
        for segment in strip.apply_filter(app._filters[-1], Color(0, 0, 0)):
            style = segment.style
            if style is not None:
                colors += [color for color in (style.color, style.bgcolor) if color is not None]
    return colors


def _contrast(one: str, other: str) -> float:
    def luminance(text: str) -> float:
        parts = Color.parse(text).normalized
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class TestStart:
    def test_a_backend_without_a_token_is_one_sentence(self) -> None:
        with pytest.raises(BadInput, match="no token"):
            run(places(), url="http://127.0.0.1:1")

    def test_screens_and_clients_are_imported_when_needed(self) -> None:
        code = (
            "import sys, courier_tui.app\n"
            "late = ['courier_tui.screens.editor', 'courier_tui.screens.run', 'textual_fspicker',\n"
            "        'httpx', 'courier_tui.work', 'tree_sitter', 'pydantic']\n"
            "print(*(name for name in late if name in sys.modules))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == ("\n", "")


class TestEnd:
    async def test_a_second_that_passes_while_it_ends_finds_nothing_to_draw(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A screen loses its parts before it goes, while clocks and answers still come."""
        statuses: list[str] = []

        async def on_unmount(screen: RunScreen) -> None:
            assert not screen.children
            assert isinstance(screen.app, CourierApp)
            screen.app._tick()
            screen.app._show_changes()
            await screen.load()
            statuses.append(screen.run["status"] if screen.run else "")

        monkeypatch.setattr(RunScreen, "on_unmount", on_unmount, raising=False)
        async with running(small_world()) as pilot:
            await press(pilot, "3", "enter", *["down"] * 7, "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        assert statuses == ["running"]
