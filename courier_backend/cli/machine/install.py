"""``courier backend|runner install|uninstall``: somebody who starts them at a boot or a login."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import tell_done
from courier_backend.cli.declare import command
from courier_backend.cli.machine.systemd import (
    forget_steps,
    install_steps,
    put_unit,
    run_steps,
    uninstall_steps,
)
from courier_backend.cli.machine.units import Unit, unit_name
from courier_backend.cli.options import common, dry_run, pass_session
from courier_backend.cli.output import say, write
from courier_backend.cli.rehearsed import Rehearsed, end_rehearsal
from courier_backend.cli.session import Session
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINGERING: Final = Path("/var/lib/systemd/linger")

_system = click.option(
    "--system", is_flag=True, help="A unit of the system, started at boot (needs root)."
)
_listen = click.option(
    "--listen", metavar="ADDR:PORT", default="127.0.0.1:7070", help="Where (127.0.0.1:7070)."
)
_home = click.option("--home", metavar="DIR", default="", help="What the node keeps.")


@command("install", example="courier backend install")
@_system
@dry_run
@common(with_address=False)
@pass_session
def install_backend(session: Session, *, system: bool) -> None:
    """Let systemd start the backend: at your login, or at boot with --system.

    Schedules need a backend that runs; without a unit one runs from the first command on, for as
    long as something is scheduled. --dry-run prints the unit.
    """
    _install(session, _backend(system=system), start=not _is_running(session))


@command("uninstall", example="courier backend uninstall")
@_system
@dry_run
@common(with_address=False)
@pass_session
def uninstall_backend(session: Session, *, system: bool) -> None:
    """Take that unit away again; the backend ends, steps that run go on."""
    _uninstall(session, _backend(system=system))


@command("install", example="courier runner install --listen 10.0.0.7:7070 --insecure-listen")
@_listen
@_home
@click.option("--name", default="", help="What to call the node (its host name).")
@click.option("--insecure-listen", is_flag=True, help="Beyond loopback, though without TLS.")
@_system
@dry_run
@common(with_address=False)
@pass_session
def install_runner(
    session: Session, *, listen: str, home: str, name: str, insecure_listen: bool, system: bool
) -> None:
    """Let systemd start the agent of a node: at your login, or at boot with --system."""
    if listen.rpartition(":")[2] in {"", "0"}:
        raise BadInput(
            f"--listen {listen} names no port.",
            hint="A node that is installed needs one that stays.",
        )
    options = ["--listen", listen, *(["--name", name] if name else [])]
    options += ["--insecure-listen"] if insecure_listen else []
    _install(session, _runner(home, options, system=system), start=True)
    folder = Path(home).expanduser().absolute() if home else session.places.builtin_node
    say(f"Its address and token stand in {folder / 'runner.json'}, for `courier node add`.")


@command("uninstall", example="courier runner uninstall")
@_home
@_system
@dry_run
@common(with_address=False)
@pass_session
def uninstall_runner(session: Session, *, home: str, system: bool) -> None:
    """Take that unit away again; the runner ends. What it keeps stays."""
    _uninstall(session, _runner(home, [], system=system))


def _backend(*, system: bool) -> Unit:
    home = os.environ.get("COURIER_HOME", "")
    absolute = str(Path(home).expanduser().absolute()) if home else ""
    return Unit(
        unit_name("backend", absolute),
        f"Courier's backend{f' of {absolute}' if absolute else ''}",
        [*_program(), "backend", "run"],
        _environment(absolute),
        user=getpass.getuser() if system else "",
    )


def _runner(home: str, options: Sequence[str], *, system: bool) -> Unit:
    courier_home = os.environ.get("COURIER_HOME", "")
    root = str(Path(courier_home).expanduser().absolute()) if courier_home else ""
    folder = str(Path(home).expanduser().absolute()) if home else ""
    return Unit(
        unit_name("runner", folder or root),
        f"Courier's runner{f' of {folder}' if folder else ''}",
        [*_program(), "runner", *options, *(["--home", folder] if folder else [])],
        _environment(root),
        user=getpass.getuser() if system else "",
        kill_mode="mixed",
        delegates=True,
    )


def _program() -> list[str]:
    """This very program, whatever it is called by."""
    return [sys.executable, "-P", "-m", "courier_backend"]


def _environment(home: str) -> dict[str, str]:
    return {"COURIER_HOME": home} if home else {}


def _install(session: Session, unit: Unit, *, start: bool) -> None:
    steps = install_steps(unit, start=start)
    if session.dry_run:
        _rehearse(session, unit, [f"write {unit.path}", *(" ".join(step) for step in steps)])
    put_unit(unit.path, unit.text)
    enabled = run_steps(steps)
    if enabled and not start:
        say("A backend runs already; the unit starts the next one.")
    if not unit.is_system:
        say(_when_it_runs(getpass.getuser()))
    item = {"unit": f"{unit.name}.service", "path": str(unit.path), "enabled": enabled}
    tell_done(session, {"item": item}, f"{unit.path} is in its place.")


def _when_it_runs(user: str) -> str:
    """A user's units live as long as the user's own systemd does."""
    if (_LINGERING / user).exists():
        return "It starts at boot, as lingering is on for you."
    linger = f"`sudo loginctl enable-linger {user}`"
    return f"It runs while you are logged in; {linger} lets it start at boot and stay."


def _uninstall(session: Session, unit: Unit) -> None:
    there = unit.path.exists()
    steps = uninstall_steps(unit) if there else []
    if session.dry_run:
        sentences = [*(" ".join(step) for step in steps), f"remove {unit.path}"] if there else []
        end_rehearsal(session, _rehearsed(sentences))
    if there:
        run_steps(steps)
        unit.path.unlink()
        run_steps(forget_steps(unit))
    item = {"unit": f"{unit.name}.service", "path": str(unit.path), "removed": there}
    sentence = f"{unit.path} is gone." if there else f"There is no {unit.path}."
    tell_done(session, {"item": item}, sentence)


def _rehearse(session: Session, unit: Unit, sentences: Sequence[str]) -> None:
    """The unit itself for people; programs get it with what would be done."""
    if session.for_programs:
        told = _rehearsed(sentences) | {"path": str(unit.path), "text": unit.text}
        end_rehearsal(session, told)
    write(f"# {unit.path}\n{unit.text}")
    for sentence in sentences:
        say(f"would: {sentence}")
    raise Rehearsed


def _rehearsed(sentences: Sequence[str]) -> dict[str, object]:
    changes = [{"type": "", "sentence": sentence} for sentence in sentences]
    return {"dryRun": True, "changes": changes}


def _is_running(session: Session) -> bool:
    from courier_backend.client.trust import running  # noqa: PLC0415  start-up time

    return running(session.places) is not None
