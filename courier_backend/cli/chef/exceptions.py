"""``scheduler exceptions …``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import Body, with_body
from courier_backend.cli.declare import command
from courier_backend.cli.example_option import with_examples
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look import exceptions as shown
from courier_backend.cli.options import (
    CHEF_ITEM,
    CHEF_LIST,
    common,
    dry_run,
    order,
    paging,
    pass_session,
)
from courier_backend.cli.sending import sent
from courier_backend.cli.session import Session
from courier_backend.client import schedules

_rule = click.option(
    "--exceptionId", "exception_id", metavar="ID", required=True, help="Which rule."
)


@command("add-rule", example="courier scheduler exceptions add-rule --body-file exception.json")
@with_examples("exception")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def add_rule(
    session: Session,
    *,
    given: Body,
) -> None:
    """Add a rule for all jobs: in its windows nothing is executed."""
    show_item(session, sent(session, schedules.add_exception, given))


@command("get-rule", example="courier scheduler exceptions get-rule --exceptionId 61013744-bd6e-…")
@_rule
@common(CHEF_ITEM)
@pass_session
def get_rule(session: Session, *, exception_id: str) -> None:
    """One rule, and its next window."""
    call = schedules.get_exception(full_id(session, "exception", exception_id))
    show_item(session, session.envelope(call))


@command("list-rules", example="courier scheduler exceptions list-rules --pagination.size 100")
@order
@paging
@common(CHEF_LIST)
@pass_session
def list_rules(session: Session, *, sort_order: str, page: int, size: int) -> None:
    """All rules, by page."""
    call = schedules.list_exceptions(page=page, size=size, sort_order=sort_order)
    show_page(session, session.envelope(call), shown.COLUMNS, shown.row)


@command(
    "update-rule",
    example="courier scheduler exceptions update-rule --exceptionId ID --body-file r.json",
)
@_rule
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def update_rule(
    session: Session,
    *,
    exception_id: str,
    given: Body,
) -> None:
    """Give a rule another recurrence or duration; the next executions are worked out anew."""
    show_item(
        session,
        sent(
            session, schedules.update_exception, given, full_id(session, "exception", exception_id)
        ),
    )


@command("delete-rule", example="courier scheduler exceptions delete-rule --exceptionId 61013744-…")
@_rule
@dry_run
@common(CHEF_ITEM)
@pass_session
def delete_rule(session: Session, *, exception_id: str) -> None:
    """Take a rule away; the next executions are worked out anew."""
    call = schedules.delete_exception(full_id(session, "exception", exception_id))
    show_item(session, session.envelope(call))
