"""``courier steps list RUN`` and ``show RUN STEP``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import show_list
from courier_backend.cli.look.step_rows import STEP_COLUMNS, step_row
from courier_backend.cli.options import ITEM, LIST, common, pass_session
from courier_backend.cli.session import Session
from courier_backend.cli.when import duration, full, size
from courier_backend.client import calls

if TYPE_CHECKING:
    from courier_backend.model.wire import AttemptItem, StepItem

_ATTEMPTS: Final = (
    Column("Attempt", "number"),
    Column("Status", "status"),
    Column("Exit"),
    Column("Took"),
    Column("Output"),
    Column("Errors"),
    Column("Evidence", "status"),
    Column("Reason"),
)


steps: Final = group(
    "steps",
    "List and show the steps of a run.",
    {
        "list": Entry(f"{__name__}:list_", "The steps of a run."),
        "show": Entry(f"{__name__}:show", "One step, and its attempts."),
    },
)


@command("list", example="courier steps list 496f0d9a")
@click.argument("run")
@common(LIST)
@pass_session
def list_(session: Session, *, run: str) -> None:
    """The steps of a run."""
    call = calls.list_steps(full_id(session, "run", run))
    show_list(session, call, STEP_COLUMNS, step_row, empty="No step has started yet.")


@command("show", example="courier steps show 496f0d9a 1")
@click.argument("run")
@click.argument("step", type=click.IntRange(min=1))
@common(ITEM)
@pass_session
def show(session: Session, *, run: str, step: int) -> None:
    """One step of a run: its attempts, and what it put out."""
    answer = session.envelope(calls.get_step(full_id(session, "run", run), step))
    show_item(session, answer, _show)


def _show(step: StepItem) -> None:
    from courier_backend.cli.table import draw, facts, heading  # noqa: PLC0415  start-up time

    facts(
        (
            ("Step", f"{step['stepNumber']}  {step['name']}"),
            ("Status", f"{step['status']} (ignored)" if step["ignored"] else step["status"]),
            ("Reason", step["reason"] or "–"),
            ("Interpreter", f"{step['interpreter']} {step['interpreterVersion']}"),
            ("Started", full(step["startedAt"])),
            ("Finished", full(step["finishedAt"])),
            ("Inputs", step["inputs"] or "–"),
            ("Outputs", step["outputs"] or "–"),
        )
    )
    if step["attempts"]:
        heading("Attempts")
        draw(_ATTEMPTS, [_attempt(attempt) for attempt in step["attempts"]])


def _attempt(attempt: AttemptItem) -> tuple[str, ...]:
    evidence = attempt["evidence"]
    held = f" {size(evidence['bytes'])}" if evidence["state"] == "stored" else ""
    code = attempt["exitCode"]
    return (
        str(attempt["attemptNumber"]),
        attempt["status"],
        attempt["signal"] or ("–" if code is None else str(code)),
        duration(attempt["durationSeconds"]),
        size(attempt["stdoutBytes"]),
        size(attempt["stderrBytes"]),
        f"{evidence['state']}{held}",
        attempt["reason"],
    )
