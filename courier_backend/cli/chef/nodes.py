"""``management node …`` and ``status get-status``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look import nodes as shown
from courier_backend.cli.options import CHEF_ITEM, CHEF_LIST, common, paging, pass_session
from courier_backend.cli.session import Session
from courier_backend.client import calls

_node = click.option("--nodeId", "node_id", metavar="ID", required=True, help="Which node.")


@command("find-all-nodes", example="courier management node find-all-nodes --pagination.size 1000")
@paging
@common(CHEF_LIST)
@pass_session
def find_all_nodes(session: Session, *, page: int, size: int) -> None:
    """All nodes, by page."""
    show_page(
        session, session.envelope(calls.list_nodes(page=page, size=size)), shown.COLUMNS, shown.row
    )


@command("find-one-node", example="courier management node find-one-node --nodeId 03ba18c0-68b2-…")
@_node
@common(CHEF_ITEM)
@pass_session
def find_one_node(session: Session, *, node_id: str) -> None:
    """One node: its attributes, its skills, how it is."""
    show_item(session, session.envelope(calls.get_node(full_id(session, "node", node_id))))


@command("get-status", example="courier status get-status --nodeId 03ba18c0-68b2-43ba-…")
@_node
@common(CHEF_ITEM)
@pass_session
def get_status(session: Session, *, node_id: str) -> None:
    """How a node is."""
    show_item(session, session.envelope(calls.node_status(full_id(session, "node", node_id))))
