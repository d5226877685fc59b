"""``courier logs RUN``."""

from __future__ import annotations

import click

from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import common, pass_session
from courier_backend.cli.session import Session
from courier_backend.cli.work.log_reader import STREAMS, LogReader


@command("logs", example="courier logs 496f0d9a --follow")
@click.argument("run")
@click.option("--step", type=click.IntRange(min=1), default=None, help="This step only.")
@click.option("--stream", type=click.Choice(STREAMS), default=None, help="This stream only.")
@click.option("--follow", "-f", is_flag=True, help="Until the run ends, as it comes.")
@common()
@pass_session
def logs(session: Session, *, run: str, step: int | None, stream: str | None, follow: bool) -> int:
    """Show the output of a run's steps, as it is: every attempt, in order."""
    reader = LogReader(session, full_id(session, "run", run), step, stream or "")
    return reader.follow() if follow else reader.print_all()
