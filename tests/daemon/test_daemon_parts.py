"""The backend as a process: its lock, its key, its settings, its socket, its announcement."""

import json
import os
import stat
from pathlib import Path

import pytest

from courier_backend.daemon.announcement import announce, withdraw
from courier_backend.daemon.listen import listen
from courier_backend.daemon.lock import hold_lock
from courier_backend.daemon.secret_key import derive, load_secret
from courier_backend.daemon.settings import Settings, read_settings
from courier_backend.model.errors import BadInput, Conflict


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_one_backend_per_data_folder(tmp_path: Path) -> None:
    lock = tmp_path / "data" / "backend.lock"
    with hold_lock(lock):
        assert json.loads(lock.read_text())["pid"] == os.getpid()
        with pytest.raises(Conflict, match="Another backend already serves"):
            hold_lock(lock)
    hold_lock(lock).close()


def test_a_data_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Conflict, match="cannot be used"):
        hold_lock(tmp_path / "data" / "backend.lock")


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "config" / "secret.key"
    first = load_secret(path)
    assert load_secret(path) == first
    assert mode(path) == 0o600
    assert derive(first, "links") != derive(first, "api-token")


def test_a_damaged_key_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(b"short")
    with pytest.raises(Conflict, match="damaged"):
        load_secret(path)
    assert path.read_bytes() == b"short"


def test_settings_have_defaults_and_take_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert read_settings(path) == Settings()
    path.write_text("[runs]\ntimeout_seconds = 60\n")
    assert read_settings(path).runs.timeout_seconds == 60


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[runs", "is not TOML"),
        ("[runs]\ntimeout_seconds = 0\n", r"runs\.timeout_seconds"),
        ("[runs]\ntimeout = 5\n", r"runs\.timeout"),
    ],
)
def test_bad_settings_are_one_sentence_that_names_the_place(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=said):
        read_settings(path)


def test_all_bad_settings_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[backend]\nport = "x"\nidle_second = 3\n[runs]\ntimeout_seconds = 0\n[rums]\n')
    with pytest.raises(BadInput) as caught:
        read_settings(path)
    assert caught.value.message == (
        f'{path}: backend.port: "x" is not a whole number; '
        'backend.idle_second: is not known here; did you mean "idle_seconds"?; '
        "runs.timeout_seconds: 0 is less than 1, the least; "
        'rums: is not known here; did you mean "runs"?.'
    )


def test_where_clients_look_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(Conflict, match=r"run/backend.json cannot be written: file exists\."):
        announce(tmp_path / "run" / "backend.json", url="u", token="t", version="1")


def test_the_port_outlives_a_restart(tmp_path: Path) -> None:
    port_file = tmp_path / "backend.port"
    with listen(port_file, 0) as first:
        port = first.getsockname()[1]
        with listen(port_file, 0) as other:
            assert other.getsockname()[1] != port
        port_file.write_text(str(port))
        with pytest.raises(Conflict, match=f"Port {port} is taken"):
            listen(port_file, port)
    with listen(port_file, 0) as again:
        assert again.getsockname()[1] == port


def test_the_announcement_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "run" / "backend.json"
    announce(path, url="http://127.0.0.1:1", token="t", version="0")
    assert mode(path) == 0o600
    assert json.loads(path.read_text())["pid"] == os.getpid()
    withdraw(path)
    withdraw(path)
    assert not path.exists()
