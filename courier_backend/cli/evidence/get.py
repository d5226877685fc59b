"""``courier evidence get``."""

from __future__ import annotations

from pathlib import Path

import click

from courier_backend.cli.answer import write_data
from courier_backend.cli.declare import command
from courier_backend.cli.evidence.fetch import fetch
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import CHEF_ITEM, common, dry_run, pass_session
from courier_backend.cli.session import Session

_number = click.IntRange(min=1)


@command("get", example="courier evidence get 496f0d9a -o evidence/")
@click.argument("run")
@click.option("--step", type=_number, default=None, help="Of this step only.")
@click.option("--attempt", type=_number, default=None, help="Of this attempt only.")
@click.option("--output", "-o", "folder", metavar="DIR", default=".", help="Where to (here).")
@dry_run
@common(CHEF_ITEM)
@pass_session
def get(session: Session, *, run: str, step: int | None, attempt: int | None, folder: str) -> int:
    """Download the evidence of every attempt of a run.

    A file that is there already and equal is kept; beside a different one goes " (1)".
    """
    saved, missing = fetch(session, full_id(session, "run", run), step, attempt, Path(folder))
    if session.for_programs:
        write_data(session, {"items": saved})
    return 1 if missing else 0
