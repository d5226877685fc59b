"""``management filter …``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import Body, with_body
from courier_backend.cli.declare import command
from courier_backend.cli.example_option import with_examples
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look import filters as shown
from courier_backend.cli.look import nodes as shown_nodes
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
from courier_backend.client import targets

_filter = click.option(
    "--filterId", "filter_id", metavar="ID", required=True, help="Which saved filter."
)


@command("create-filter", example="courier management filter create-filter --body-file filter.json")
@with_examples("filter")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def create_filter(session: Session, *, given: Body) -> None:
    """Save a filter under a name of its own."""
    show_item(session, sent(session, targets.create_filter, given))


@command("update-filter", example="courier management filter update-filter --filterId ID --body …")
@_filter
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def update_filter(session: Session, *, filter_id: str, given: Body) -> None:
    """Save another filter under the same id; instances that begin from now on use it."""
    show_item(
        session, sent(session, targets.update_filter, given, full_id(session, "filter", filter_id))
    )


@command("delete-filter", example="courier management filter delete-filter --filterId 61013744-…")
@_filter
@dry_run
@common(CHEF_ITEM)
@pass_session
def delete_filter(session: Session, *, filter_id: str) -> None:
    """Keep a filter no more; groups that name it will fail and say so."""
    call = targets.delete_filter(full_id(session, "filter", filter_id))
    show_item(session, session.envelope(call))


@command("find-all-filters", example="courier management filter find-all-filters")
@order
@paging
@common(CHEF_LIST)
@pass_session
def find_all_filters(session: Session, *, sort_order: str, page: int, size: int) -> None:
    """All saved filters, by page."""
    call = targets.list_filters(page=page, size=size, sort_order=sort_order)
    show_page(session, session.envelope(call), shown.COLUMNS, shown.row)


@command("find-one-filter", example="courier management filter find-one-filter --filterId 61013…")
@_filter
@common(CHEF_ITEM)
@pass_session
def find_one_filter(session: Session, *, filter_id: str) -> None:
    """One saved filter."""
    call = targets.get_filter(full_id(session, "filter", filter_id))
    show_item(session, session.envelope(call))


@command("run-adhocFilter", example="courier management filter run-adhocFilter --body-file f.json")
@with_examples("filter")
@with_body()
@paging
@common(CHEF_LIST)
@pass_session
def run_ad_hoc(session: Session, *, given: Body, page: int, size: int) -> None:
    """The nodes that a filter admits now, without saving it."""
    answer = sent(session, targets.run_filter, given, page=page, size=size)
    show_page(session, answer, shown_nodes.COLUMNS, shown_nodes.row)


@command("run-savedFilter", example="courier management filter run-savedFilter --filterId 61013…")
@_filter
@paging
@common(CHEF_LIST)
@pass_session
def run_saved(session: Session, *, filter_id: str, page: int, size: int) -> None:
    """The nodes that a saved filter admits now."""
    wanted = full_id(session, "filter", filter_id)
    call = targets.run_saved_filter(wanted, page=page, size=size)
    show_page(session, session.envelope(call), shown_nodes.COLUMNS, shown_nodes.row)
