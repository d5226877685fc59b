"""``courier lists …``: list, show, add, fill, empty and remove saved lists of nodes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item, tell_done
from courier_backend.cli.clean import clean
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import meant
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import NEWEST, OLDEST, show_list
from courier_backend.cli.options import LIST, common, dry_run, lines, pass_session
from courier_backend.cli.problems import problems_of_options
from courier_backend.cli.session import Session
from courier_backend.cli.when import full, local
from courier_backend.cli.words import number_of
from courier_backend.client import targets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from courier_backend.client.call import Call
    from courier_backend.model.wire import ListItem, NodeItem

COLUMNS: Final = (
    Column("List", "id", "id"),
    Column("Name", key="name"),
    Column("Nodes", "number", "nodeCount"),
    Column("Description", key="description", spare=1),
    Column("Changed", key="modifiedAt", spare=2),
)
_NODES: Final = (Column("Node", "id"), Column("Name"), Column("Health", "status"))

lists: Final = group(
    "lists",
    "Saved lists of nodes: list, show, add, change and remove them.",
    {
        "list": Entry(f"{__name__}:list_", "All saved lists."),
        "show": Entry(f"{__name__}:show", "One saved list, and its nodes."),
        "add": Entry(f"{__name__}:add", "Save a list of nodes under a name."),
        "add-nodes": Entry(f"{__name__}:add_nodes", "Put nodes on a list."),
        "remove-nodes": Entry(f"{__name__}:remove_nodes", "Take nodes from a list."),
        "remove": Entry(f"{__name__}:remove", "Keep a list no more."),
    },
)
_nodes: Final = click.argument("nodes", nargs=-1, required=True, metavar="NODE…")


@command("list", example="courier lists list")
@lines
@common(LIST)
@pass_session
def list_(session: Session, *, size: int, page: int, oldest: bool) -> None:
    """Saved lists: the newest of them, the very newest last."""
    call = targets.list_lists(page=page, size=size, sort_order=OLDEST if oldest else NEWEST)
    empty = "No saved lists. `courier lists add NAME NODE…` saves one."
    show_list(session, call, COLUMNS, row, empty=empty)


@command("show", example="courier lists show canaries")
@click.argument("name", metavar="LIST")
@common()
@pass_session
def show(session: Session, *, name: str) -> None:
    """One saved list and its nodes, by its name, its id or the beginning of it."""
    call = targets.get_list_of_nodes(meant(session, "list", name), expand=True)
    show_item(session, session.envelope(call), _show)


@command("add", example="courier lists add canaries web-1 web-2")
@click.argument("name")
@_nodes
@click.option("--description", default="", help="What it is for.")
@dry_run
@common()
@pass_session
def add(session: Session, *, name: str, nodes: tuple[str, ...], description: str) -> None:
    """Save a list of nodes (their ids or names) under NAME, in this order."""
    body = {"name": name, "description": description, "nodeIds": _ids(session, nodes)}
    call = targets.create_list(json.dumps(body, ensure_ascii=False).encode())
    with problems_of_options():
        answer = session.envelope(call)
    _tell(session, answer, "was saved")


@command("add-nodes", example="courier lists add-nodes canaries web-3")
@click.argument("name", metavar="LIST")
@_nodes
@dry_run
@common()
@pass_session
def add_nodes(session: Session, *, name: str, nodes: tuple[str, ...]) -> None:
    """Put nodes on a list, behind those that are there."""
    _change(session, targets.add_to_list, name, nodes)


@command("remove-nodes", example="courier lists remove-nodes canaries web-1")
@click.argument("name", metavar="LIST")
@_nodes
@dry_run
@common()
@pass_session
def remove_nodes(session: Session, *, name: str, nodes: tuple[str, ...]) -> None:
    """Take nodes from a list."""
    _change(session, targets.take_from_list, name, nodes)


@command("remove", example="courier lists remove canaries")
@click.argument("name", metavar="LIST")
@dry_run
@common()
@pass_session
def remove(session: Session, *, name: str) -> None:
    """Keep a list no more; groups that name it will fail and say so."""
    answer = session.envelope(targets.delete_list(meant(session, "list", name)))
    tell_done(session, answer, f"List {clean(name)} was removed.")


def row(item: ListItem) -> tuple[str, ...]:
    """The cells of a list."""
    return (
        item["id"],
        item["name"],
        str(item["nodeCount"]),
        item["description"],
        local(item["modifiedAt"]),
    )


def _change(
    session: Session,
    change: Callable[[str, bytes], Call[ListItem]],
    name: str,
    nodes: Sequence[str],
) -> None:
    list_id = meant(session, "list", name)
    before = session.ask(targets.get_list_of_nodes(list_id))["nodeIds"]
    answer = session.envelope(change(list_id, targets.nodes_body(_ids(session, nodes))))
    is_same = answer["item"]["nodeIds"] == before
    _tell(session, answer, "stays as it was" if is_same else "was changed")


def _ids(session: Session, nodes: Sequence[str]) -> list[str]:
    return [meant(session, "node", node) for node in nodes]


def _tell(session: Session, answer: dict[str, ListItem], what: str) -> None:
    item = answer["item"]
    count = number_of(item["nodeCount"], "node")
    tell_done(session, answer, f"List {clean(item['name'])} ({item['id']}) {what}: {count}.")


def _show(item: ListItem) -> None:
    from courier_backend.cli.table import draw, facts, heading  # noqa: PLC0415  start-up time

    facts(
        (
            ("List", item["id"]),
            ("Name", item["name"]),
            ("Description", item["description"] or "–"),
            ("Created", full(item["createdAt"])),
            ("Modified", full(item["modifiedAt"])),
        )
    )
    nodes = item.get("nodes", [])
    heading(number_of(len(nodes), "node"))
    draw(_NODES, [(node["id"], node["name"], _health(node)) for node in nodes])


def _health(node: NodeItem) -> str:
    return "archived" if node["archived"] else node["healthStatus"]
