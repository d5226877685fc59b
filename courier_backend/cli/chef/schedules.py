"""Those of ``scheduler jobs …`` that are about time: estimates, what is due, runs by hand."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import Body, with_body
from courier_backend.cli.declare import command
from courier_backend.cli.example_option import with_examples
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look import jobs as shown
from courier_backend.cli.options import CHEF_ITEM, CHEF_LIST, common, dry_run, paging, pass_session
from courier_backend.cli.sending import sent
from courier_backend.cli.session import Session
from courier_backend.client import schedules


@command(
    "estimate-run-times",
    example="courier scheduler jobs estimate-run-times --jobId 61013744-bd6e-… --count 3",
)
@click.option("--jobId", "job_id", metavar="ID", required=True, help="Which job.")
@click.option("--count", type=click.IntRange(min=1), default=10, help="How many times (10).")
@common(CHEF_ITEM)
@pass_session
def estimate_run_times(session: Session, *, job_id: str, count: int) -> None:
    """When a job executes next, and which of its times a window prevents."""
    call = schedules.estimate_job(full_id(session, "job", job_id), count=count)
    show_item(session, session.envelope(call))


@command(
    "get-pastDueJobs",
    example="courier scheduler jobs get-pastDueJobs --deadline 2024-03-27T14:57:20Z",
)
@click.option(
    "--deadline", metavar="TIME", required=True, help="Due at this time or before (RFC 3339)."
)
@paging
@common(CHEF_LIST)
@pass_session
def past_due_jobs(session: Session, *, deadline: str, page: int, size: int) -> None:
    """The jobs that are expected to execute at a time or before it, by page."""
    call = schedules.past_due_jobs(deadline, page=page, size=size)
    show_page(session, session.envelope(call), shown.COLUMNS, shown.row)


@command("create-manual-job", example="courier scheduler jobs create-manual-job --body-file m.json")
@with_examples("manual")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def create_manual_job(session: Session, *, given: Body) -> None:
    """Execute a job once, now, beside its schedule; history keeps who asked.

    The body: {"jobId": …, "triggeredAt": …, "triggeredBy": …, "override": false}. The last three
    may be left out; "override" executes inside an exception window, too.
    """
    show_item(session, sent(session, schedules.manual_job, given))
