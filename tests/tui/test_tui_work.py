"""What changes something: start, cancel, again, download, leave."""

from __future__ import annotations

import stat
from hashlib import sha256
from pathlib import Path

import pytest
from textual.widgets import Button
from tui_backend import FakeBackend, event
from tui_pilot import files_in, name_of, press, running, screen_of, settle, shown, told, until
from tui_world import run, small_world

from courier_backend.model.errors import Conflict, CourierError
from courier_backend.model.wire import ArtifactItem
from courier_tui.download import clean_name, downloads_folder, save

pytestmark = pytest.mark.anyio


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "downloads"
    monkeypatch.setenv("COURIER_DOWNLOADS", str(folder))
    return folder


class TestCancel:
    async def test_it_names_object_count_and_consequence_and_enter_changes_nothing(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "c")
            text = shown(pilot)
            assert "Cancel “rolling-update”, instance" in text
            assert "3 nodes at work" in text
            assert "2 nodes waiting" in text
            focused = screen_of(pilot).focused
            assert isinstance(focused, Button)
            assert str(focused.label) == "Change nothing"
            await press(pilot, "enter")
            assert name_of(pilot) == "Instances"
            assert not backend.asked("POST")

    async def test_the_other_button_cancels(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "c", "right", "enter")
            await until(pilot, lambda: bool(backend.asked("/cancel")))
            await until(pilot, lambda: "2 nodes stopping, 1 prevented" in told(pilot))

    async def test_marked_instances_are_all_meant(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "space", "space", "c")
            assert "Cancel 2 instances?" in shown(pilot)
            await press(pilot, "tab", "enter")
            await until(pilot, lambda: len(backend.asked("/cancel")) == 2)

    async def test_marked_runs_are_meant_and_not_the_instance(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "enter", *["down"] * 7, "space", "space", "c")
            assert "Cancel 2 runs?" in shown(pilot)
            await press(pilot, "tab", "enter")
            await until(pilot, lambda: len(backend.asked("/run/")) >= 2)
            assert not backend.asked("POST /courier/state-api/v1/instance")

    async def test_marks_out_of_sight_are_meant_too(self) -> None:
        backend = small_world()
        live, where = backend.instances[-1], backend.nodes[1]
        backend.runs = [run(n, live, where, "running") for n in range(1, 2001)]
        async with running(backend) as pilot:
            await press(pilot, "3", "enter", "space", "space", "end")
            backend.tell(event("run-changed", instance=live["id"]))
            await settle(pilot)
            await press(pilot, "c")
            assert "Cancel 2 runs?" in shown(pilot)

    async def test_a_job_says_that_it_will_not_be_executed_any_more(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "2", "enter", "c")
            assert "Cancel job “rolling-update”?" in shown(pilot)
            assert "History and evidence stay." in shown(pilot)
            await press(pilot, "tab", "enter")
            await until(pilot, lambda: bool(backend.asked("/cancel")))
            assert b'"instances": true' in backend.asked("/cancel")[0].body

    async def test_what_is_over_needs_no_question(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "end", "c")
            await until(pilot, lambda: "over already" in told(pilot))
            assert name_of(pilot) == "Instances"

    async def test_a_refusal_is_said(self) -> None:
        backend = small_world()
        backend.refuse["/cancel"] = Conflict("It is over.", hint="Look at it.")
        async with running(backend) as pilot:
            await press(pilot, "3", "c", "tab", "enter")
            await until(pilot, lambda: "It is over.\nLook at it." in told(pilot))

    async def test_one_that_is_refused_does_not_spare_the_others(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "space", "space", "c")
            live = [each["id"] for each in backend.instances if each["status"] == "running"]
            first = next(each for each in reversed(backend.instances) if each["id"] in live)
            backend.refuse[f"{first['id']}/cancel"] = Conflict("The disk is full.")
            await press(pilot, "tab", "enter")
            await until(pilot, lambda: len(backend.asked("/cancel")) == 2)
            await until(pilot, lambda: "The disk is full." in told(pilot))
            assert "Canceling 1 of 2 instances" in told(pilot)


class TestRun:
    async def test_one_job_runs_at_once_and_is_shown(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "2", "r")
            await until(pilot, lambda: name_of(pilot) == "InstanceScreen")
            assert len(backend.asked("/activated")) == 1

    async def test_several_are_asked_for_first(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "2", "space", "space", "r")
            assert "Run 2 jobs now?" in shown(pilot)
            await press(pilot, "escape")
            assert not backend.asked("/activated")
            await press(pilot, "r", "tab", "enter")
            await until(pilot, lambda: len(backend.asked("/activated")) == 2)

    async def test_what_was_started_before_a_refusal_is_told(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "2", "space", "space", "r")
            backend.refuse[f"{backend.jobs[-2]['id']}/activated"] = Conflict("No room.")
            await press(pilot, "tab", "enter")
            await until(pilot, lambda: "No room." in told(pilot))
            assert "Started: 1 of 2 instances." in told(pilot)

    async def test_again_where_it_did_not_succeed(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "R")
            await until(pilot, lambda: name_of(pilot) == "InstanceScreen")
            assert b'"failed"' in backend.asked("/retry")[0].body


class TestDownload:
    async def test_all_attempts_land_in_the_downloads_folder(self, downloads: Path) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "enter", "enter", "d")
            await until(pilot, lambda: "3 files downloaded" in told(pilot))
            names = files_in(downloads)
            assert len(names) == 3
            assert names[0] in told(pilot)
            assert str(downloads) in told(pilot)
            await press(pilot, "d")
            await until(pilot, lambda: "Already there" in told(pilot))
            assert files_in(downloads) == names

    async def test_nothing_to_download_is_said(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "3", "enter", "end", "enter", "d")
            await until(pilot, lambda: "no evidence yet" in told(pilot))
            assert not backend.asked("/evidence")

    async def test_another_file_is_never_written_over(self, downloads: Path) -> None:
        backend, artifact = _one(b"new")
        put(downloads, b"old")
        saved = await save(backend, artifact, downloads, lambda _bytes: None)
        assert saved.path.name == "evidence (1).zip"
        assert contents(downloads) == {"evidence.zip": b"old", "evidence (1).zip": b"new"}
        again = await save(backend, artifact, downloads, lambda _bytes: None)
        assert (again.path, again.kept) == (saved.path, True)

    async def test_a_wrong_digest_leaves_nothing(self, downloads: Path) -> None:
        backend, artifact = _one(b"data")
        artifact["sha256"] = sha256(b"other").hexdigest()
        with pytest.raises(CourierError, match="digest differs"):
            await save(backend, artifact, downloads, lambda _bytes: None)
        assert files_in(downloads) == []

    async def test_progress_adds_up(self, downloads: Path) -> None:
        backend, artifact = _one(b"x" * 1000)
        came: list[int] = []
        await save(backend, artifact, downloads, came.append)
        assert sum(came) == 1000
        assert len(came) > 1

    async def test_a_folder_that_cannot_be_written_is_one_sentence(self, tmp_path: Path) -> None:
        backend, artifact = _one(b"data")
        blocked = tmp_path / "evidence.zip"
        put(tmp_path, b"in the way")
        with pytest.raises(CourierError, match="cannot be written"):
            await save(backend, artifact, blocked / "folder", lambda _bytes: None)

    @pytest.mark.parametrize(
        ("name", "clean"),
        [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\evil.zip", "evil.zip"),
            (".bashrc", "bashrc"),
            ("a\nb\x00c.zip", "a_b_c.zip"),
            ("", "evidence.zip"),
            ("..", "evidence.zip"),
            ("x" * 300 + ".zip", "x" * 146 + ".zip"),
        ],
    )
    def test_a_name_never_leaves_the_folder(self, name: str, clean: str) -> None:
        assert clean_name(name) == clean

    def test_the_variable_names_the_folder(self, downloads: Path) -> None:
        assert downloads_folder() == downloads

    async def test_files_are_private_while_they_come(self, downloads: Path) -> None:
        backend, artifact = _one(b"data")
        seen: list[int] = []
        await save(backend, artifact, downloads, lambda _bytes: seen.extend(modes(downloads)))
        assert seen == [0o600]


def put(folder: Path, data: bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "evidence.zip").write_bytes(data)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def modes(folder: Path) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()]


def _one(data: bytes) -> tuple[FakeBackend, ArtifactItem]:
    backend = FakeBackend()
    backend.evidence["r", 1, 1] = data
    artifact: ArtifactItem = {
        "artifactUrl": "fake://r/1/1",
        "state": "stored",
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
        "fileName": "evidence.zip",
        "reason": "",
    }
    return backend, artifact


class TestLeaving:
    async def test_work_may_go_on_without_the_app(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "q")
            assert "2 instances at work" in shown(pilot)
            await pilot.press("enter")
            await until(pilot, lambda: not pilot.app.is_running or pilot.app._exit)
        assert not backend.asked("/stop")

    async def test_or_be_stopped(self) -> None:
        backend = small_world()
        async with running(backend) as pilot:
            await press(pilot, "q", "right")
            await pilot.press("enter")
            await until(pilot, lambda: bool(backend.asked("/stop")))
        assert b'"all": true' in backend.asked("/stop")[0].body

    async def test_or_one_stays(self) -> None:
        async with running(small_world()) as pilot:
            await press(pilot, "q", "escape")
            assert name_of(pilot) == "Overview"
            assert pilot.app.is_running

    async def test_nothing_is_asked_when_nothing_is_at_work(self) -> None:
        async with running(FakeBackend()) as pilot:
            await pilot.press("q")
            await until(pilot, lambda: pilot.app._exit)

    async def test_a_backend_elsewhere_is_left_alone(self) -> None:
        backend = small_world()
        async with running(backend, local=False) as pilot:
            await pilot.press("q")
            await until(pilot, lambda: pilot.app._exit)
        assert not backend.asked("/stop")

    async def test_the_connection_is_closed(self) -> None:
        backend = FakeBackend()
        async with running(backend) as pilot:
            await settle(pilot)
        assert backend.closed == 1
