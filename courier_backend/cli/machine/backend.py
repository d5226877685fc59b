"""``courier backend run|start|status|stop|install|uninstall``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item, tell_done
from courier_backend.cli.declare import command
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.options import common, dry_run, pass_session
from courier_backend.cli.output import say
from courier_backend.cli.rehearsed import would
from courier_backend.cli.session import Session
from courier_backend.cli.when import duration, full
from courier_backend.cli.words import number_of
from courier_backend.client import calls
from courier_backend.model.errors import CourierError, Unreachable

if TYPE_CHECKING:
    from courier_backend.model.wire import BackendStatus

_CANCEL_SECONDS: Final = 600.0
_END_SECONDS: Final = 60.0
_INSTALL: Final = "courier_backend.cli.machine.install"


backend: Final = group(
    "backend",
    "The backend of this data folder. It starts by itself when a command needs it.",
    {
        "run": Entry(f"{__name__}:run", "Run it here, in the foreground."),
        "start": Entry(f"{__name__}:start", "Start it, unless it runs."),
        "status": Entry(f"{__name__}:status", "How it is."),
        "stop": Entry(f"{__name__}:stop", "End it."),
        "install": Entry(f"{_INSTALL}:install_backend", "Let systemd start it."),
        "uninstall": Entry(f"{_INSTALL}:uninstall_backend", "Take that unit away again."),
    },
)


@command("run", example="courier backend run")
@common(with_address=False)
@pass_session
def run(_session: Session) -> int:
    """Run the backend here, in the foreground, until it is told to end."""
    from courier_backend import backend as program  # noqa: PLC0415  only here

    program.run(quiet=False)
    return 0


@command("start", example="courier backend start")
@dry_run
@common()
@pass_session
def start(session: Session) -> None:
    """Start the backend, unless it runs already; returns when it answers."""
    if session.dry_run and not _runs(session):
        would(session, f"start the backend of {session.places.data}")
    session.connect(start=True)
    show_item(session, {"item": session.ask(calls.backend_status())}, _draw)


@command("status", example="courier backend status")
@common()
@pass_session
def status(session: Session) -> None:
    """How the backend is; exit code 4 when there is none."""
    session.connect(start=False)
    show_item(session, {"item": session.ask(calls.backend_status())}, _draw)


@command("stop", example="courier backend stop")
@click.option(
    "--all",
    "cancel_all",
    is_flag=True,
    help="Cancel what runs first, wait for it, and end this machine's runners, too.",
)
@dry_run
@common()
@pass_session
def stop(session: Session, *, cancel_all: bool) -> None:
    """End the backend. Steps that run go on without it, and are taken up again by the next one."""
    try:
        session.connect(start=False)
    except Unreachable as error:
        say(error.message)
        return
    item = session.ask(calls.backend_stop(cancel_all=cancel_all), seconds=_CANCEL_SECONDS)
    _wait_for_the_end(session)
    goes_on = _what_goes_on(item, cancel_all)
    tell_done(session, {"item": item}, f"The backend (pid {item['pid']}) has ended{goes_on}.")


def _runs(session: Session) -> bool:
    try:
        session.connect(start=False)
    except Unreachable:
        return False
    return True


def _wait_for_the_end(session: Session) -> None:
    if session.named()[0]:
        return  # it is elsewhere: its lock cannot be seen from here
    from courier_backend.client.start import wait_until_gone  # noqa: PLC0415  only here

    if not wait_until_gone(session.places, _END_SECONDS):
        raise CourierError(
            f"The backend was told to end and has not, after {_END_SECONDS:.0f} s.",
            hint="`courier backend status` shows its process.",
        )


def _what_goes_on(item: BackendStatus, cancel_all: bool) -> str:
    runs = number_of(item["activeRuns"], "run") if item["activeRuns"] else ""
    return f"; still at work on their nodes: {runs}" if runs and not cancel_all else ""


def _work(item: BackendStatus) -> str:
    instances = number_of(item["activeInstances"], "instance")
    return f"{instances}, {number_of(item['activeRuns'], 'run')}"


def _draw(item: BackendStatus) -> None:
    from courier_backend.cli.table import facts  # noqa: PLC0415  start-up time

    facts(
        (
            ("Backend", item["url"]),
            ("Version", item["version"]),
            ("Process", str(item["pid"])),
            ("Home", item["home"]),
            ("Started", full(item["startedAt"])),
            ("Running", _work(item)),
            ("Scheduled", number_of(item["scheduledJobs"], "job")),
            ("Clients", str(item["clients"])),
            ("Idle for", duration(item["idleSeconds"])),
        ),
        (),
    )
