"""``management node …`` and ``status get-status``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import Body, with_body
from courier_backend.cli.declare import command
from courier_backend.cli.example_option import Needed, with_examples
from courier_backend.cli.ids import full_id
from courier_backend.cli.listing import show_page
from courier_backend.cli.look import nodes as shown
from courier_backend.cli.options import (
    CHEF_ITEM,
    CHEF_LIST,
    common,
    dry_run,
    paging,
    pass_session,
)
from courier_backend.cli.output import say
from courier_backend.cli.sending import sent
from courier_backend.cli.session import Session
from courier_backend.client import calls, targets
from courier_backend.model.errors import BadInput

_node = click.option(
    "--nodeId", "node_id", metavar="ID", required=True, cls=Needed, help="Which node."
)


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


@command("create-node", example="courier management node create-node --body-file node.json")
@with_examples("node")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def create_node(session: Session, *, given: Body) -> None:
    """Take a node into the fleet: the one whose runner answers at its url and knows the token."""
    show_item(session, sent(session, targets.create_node, given))


@command("approve-node", example="courier management node approve-node --nodeId 03ba18c0-68b2-…")
@_node
@common(CHEF_ITEM)
@pass_session
def approve_node(session: Session, *, node_id: str) -> None:
    """Nothing is to approve: who knows a node's token has approved it by adding it."""
    answer = session.envelope(calls.get_node(full_id(session, "node", node_id)))
    say("Nodes come approved here: it is enrolled already.")
    show_item(session, answer)


@command("archive-node", example="courier management node archive-node --nodeId 03ba18c0-68b2-…")
@_node
@dry_run
@common(CHEF_ITEM)
@pass_session
def archive_node(session: Session, *, node_id: str) -> None:
    """Target a node no more; its history stays."""
    show_item(session, session.envelope(calls.archive_node(full_id(session, "node", node_id))))


@command("modify-tags", example="courier management node modify-tags --nodeId ID --body-file t")
@_node
@with_examples("tags")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def modify_tags(session: Session, *, node_id: str, given: Body) -> None:
    """All tags of a node, anew (`courier nodes tag` changes some of them)."""
    show_item(session, sent(session, targets.set_tags, given, full_id(session, "node", node_id)))


@command("update-attributes", example="courier management node update-attributes --nodeId ID …")
@_node
@with_examples("attributes")
@with_body()
@dry_run
@common(CHEF_ITEM)
@pass_session
def update_attributes(session: Session, *, node_id: str, given: Body) -> None:
    """Say something of a node that it does not tell itself; an empty value takes it away."""
    show_item(
        session, sent(session, targets.set_attributes, given, full_id(session, "node", node_id))
    )


@command("assign-cohort", example="courier nodes tag web-1 cohort=blue")
@_node
@click.option("--cohortId", "cohort_id", default="", metavar="ID", help="There are none.")
@with_body(required=False)
@dry_run
@common(CHEF_ITEM)
@pass_session
def assign_cohort(
    session: Session,  # noqa: ARG001  every command has one
    *,
    node_id: str,  # noqa: ARG001  what a script may give
    cohort_id: str,  # noqa: ARG001  what a script may give
    given: Body | None,  # noqa: ARG001  what a script may give
) -> None:
    """There are no cohorts here: tell nodes apart by tags."""
    raise BadInput(
        "Courier has no cohorts; nodes are told apart by tags.",
        hint="`courier nodes tag NODE cohort=NAME` says the same.",
    )
