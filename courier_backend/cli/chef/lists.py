"""``management list …``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import Body, with_body
from courier_backend.cli.declare import command
from courier_backend.cli.example_option import Needed, with_examples
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look import lists as shown
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

_list = click.option(
    "--listId", "list_id", metavar="ID", required=True, cls=Needed, help="Which saved list."
)


@command("create-list", example="courier management list create-list --body-file list.json")
@with_examples("list")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def create_list(session: Session, *, given: Body) -> None:
    """Save a list of nodes under a name of its own."""
    show_item(session, sent(session, targets.create_list, given))


@command("add-nodes", example="courier management list add-nodes --listId ID --body-file f")
@_list
@with_examples("nodes")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def add_nodes(session: Session, *, list_id: str, given: Body) -> None:
    """Put nodes on a list, behind those that are there."""
    show_item(session, sent(session, targets.add_to_list, given, full_id(session, "list", list_id)))


@command("remove-nodes", example="courier management list remove-nodes --listId ID --body-file f")
@_list
@with_examples("nodes")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def remove_nodes(session: Session, *, list_id: str, given: Body) -> None:
    """Take nodes from a list; those that are not on it do no harm."""
    show_item(
        session, sent(session, targets.take_from_list, given, full_id(session, "list", list_id))
    )


@command("modify-nodes", example="courier management list modify-nodes --listId ID --body-file f")
@_list
@with_examples("nodes")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def modify_nodes(session: Session, *, list_id: str, given: Body) -> None:
    """Let a list hold these nodes, and no others."""
    show_item(session, sent(session, targets.set_list, given, full_id(session, "list", list_id)))


@command("delete-list", example="courier management list delete-list --listId 61013744-bd6e-…")
@_list
@dry_run
@common(CHEF_ITEM)
@pass_session
def delete_list(session: Session, *, list_id: str) -> None:
    """Keep a list no more; groups that name it will fail and say so."""
    call = targets.delete_list(full_id(session, "list", list_id))
    show_item(session, session.envelope(call))


@command("find-all-lists", example="courier management list find-all-lists --pagination.size 100")
@order
@paging
@common(CHEF_LIST)
@pass_session
def find_all_lists(session: Session, *, sort_order: str, page: int, size: int) -> None:
    """All saved lists, by page."""
    call = targets.list_lists(page=page, size=size, sort_order=sort_order)
    show_page(session, session.envelope(call), shown.COLUMNS, shown.row)


@command("find-one-list", example="courier management list find-one-list --listId ID --expand true")
@_list
@click.option(
    "--expand",
    is_flag=False,
    flag_value="true",
    default="false",
    type=click.BOOL,
    help="With the nodes themselves (true or false).",
)
@common(CHEF_ITEM)
@pass_session
def find_one_list(session: Session, *, list_id: str, expand: bool) -> None:
    """One saved list."""
    call = targets.get_list_of_nodes(full_id(session, "list", list_id), expand=expand)
    show_item(session, session.envelope(call))
