"""``state run …``."""

from __future__ import annotations

import click

from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import PROGRAMS, common, paging, pass_session
from courier_backend.cli.output import write_json
from courier_backend.cli.session import Session
from courier_backend.client import calls

_run = click.option("--runId", "run_id", metavar="ID", required=True, help="Which run.")
_number = click.IntRange(min=1)


@command("get-run", example="courier state run get-run --runId 496f0d9a-f0be-4cb7-…")
@_run
@common(PROGRAMS)
@pass_session
def get_run(session: Session, *, run_id: str) -> None:
    """One run: an instance on one node."""
    write_json(session.envelope(calls.get_run(full_id(session, "run", run_id))))


@command("list-steps", example="courier state run list-steps --runId 496f0d9a-f0be-4cb7-…")
@_run
@paging
@common(PROGRAMS)
@pass_session
def list_steps(session: Session, *, run_id: str, page: int, size: int) -> None:
    """The steps of a run, with their attempts."""
    call = calls.list_steps(full_id(session, "run", run_id), page=page, size=size)
    write_json(session.envelope(call))


@command(
    "get-step-attempt-evidence",
    example=(
        "courier state run get-step-attempt-evidence --runId ID \\\n      --stepNo 1 --attemptNo 1"
    ),
)
@_run
@click.option("--stepNo", "step", type=_number, required=True, help="From 1.")
@click.option("--attemptNo", "attempt", type=_number, required=True, help="From 1.")
@common(PROGRAMS)
@pass_session
def get_evidence(session: Session, *, run_id: str, step: int, attempt: int) -> None:
    """A link to the evidence of an attempt, good for 15 minutes."""
    call = calls.get_evidence(full_id(session, "run", run_id), step, attempt)
    write_json(session.envelope(call))
