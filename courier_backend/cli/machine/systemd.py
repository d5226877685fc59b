"""Putting a unit in its place, and telling systemd of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from courier_backend.cli.output import say
from courier_backend.model.errors import CourierError

if TYPE_CHECKING:
    from courier_backend.cli.machine.units import Unit

_SECONDS: Final = 60
_RUNTIME: Final = Path("/run/user")


def install_steps(unit: Unit, *, start: bool) -> list[list[str]]:
    """What is asked of systemd once the unit is in its place."""
    steps = [["daemon-reload"], ["enable", f"{unit.name}.service"]]
    if start:
        steps.append(["restart", f"{unit.name}.service"])
    return [_systemctl(unit, *step) for step in steps]


def uninstall_steps(unit: Unit) -> list[list[str]]:
    """What is asked of systemd before the unit goes."""
    return [_systemctl(unit, "disable", "--now", f"{unit.name}.service")]


def forget_steps(unit: Unit) -> list[list[str]]:
    """What is asked of systemd once the unit is gone."""
    return [_systemctl(unit, "daemon-reload")]


def run_steps(steps: list[list[str]]) -> bool:
    """Ask systemd; False where there is none, and then what to do is said.

    Raises:
        CourierError: systemd refuses.
    """
    if shutil.which("systemctl") is None:
        say("There is no systemctl here. Where there is one, this completes it:")
        for step in steps:
            say(f"  {' '.join(step)}")
        return False
    for step in steps:
        _run(step)
    return True


def put_unit(path: Path, text: str) -> None:
    """Write the unit whole or not at all.

    Raises:
        CourierError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise CourierError(
            f"{path} cannot be written: {(error.strerror or str(error)).lower()}."
        ) from error


def _systemctl(unit: Unit, *words: str) -> list[str]:
    return ["systemctl", *([] if unit.is_system else ["--user"]), *words]


def _run(step: list[str]) -> None:
    try:
        done = subprocess.run(
            step, capture_output=True, text=True, timeout=_SECONDS, check=False, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CourierError(f"`{' '.join(step)}` failed: {error}.") from error
    if done.returncode:
        told = done.stderr.strip().splitlines()
        reason = told[0].rstrip(".") if told else f"exit code {done.returncode}"
        raise CourierError(f"`{' '.join(step)}` failed: {reason}.", hint=_hint(step))


def _environment() -> dict[str, str]:
    """`su` and `sudo` leave out where the user's own systemd is."""
    own = _RUNTIME / str(os.getuid())
    return ({"XDG_RUNTIME_DIR": str(own)} if own.is_dir() else {}) | dict(os.environ)


def _hint(step: list[str]) -> str:
    hint = "The unit's file is in its place; run it again when systemd answers."
    if "--user" not in step:
        return hint
    return f"{hint} A user's own does after a login (not by `su` or `sudo`), or with lingering on."
