"""``state run …``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look.step_rows import STEP_COLUMNS, step_row
from courier_backend.cli.options import CHEF_ITEM, CHEF_LIST, common, paging, pass_session
from courier_backend.cli.session import Session
from courier_backend.client import calls

_run = click.option("--runId", "run_id", metavar="ID", required=True, help="Which run.")
_number = click.IntRange(min=1)


@command("get-run", example="courier state run get-run --runId 496f0d9a-f0be-4cb7-…")
@_run
@common(CHEF_ITEM)
@pass_session
def get_run(session: Session, *, run_id: str) -> None:
    """One run: an instance on one node."""
    show_item(session, session.envelope(calls.get_run(full_id(session, "run", run_id))))


@command("list-steps", example="courier state run list-steps --runId 496f0d9a-f0be-4cb7-…")
@_run
@paging
@common(CHEF_LIST)
@pass_session
def list_steps(session: Session, *, run_id: str, page: int, size: int) -> None:
    """The steps of a run, with their attempts."""
    call = calls.list_steps(full_id(session, "run", run_id), page=page, size=size)
    show_page(session, session.envelope(call), STEP_COLUMNS, step_row)


@command(
    "get-step-attempt-evidence",
    example=(
        "courier state run get-step-attempt-evidence --runId ID \\\n      --stepNo 1 --attemptNo 1"
    ),
)
@_run
@click.option("--stepNo", "step", type=_number, required=True, help="From 1.")
@click.option("--attemptNo", "attempt", type=_number, required=True, help="From 1.")
@common(CHEF_ITEM)
@pass_session
def get_evidence(session: Session, *, run_id: str, step: int, attempt: int) -> None:
    """A link to the evidence of an attempt, good for 15 minutes."""
    call = calls.get_evidence(full_id(session, "run", run_id), step, attempt)
    show_item(session, session.envelope(call))
