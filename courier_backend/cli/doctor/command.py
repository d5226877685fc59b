"""``courier doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from courier_backend.cli.answer import write_data
from courier_backend.cli.clean import clean
from courier_backend.cli.declare import command
from courier_backend.cli.doctor.files import database, folders, room, settings
from courier_backend.cli.doctor.interpreters import interpreters
from courier_backend.cli.doctor.processes import backend, local_runner
from courier_backend.cli.doctor.secrets import sealed_values, secret_key
from courier_backend.cli.doctor.surroundings import letters, open_files, terminal
from courier_backend.cli.options import common, pass_session
from courier_backend.cli.output import say, write
from courier_backend.cli.session import Session

if TYPE_CHECKING:
    from courier_backend.cli.doctor.finding import Check, Finding

CHECKS: Final[tuple[Check, ...]] = (
    folders,
    settings,
    secret_key,
    database,
    sealed_values,
    room,
    backend,
    local_runner,
    interpreters,
    open_files,
    terminal,
    letters,
)
_WIDTH: Final = 14


@command("doctor", example="courier doctor")
@common(with_address=False)
@pass_session
def doctor(session: Session) -> int:
    """Look for what is wrong here, and say how to mend it. Exit code 1 when something is bad."""
    found = [finding for check in CHECKS for finding in check(session.places)]
    if session.for_programs:
        write_data(
            session, {"items": [finding._asdict() for finding in found], "totalItems": len(found)}
        )
    else:
        for finding in found:
            write(_lines(finding))
        _sum_up(found)
    return 1 if any(finding.state == "bad" for finding in found) else 0


def _lines(finding: Finding) -> str:
    text = f"{finding.state:<5} {finding.check:<{_WIDTH}} {clean(finding.message)}\n"
    return f"{text}{'':>6}{'':<{_WIDTH}} → {clean(finding.hint)}\n" if finding.hint else text


def _sum_up(found: list[Finding]) -> None:
    bad = sum(finding.state == "bad" for finding in found)
    odd = sum(finding.state == "warn" for finding in found)
    if bad or odd:
        say(f"{bad} bad, {odd} to be looked at.")
    else:
        say("All is well.")
