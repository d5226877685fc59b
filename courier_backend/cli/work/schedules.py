"""The schedule of a job: ``courier jobs next|activate|deactivate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item, tell_done
from courier_backend.cli.clean import clean
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import meant
from courier_backend.cli.options import common, dry_run, pass_session
from courier_backend.cli.output import say
from courier_backend.cli.session import Session
from courier_backend.cli.when import ahead, full
from courier_backend.client import schedules
from courier_backend.model.schedule_words import in_words
from courier_backend.model.times import ZERO_TIME
from courier_backend.model.timetable import Line, timetable

if TYPE_CHECKING:
    from courier_backend.model.wire import BlockedItem, EstimateItem, JobItem

_COLUMNS: Final = (Column("When"), Column("In"), Column("What", "status"), Column("Why"))


@command("next", example="courier jobs next nightly-update --count 5")
@click.argument("job")
@click.option("--count", type=click.IntRange(min=1), default=10, help="How many times (10).")
@common()
@pass_session
def next_(session: Session, *, job: str, count: int) -> None:
    """When a job executes next, and which of its times a window prevents."""
    answer = session.envelope(schedules.estimate_job(meant(session, "job", job), count=count))
    show_item(session, answer, _show)


@command("activate", example="courier jobs activate nightly-update")
@click.argument("job")
@dry_run
@common()
@pass_session
def activate(session: Session, *, job: str) -> None:
    """Let a job execute by its schedule again."""
    _tell(session, job, active=True)


@command("deactivate", example="courier jobs deactivate nightly-update")
@click.argument("job")
@dry_run
@common()
@pass_session
def deactivate(session: Session, *, job: str) -> None:
    """Let a job rest: no execution by its schedule until it is activated. What runs goes on."""
    _tell(session, job, active=False)


def blocked_why(blocked: BlockedItem) -> str:
    """Whose rule prevents an execution, in words."""
    whose = "of the job" if blocked["source"] == "job" else "for all jobs"
    mark = f" ({blocked['ruleId'][:8]})" if blocked["ruleId"] else ""
    return f"exception rule {whose}{mark}: {in_words(blocked['rule'])}"


def _show(estimate: EstimateItem) -> None:
    from courier_backend.cli.table import draw  # noqa: PLC0415  start-up time

    lines = timetable(estimate["estimates"], estimate["blockedByExceptions"])
    if not lines:
        say("It has no execution to come.")
        return
    draw(_COLUMNS, [_row(line) for line in lines])


def _row(line: Line) -> tuple[str, ...]:
    time, blocked, more = line
    if blocked is None:
        return (full(time), ahead(time), "executes", "")
    rest = f"; so do {more} after it" if more else ""
    return (full(time), ahead(time), "skipped", blocked_why(blocked) + rest)


def _tell(session: Session, job: str, *, active: bool) -> None:
    answer = session.envelope(schedules.set_job_active(meant(session, "job", job), active))
    tell_done(session, answer, _sentence(answer["item"], active=active))


def _sentence(item: JobItem, *, active: bool) -> str:
    name = f"Job {clean(item['name'])} ({item['id']})"
    if not active:
        return f"{name} rests; `courier jobs activate` lets it execute again."
    if item["nextExecutionTime"] == ZERO_TIME:
        return f"{name} is active; it has no execution to come."
    return f"{name} is active; next execution: {full(item['nextExecutionTime'])}."
