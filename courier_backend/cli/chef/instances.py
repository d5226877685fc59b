"""``state instance …``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look import instances as shown
from courier_backend.cli.look import runs as shown_runs
from courier_backend.cli.options import (
    CHEF_ITEM,
    CHEF_LIST,
    common,
    order,
    paging,
    pass_session,
    span,
    with_status,
)
from courier_backend.cli.session import Session
from courier_backend.client import calls
from courier_backend.model.status import InstanceStatus, RunStatus

_instance = click.option(
    "--instanceId", "instance_id", metavar="ID", required=True, help="Which instance."
)


@command("get-instance", example="courier state instance get-instance --instanceId befe88f3-ac3f-…")
@_instance
@common(CHEF_ITEM)
@pass_session
def get_instance(session: Session, *, instance_id: str) -> None:
    """One instance: what it executes, where, and how far it is."""
    call = calls.get_instance(full_id(session, "instance", instance_id))
    show_item(session, session.envelope(call))


@command("list-all", example="courier state instance list-all --job-id 448ecaf3-5e44-4e7b-…")
@click.option("--job-id", metavar="ID", default=None, help="Those of one job.")
@with_status(InstanceStatus)
@span
@order
@paging
@common(CHEF_LIST)
@pass_session
def list_all(
    session: Session,
    *,
    job_id: str | None,
    status: str | None,
    run_after: str,
    run_before: str,
    sort_order: str,
    page: int,
    size: int,
) -> None:
    """All instances, by page."""
    call = calls.list_instances(
        page=page,
        size=size,
        job_id="" if job_id is None else full_id(session, "job", job_id),
        status=status or "",
        run_after=run_after,
        run_before=run_before,
        sort_order=sort_order,
    )
    show_page(session, session.envelope(call), shown.COLUMNS, shown.row)


@command(
    "list-instance-runs",
    example="courier state instance list-instance-runs --instanceId befe88f3",
)
@_instance
@click.option("--groupNum", "group_number", type=click.IntRange(min=0), default=None)
@with_status(RunStatus)
@span
@order
@paging
@common(CHEF_LIST)
@pass_session
def list_runs(
    session: Session,
    *,
    instance_id: str,
    group_number: int | None,
    status: str | None,
    run_after: str,
    run_before: str,
    sort_order: str,
    page: int,
    size: int,
) -> None:
    """The runs of an instance, one for each node."""
    call = calls.list_runs(
        full_id(session, "instance", instance_id),
        page=page,
        size=size,
        group_number=group_number,
        status=status or "",
        run_after=run_after,
        run_before=run_before,
        sort_order=sort_order,
    )
    show_page(session, session.envelope(call), shown_runs.COLUMNS, shown_runs.row)
