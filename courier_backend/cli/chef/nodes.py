"""``management node …`` and ``status get-status``."""

from __future__ import annotations

import click

from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import PROGRAMS, common, paging, pass_session
from courier_backend.cli.output import write_json
from courier_backend.cli.session import Session
from courier_backend.client import calls

_node = click.option("--nodeId", "node_id", metavar="ID", required=True, help="Which node.")


@command("find-all-nodes", example="courier management node find-all-nodes --pagination.size 1000")
@paging
@common(PROGRAMS)
@pass_session
def find_all_nodes(session: Session, *, page: int, size: int) -> None:
    """All nodes, by page."""
    write_json(session.envelope(calls.list_nodes(page=page, size=size)))


@command("find-one-node", example="courier management node find-one-node --nodeId 03ba18c0-68b2-…")
@_node
@common(PROGRAMS)
@pass_session
def find_one_node(session: Session, *, node_id: str) -> None:
    """One node: its attributes, its skills, how it is."""
    write_json(session.envelope(calls.get_node(full_id(session, "node", node_id))))


@command("get-status", example="courier status get-status --nodeId 03ba18c0-68b2-43ba-…")
@_node
@common(PROGRAMS)
@pass_session
def get_status(session: Session, *, node_id: str) -> None:
    """How a node is."""
    write_json(session.envelope(calls.node_status(full_id(session, "node", node_id))))
