"""``courier evidence verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from courier_backend.cli.answer import write_data
from courier_backend.cli.body import reason
from courier_backend.cli.clean import clean
from courier_backend.cli.declare import command
from courier_backend.cli.options import common, pass_session
from courier_backend.cli.output import write
from courier_backend.cli.session import Session
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence


class Verdict(TypedDict):
    """What is wrong with a file, each problem naming its member."""

    path: str
    valid: bool
    problems: Sequence[str]


@command("verify", example="courier evidence verify evidence-run-*.zip")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@common(with_address=False)
@pass_session
def verify(session: Session, *, files: tuple[str, ...]) -> int:
    """Check files against their manifests. Exit code 1 when one is not sound; names what is bad."""
    verdicts = [_verdict(file) for file in files]
    if session.for_programs:
        write_data(session, {"items": verdicts, "totalItems": len(verdicts)})
    else:
        for verdict in verdicts:
            write("".join(f"{clean(line)}\n" for line in _lines(verdict)))
    return 0 if all(verdict["valid"] for verdict in verdicts) else 1


def _verdict(file: str) -> Verdict:
    from courier_backend.artifact.verify import verify as problems_of  # noqa: PLC0415  start-up time

    try:
        problems = problems_of(Path(file))
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {file}.") from error
    except IsADirectoryError as error:
        raise BadInput(f"{file} is a folder, not a file.") from error
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {reason(error)}.") from error
    return {"path": file, "valid": not problems, "problems": problems}


def _lines(verdict: Verdict) -> list[str]:
    if verdict["valid"]:
        return [f"{verdict['path']}: sound"]
    return [f"{verdict['path']}: {problem}" for problem in verdict["problems"]]
