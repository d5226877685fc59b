"""``scheduler jobs …``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look import jobs as shown
from courier_backend.cli.options import (
    CHEF_ITEM,
    CHEF_LIST,
    common,
    dry_run,
    order,
    paging,
    pass_session,
    with_status,
)
from courier_backend.cli.session import Session
from courier_backend.client import calls
from courier_backend.model.errors import NotFound
from courier_backend.model.status import JobStatus

_job = click.option("--jobId", "job_id", metavar="ID", required=True, help="Which job.")


@command("get-job", example="courier scheduler jobs get-job --jobId 61013744-bd6e-437c-…")
@_job
@common(CHEF_ITEM)
@pass_session
def get_job(session: Session, *, job_id: str) -> None:
    """One job: its definition, its status, its next execution."""
    show_item(session, session.envelope(calls.get_job(full_id(session, "job", job_id))))


@command("get-head", example="courier scheduler jobs get-head --jobId 61013744-bd6e-437c-…")
@_job
@common(CHEF_ITEM)
@pass_session
def get_head(session: Session, *, job_id: str) -> None:
    """Whether there is such a job: exit code 0, or 1. Prints nothing."""
    whole = full_id(session, "job", job_id)
    try:
        session.ask(calls.head_job(whole))
    except NotFound as error:  # the answer to HEAD carries no sentence
        raise NotFound(f"There is no job {whole}.") from error


@command("list-jobs", example="courier scheduler jobs list-jobs --active --pagination.size 100")
@click.option(
    "--active",
    is_flag=False,
    flag_value="true",
    default=None,
    type=click.BOOL,
    help="Those with an execution to come.",
)
@with_status(JobStatus)
@click.option("--sortKey", "sort_key", type=click.Choice(["name", "createdAt"]), default=None)
@order
@paging
@common(CHEF_LIST)
@pass_session
def list_jobs(
    session: Session,
    *,
    active: bool | None,
    status: str | None,
    sort_key: str | None,
    sort_order: str,
    page: int,
    size: int,
) -> None:
    """All jobs, by page."""
    call = calls.list_jobs(
        page=page,
        size=size,
        active=active or None,
        status=status or "",
        sort_key=sort_key or "",
        sort_order=sort_order,
    )
    show_page(session, session.envelope(call), shown.COLUMNS, shown.row)


@command("cancel-job", example="courier scheduler jobs cancel-job --jobId 61013744-bd6e-437c-…")
@_job
@dry_run
@common(CHEF_ITEM)
@pass_session
def cancel_job(session: Session, *, job_id: str) -> None:
    """No more executions of a job; what runs goes on (`courier cancel job` stops it, too)."""
    show_item(session, session.envelope(calls.cancel_job(full_id(session, "job", job_id))))


@command("delete-job", example="courier scheduler jobs delete-job --jobId 61013744-bd6e-437c-…")
@_job
@dry_run
@common(CHEF_ITEM)
@pass_session
def delete_job(session: Session, *, job_id: str) -> None:
    """Take a job away; its history stays."""
    show_item(session, session.envelope(calls.delete_job(full_id(session, "job", job_id))))
