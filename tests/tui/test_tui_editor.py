"""Writing a job: templates, files, live checking, handing in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tui_backend import FakeBackend
from tui_pilot import make_app, name_of, press, running, settle, shown, told, until
from tui_world import HOSTILE, good_plan, node, small_world

from courier_backend.model.errors import BadInput, CourierError
from courier_backend.model.parse import parse_job
from courier_tui.saving import write_whole
from courier_tui.screens.beginning import MOST_BYTES, read_job_file
from courier_tui.screens.editor import Editor, language_of
from courier_tui.templates import TEMPLATES, definition_text
from courier_tui.widgets.job_text import JobText

pytestmark = pytest.mark.anyio

PROBLEM: dict[str, Any] = {
    "severity": "error",
    "path": "target.groups[0].batchSize.valeu",
    "line": 14,
    "column": 9,
    "message": "“valeu” is not known [/]",
    "didYouMean": "value",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.key)
@pytest.mark.parametrize("name", ["plain", *HOSTILE])
def test_every_template_is_a_sound_job(template: Any, name: str) -> None:
    nodes: Any = [node(1, name, builtin=True), node(2, name), node(3, archived=True)]
    parsed = parse_job(template.text(nodes), "yaml")
    assert parsed.problems == []
    assert parsed.job is not None
    identifiers = parsed.job.target.groups[0].node_identifiers
    assert nodes[0]["id"] in (identifiers or [])
    assert nodes[2]["id"] not in (identifiers or [])


def test_a_template_without_nodes_is_still_yaml() -> None:
    assert parse_job(TEMPLATES[0].text([]), "yaml").problems != [None]


def test_a_definition_is_the_job_without_what_became_of_it() -> None:
    text = definition_text(small_world().jobs[0])
    assert "executionCount" not in text
    assert json.loads(text)["name"] == "hello"


async def open_hello(pilot: Any) -> Editor:
    await press(pilot, "n", "enter")
    await until(pilot, lambda: name_of(pilot) == "Editor")
    await settle(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, Editor)
    return screen


async def test_a_job_of_the_list_is_edited_as_a_new_one() -> None:
    world = small_world()
    async with running(world) as pilot:
        await press(pilot, "2", "e")
        await until(pilot, lambda: name_of(pilot) == "Editor")
        assert '"name": "rolling-update"' in pilot.app.screen.query_one(JobText).text
        await press(pilot, "escape")
        assert name_of(pilot) == "Jobs"


async def test_by_keys_alone_from_the_first_screen_to_the_live_instance() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await open_hello(pilot)
        assert backend.nodes[0]["id"] in shown(pilot)
        assert "no problems" in shown(pilot)
        assert "8 nodes" in shown(pilot)
        assert "lab-01, lab-02, lab-03" in shown(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: name_of(pilot) == "InstanceScreen")
        assert backend.submitted[0]["bodyFormat"] == "yaml"
        assert backend.asked("/submissions")[0].headers["Idempotency-Key"]
        await press(pilot, "escape")
        assert name_of(pilot) == "Overview"


async def test_problems_stand_beside_the_text_and_lead_to_their_line() -> None:
    backend = small_world()
    backend.plan = {**good_plan(backend), "valid": False, "problems": [PROBLEM]}
    async with running(backend, size=(160, 40)) as pilot:
        editor = await open_hello(pilot)
        text = shown(pilot)
        assert "1 error" in text
        assert "line 14" in text
        assert "Did you mean value?" in " ".join(text.split())
        await press(pilot, "f8")
        assert editor.area.cursor_location == (13, 8)


async def test_what_is_typed_is_checked() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        editor = await open_hello(pilot)
        editor.area.text = "name: other"
        await until(
            pilot, lambda: any(b"name: other" in call.body for call in backend.asked("/plan"))
        )


async def test_a_text_that_cannot_be_read_is_told_like_any_problem() -> None:
    backend = small_world()
    backend.refuse["/plan"] = BadInput("The text is no job.")
    async with running(backend) as pilot:
        await open_hello(pilot)
        assert "The text is no job." in shown(pilot)


async def test_without_contact_it_is_not_checked_and_nothing_is_lost() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        editor = await open_hello(pilot)
        backend.go_away()
        editor.reload()
        await until(pilot, lambda: "Not checked" in shown(pilot))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "refused" in told(pilot))
        assert name_of(pilot) == "Editor"


async def test_a_refused_job_shows_its_problems() -> None:
    backend = small_world()
    problem: Any = PROBLEM
    backend.refuse["/submissions"] = BadInput("Not sound.", problems=[problem])
    async with running(backend) as pilot:
        await open_hello(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "not accepted" in told(pilot))
        assert name_of(pilot) == "Editor"
        assert "1 error" in shown(pilot)


async def test_leaving_asks_when_something_was_written() -> None:
    async with running(small_world()) as pilot:
        editor = await open_hello(pilot)
        editor.area.text = "name: mine"
        await press(pilot, "escape")
        assert "Throw away what you wrote?" in shown(pilot)
        await press(pilot, "enter")
        assert name_of(pilot) == "Editor"
        await press(pilot, "escape", "tab", "enter")
        await until(pilot, lambda: name_of(pilot) == "Overview")


async def test_leaving_does_not_ask_when_nothing_was_written() -> None:
    async with running(small_world()) as pilot:
        await open_hello(pilot)
        await press(pilot, "escape")
        assert name_of(pilot) == "Overview"


async def test_a_job_can_be_written_anew() -> None:
    async with running(small_world()) as pilot:
        await press(pilot, "2", "enter", "e")
        assert name_of(pilot) == "Editor"
        assert '"name": "rolling-update"' in shown(pilot)


SAMPLES = {
    "job.json": '{"name": "x", "n": [1, true, null]}',
    "job.yaml": "name: x # why\nn: [1, true, null]\n",
    "job.toml": 'name = "x" # why\nn = [1, 2.5, true]\nat = 2024-01-01T00:00:00Z\n',
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("theme", ["courier-dark", "courier-light"])
async def test_each_language_is_coloured(name: str, theme: str) -> None:
    app = make_app(small_world())
    async with app.run_test(size=(100, 30)) as pilot:
        app.theme = theme
        app.open(Editor(SAMPLES[name], "x", name))
        await settle(pilot)
        area = app.screen.query_one(JobText)
        assert area.is_syntax_aware
        assert area.language == language_of(name)
        assert "name" in shown(pilot)


class TestFiles:
    def test_a_file_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "job.json"
        path.write_bytes(b"\xef\xbb\xbf{}")
        assert read_job_file(path) == "{}"

    def test_what_is_no_job_file_is_one_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(CourierError, match="cannot be read: No such file"):
            read_job_file(tmp_path / "none")
        with pytest.raises(CourierError, match="cannot be read: Is a directory"):
            read_job_file(tmp_path)
        binary = tmp_path / "binary"
        binary.write_bytes(b"abc\xff")
        with pytest.raises(CourierError, match="byte 3 is not UTF-8"):
            read_job_file(binary)
        large = tmp_path / "large"
        large.write_bytes(b"a" * (MOST_BYTES + 1))
        with pytest.raises(CourierError, match="too large"):
            read_job_file(large)

    async def test_the_picker_opens_a_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "mine.toml").write_text('name = "from a file"')
        monkeypatch.chdir(tmp_path)
        async with running(small_world()) as pilot:
            await press(pilot, "n", "up", "up", "enter")
            await until(pilot, lambda: name_of(pilot) == "FileOpen")
            pilot.app.screen.dismiss(tmp_path / "mine.toml")
            await until(pilot, lambda: name_of(pilot) == "Editor")
            await settle(pilot)
            assert "from a file" in shown(pilot)

    def test_a_text_is_written_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "job.yaml"
        write_whole(path, "one")
        write_whole(path, "two")
        assert path.read_text() == "two"
        assert [each.name for each in tmp_path.iterdir()] == ["job.yaml"]

    def test_or_not_at_all(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            write_whole(tmp_path / "none" / "job.yaml", "one")


async def test_saving_writes_what_stands_there(tmp_path: Path) -> None:
    async with running(small_world()) as pilot:
        editor = await open_hello(pilot)
        editor.area.text = "name: kept"
        await pilot.press("ctrl+o")
        await until(pilot, lambda: name_of(pilot) == "FileSave")
        pilot.app.screen.dismiss(tmp_path / "kept.yaml")
        await until(pilot, (tmp_path / "kept.yaml").exists)
        await until(pilot, lambda: "Saved as" in told(pilot))
        assert (tmp_path / "kept.yaml").read_text() == "name: kept"
        await press(pilot, "escape")
        assert name_of(pilot) == "Overview"


async def test_a_new_job_needs_no_nodes_to_begin() -> None:
    async with running(FakeBackend()) as pilot:
        await press(pilot, "n", "up", "enter")
        assert name_of(pilot) == "Editor"
        assert "Nothing written yet" in shown(pilot)
