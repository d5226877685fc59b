"""The front door: what `make` offers, and what it says when it cannot."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def make(*words: str) -> subprocess.CompletedProcess[str]:
    inherited = ("MAKE", "MFLAGS")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(inherited)
    }
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_tells_of_every_target() -> None:
    phony = re.search(r"^\.PHONY: (help .*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    told = make("help").stdout
    assert [name for name in phony[1].split() if f"make {name} " not in told] == []


def test_without_a_python_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    done = make(f"VENV={venv}", "PYTHONS=no-such-python", f"{venv}/bin/python")
    assert done.returncode == 2
    assert done.stdout == ""
    ours = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
    assert len(ours) == 1
    assert ours[0].startswith("Courier needs Python 3.11 or newer with its venv module")
    assert ours[0].endswith("or name it: make PYTHONS=/path/to/python3.11")


def test_an_old_python_is_passed_over(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    done = make(f"VENV={tmp_path}/venv", f"PYTHONS={old}", f"{tmp_path}/venv/bin/python")
    assert done.returncode == 2
    assert "Courier needs Python 3.11 or newer" in done.stderr


def test_what_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/bin/true")
    (venv / ".runtime-installed").touch()
    (venv / ".dev-installed").touch()
    done = make(f"VENV={venv}", f"{venv}/.dev-installed")
    assert (done.returncode, done.stderr) == (0, "")
    assert "up to date" in done.stdout
