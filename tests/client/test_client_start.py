"""Finding and starting the backend of a data folder: whom to trust, and who loses a race."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import courier_backend
from courier_backend.client import start
from courier_backend.client.address import Address
from courier_backend.client.connect import connect, named_address
from courier_backend.client.start import start_backend
from courier_backend.client.trust import lock_is_held, proven_version, running
from courier_backend.model.errors import BadInput, Conflict, Unreachable
from courier_backend.model.places import Places, places

FAKE = Path(__file__).with_name("fake_backend.py")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    for name in ("COURIER_URL", "COURIER_TOKEN", "COURIER_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(courier_backend.__file__).parents[1]))
    yield places(str(tmp_path))
    for process in psutil.Process().children():
        with suppress(psutil.ZombieProcess):
            if str(FAKE) in process.cmdline():
                process.kill()
                process.wait()


def _command(mode: str = "good", *more: str) -> list[str]:
    return [sys.executable, str(FAKE), mode, "the token", *more]


def _end(here: Places, found: Address) -> None:
    """Kill the fake backend behind an address, and leave its file where it is."""
    port = int(found.url.rpartition(":")[2])
    for process in psutil.Process().children():
        if any(c.laddr.port == port for c in process.net_connections()):
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert here.backend_file.exists()


def test_started_found_and_gone(here: Places) -> None:
    assert running(here) is None
    found = start_backend(here, _command())
    assert found.token == "the token"
    assert found.version == "0.1.0"
    assert running(here) == found
    assert connect(here) == found
    _end(here, found)
    assert running(here) is None
    with pytest.raises(Unreachable, match="No backend is running"):
        connect(here, start=False)


def test_the_token_is_not_in_what_is_printed(here: Places) -> None:
    assert "the token" not in repr(start_backend(here, _command()))


def test_a_file_without_a_held_lock_is_not_trusted(here: Places) -> None:
    found = start_backend(here, _command())
    here.lock.rename(here.lock.with_suffix(".away"))
    here.lock.touch()
    assert proven_version(found.url, found.token) == "0.1.0"
    assert not lock_is_held(here.lock)
    assert running(here) is None


def test_who_does_not_know_the_token_is_not_trusted(here: Places) -> None:
    with pytest.raises(Unreachable, match="did not start"):
        start_backend(here, _command("liar"), seconds=1.0)
    assert running(here) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"url": 1}', b"null", b"\xff"])
def test_a_damaged_file_is_no_backend(here: Places, content: bytes) -> None:
    here.run.mkdir(parents=True)
    here.backend_file.write_bytes(content)
    assert running(here) is None


def test_what_went_wrong_is_told_in_its_last_sentence(here: Places) -> None:
    with pytest.raises(Unreachable) as caught:
        start_backend(here, _command("broken"))
    assert caught.value.message == "The backend did not start: The disk is on fire."
    assert str(here.start_log) in caught.value.hint


def test_one_that_says_nothing(here: Places) -> None:
    with pytest.raises(Unreachable, match="left no word"):
        start_backend(here, _command("mute"), seconds=0.3)


def test_a_folder_that_cannot_be_written(here: Places) -> None:
    here.state.write_text("a file where the folder should be")
    with pytest.raises(Unreachable, match="cannot be written"):
        start_backend(here, _command())


def test_of_two_that_start_at_once_both_find_the_winner(here: Places) -> None:
    found: list[Address] = []
    threads = [
        threading.Thread(target=lambda: found.append(start_backend(here, _command())))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_another_minor_version_is_noticed(here: Places) -> None:
    found = start_backend(here, _command("good", "0.9.0"))
    said: list[str] = []
    assert connect(here, notice=said.append) == found
    assert said == ["The running backend has version 0.9.0, this program 0.1.0."]


def test_another_major_version_is_refused_with_the_way_out(here: Places) -> None:
    start_backend(here, _command("good", "7.0.0"))
    with pytest.raises(Conflict, match=r"7\.0\.0") as caught:
        connect(here)
    assert "courier backend stop" in caught.value.hint


def test_an_idle_older_one_is_replaced(here: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    old = start_backend(here, _command("idle", "0.0.9"))
    monkeypatch.setattr(start, "backend_command", _command)
    new = connect(here)
    assert (old.version, new.version) == ("0.0.9", "0.1.0")
    assert proven_version(old.url, old.token) is None


def test_a_busy_older_one_is_left_alone(here: Places) -> None:
    old = start_backend(here, _command("busy", "0.0.9"))
    said: list[str] = []
    assert connect(here, notice=said.append) == old
    assert len(said) == 1


def test_a_named_backend_is_taken_as_it_is(tmp_path: Path) -> None:
    assert named_address("", "", {}) is None
    variables = {"COURIER_URL": "http://h:1/", "COURIER_TOKEN": "t"}
    assert named_address("", "", variables) == Address("http://h:1", "t", elsewhere=True)
    file = tmp_path / "token"
    file.write_text("from a file\n")
    assert named_address("http://x:2", str(file), variables) == Address(
        "http://x:2", "from a file", elsewhere=True
    )


def test_an_incomplete_name_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no token"):
        named_address("http://h:1", "", {})
    with pytest.raises(BadInput, match="cannot be read"):
        named_address("http://h:1", str(tmp_path / "none"), {})
    with pytest.raises(BadInput, match="is not a URL"):
        named_address("h:1", "", {"COURIER_TOKEN": "t"})


def test_the_short_lived_commands_import_little() -> None:
    code = (
        "import sys, courier_backend.client.connect, courier_backend.client.calls;"
        "print([m for m in ('pydantic','httpx','asyncio','orjson','subprocess','platformdirs')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, env={**os.environ}
    )
    assert json.loads(done.stdout.replace("'", '"')) == []
