"""`backend|runner install`: a unit in its place, whole, and systemd told of it."""

import getpass
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cli_outcome import Courier
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.cli.machine import install, systemd
from courier_backend.cli.machine.units import SYSTEM, Unit, unit_name


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that notes what it was asked; one word in `refuse` lets it fail."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "systemctl"
    script.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
        f'[ -e {tmp_path}/refuse ] && {{ echo "Failed to connect to bus." >&2; exit 1; }}\nexit 0\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return tmp_path / "asked"


@pytest.fixture(autouse=True)
def units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    return tmp_path / "xdg" / "systemd" / "user"


def test_the_backends_unit(courier: Courier, asked: Path, units: Path, courier_home: Path) -> None:
    told = courier("backend", "install")

    assert told.code == 0, told.err
    [unit] = units.iterdir()
    assert unit.name == f"{unit_name('backend', str(courier_home))}.service"
    lines = unit.read_text().splitlines()
    assert f'Environment="COURIER_HOME={courier_home}"' in lines
    assert f'ExecStart="{sys.executable}" "-P" "-m" "courier_backend" "backend" "run"' in lines
    assert "KillMode=process" in lines  # runners outlive their backend
    assert asked.read_text().splitlines() == [
        "--user daemon-reload",
        f"--user enable {unit.name}",
        f"--user restart {unit.name}",
    ]

    gone = courier("backend", "uninstall", "--format", "json")
    assert gone.json["item"]["removed"] is True
    assert list(units.iterdir()) == []
    assert asked.read_text().splitlines()[-2:] == [
        f"--user disable --now {unit.name}",
        "--user daemon-reload",
    ]
    assert courier("backend", "uninstall", "--format", "json").json["item"]["removed"] is False


def test_the_runners_unit(courier: Courier, asked: Path, units: Path, tmp_path: Path) -> None:
    home = tmp_path / "a node's home"
    words = ["runner", "install", "--listen", "0.0.0.0:7070", "--insecure-listen"]
    told = courier(*words, "--home", str(home), "--name", 'web "1" $HOME %h')

    assert told.code == 0, told.err
    assert asked.exists()
    assert f"stand in {home}/runner.json, for `courier node add`" in told.err
    [unit] = units.iterdir()
    [command] = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    assert command.endswith(
        '"runner" "--listen" "0.0.0.0:7070" "--name" "web \\"1\\" $$HOME %%h" '
        f'"--insecure-listen" "--home" "{home}"'
    )


def test_a_runner_needs_a_port_that_stays(courier: Courier) -> None:
    told = courier("runner", "install", "--listen", "127.0.0.1:0")
    assert told.code == 2
    assert "names no port" in told.error["message"]


@pytest.mark.parametrize("kind", ["backend", "runner"])
def test_a_dry_run_prints_it(courier: Courier, asked: Path, units: Path, kind: str) -> None:
    told = courier(kind, "install", "--dry-run", "--system")
    assert told.code == 0
    assert told.out.startswith(f"# {SYSTEM}/courier-{kind}-")
    assert "WantedBy=multi-user.target" in told.out
    assert "User=" in told.out
    assert "would: systemctl daemon-reload" in told.err
    program = yaml.safe_load(courier(kind, "install", "--dry-run", "--format", "yaml").out)
    assert program["item"]["text"].startswith("[Unit]")
    assert courier(kind, "uninstall", "--dry-run", "--format", "json").json["item"]["dryRun"]
    assert not asked.exists()
    assert not units.exists()


def test_without_systemd_it_is_said_what_to_do(
    courier: Courier, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = courier("backend", "install", "--format", "json")
    assert told.json["item"]["enabled"] is False
    assert "There is no systemctl here" in told.err
    assert len(list(units.iterdir())) == 1


@pytest.mark.usefixtures("asked")
def test_it_is_said_how_long_a_users_unit_runs(
    courier: Courier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "_LINGERING", tmp_path)
    user = getpass.getuser()
    told = courier("backend", "install").err
    assert f"while you are logged in; `sudo loginctl enable-linger {user}` lets it start at" in told
    (tmp_path / user).touch()
    assert "It starts at boot, as lingering is on for you." in courier("backend", "install").err


@pytest.mark.usefixtures("asked")
def test_the_users_systemd_is_found_without_a_login_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(systemd, "_RUNTIME", tmp_path)
    (tmp_path / str(os.getuid())).mkdir()
    systemd.run_steps([["sh", "-c", f"echo $XDG_RUNTIME_DIR > {tmp_path}/told"]])
    assert (tmp_path / "told").read_text() == f"{tmp_path}/{os.getuid()}\n"


def test_what_systemd_refuses_is_told(courier: Courier, asked: Path, tmp_path: Path) -> None:
    (tmp_path / "refuse").touch()
    told = courier("backend", "install")
    assert told.code == 1
    assert asked.read_text() == "--user daemon-reload\n"
    assert "`systemctl --user daemon-reload` failed: Failed to connect to bus." in told.err
    assert "after a login (not by `su` or `sudo`), or with lingering on." in told.err


def test_a_folder_that_cannot_be_written(courier: Courier, units: Path, asked: Path) -> None:
    units.parent.mkdir(parents=True)
    units.write_text("a file")
    told = courier("backend", "install")
    assert told.code == 1
    assert "cannot be written" in told.error["message"]
    assert not asked.exists()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=1, max_size=4))
def test_words_are_read_back_as_they_were(words: list[str]) -> None:
    text = Unit("x", "d", words).text
    [line] = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    read = shlex.split(line.removeprefix("ExecStart="))
    assert [word.replace("%%", "%").replace("$$", "$") for word in read] == words


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_understands_it(tmp_path: Path) -> None:
    unit = Unit("courier-test", 'it\'s 100% "fine"', ["/bin/true", "a b", "%", "$x"], {"A": "b c"})
    path = tmp_path / "courier-test.service"
    path.write_text(unit.text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert [line for line in done.stderr.splitlines() if "courier-test.service" in line] == []
