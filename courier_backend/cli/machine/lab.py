"""``courier lab up|status|down``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from courier_backend.cli.answer import tell_done
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import show_page
from courier_backend.cli.options import ITEM, LIST, common, dry_run, pass_session
from courier_backend.cli.output import say
from courier_backend.cli.session import Session
from courier_backend.cli.words import number_of
from courier_backend.client import calls

if TYPE_CHECKING:
    from courier_backend.client.call import Call
    from courier_backend.model.wire import LabItem

_COLUMNS: Final = (
    Column("Node", "id", "id"),
    Column("Name", key="name"),
    Column("Home", key="home"),
)
_SECONDS: Final = 900.0
"""Thousands of nodes take their time."""


lab: Final = group(
    "lab",
    "A fleet of real nodes on this machine: to try, to teach, to measure.",
    {
        "up": Entry(f"{__name__}:up", "Bring up a lab, or change its size."),
        "status": Entry(f"{__name__}:status", "The nodes of the lab."),
        "down": Entry(f"{__name__}:down", "Take the lab down."),
    },
)


@command("up", example="courier lab up --nodes 12")
@click.option("--nodes", type=click.IntRange(1, 5000), required=True, help="How many.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=None, help="Same seed, same ids and facts."
)
@dry_run
@common(LIST)
@pass_session
def up(session: Session, *, nodes: int, seed: int | None) -> None:
    """Bring up a lab; again with another number it grows or shrinks. Returns when all answer."""
    if not session.for_programs:
        say(f"Bringing up {number_of(nodes, 'node')} …")
    _show(session, calls.lab_up(nodes, seed=seed))


@command("status", example="courier lab status")
@common(LIST)
@pass_session
def status(session: Session) -> None:
    """The lab's nodes that run now."""
    _show(session, calls.lab_status())


@command("down", example="courier lab down")
@dry_run
@common(ITEM)
@pass_session
def down(session: Session) -> None:
    """Stop the lab's nodes and archive them; history stays."""
    answer = session.envelope(calls.lab_down(), seconds=_SECONDS)
    nodes = number_of(answer["totalItems"], "node")
    tell_done(session, answer, f"The lab is down. Archived: {nodes}; their history stays.")


def _show(session: Session, call: Call[Any]) -> None:
    answer = session.envelope(call, seconds=_SECONDS)
    empty = "There is no lab. `courier lab up --nodes 5` brings one up."
    show_page(session, answer, _COLUMNS, _row, empty=empty)
    if not session.for_programs and answer["items"]:
        say(f"{number_of(len(answer['items']), 'node')} running.")


def _row(node: LabItem) -> tuple[str, ...]:
    return node["id"], node["name"], node["home"]
