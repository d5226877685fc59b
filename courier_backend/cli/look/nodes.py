"""``courier nodes list`` and ``show``; the commands that change the fleet hang here, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import meant
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import NEWEST, OLDEST, show_list
from courier_backend.cli.options import ITEM, LIST, common, lines, pass_session
from courier_backend.cli.session import Session
from courier_backend.cli.when import between, full, local
from courier_backend.client import calls

if TYPE_CHECKING:
    from courier_backend.model.wire import NodeItem

COLUMNS: Final = (
    Column("Node", "id", "id", spare=5),
    Column("Name", key="name"),
    Column("Health", "status", "healthStatus"),
    Column("Platform", key="attributes.platform", spare=3),
    Column("Runs", "number", "activeRuns", spare=1),
    Column("Last contact", key="lastContactAt", spare=2),
    Column("", "quiet"),
    Column("Tags", key="tags", spare=4),
)
_NONE: Final = "No nodes. `courier lab up --nodes 5` makes some; `courier node add` adds real ones."
_FACTS: Final = (Column("Name"), Column("Value"), Column("From", "quiet"))

nodes: Final = group(
    "nodes",
    "The fleet: list, show, add, import, remove, tag and archive nodes.",
    {
        "list": Entry(f"{__name__}:list_", "All nodes."),
        "show": Entry(f"{__name__}:show", "One node, and its facts."),
        "add": Entry("courier_backend.cli.machine.fleet:add", "Take a node into the fleet."),
        "import": Entry("courier_backend.cli.machine.node_import:import_", "Take in many."),
        "remove": Entry("courier_backend.cli.machine.fleet:remove", "Forget a node."),
        "tag": Entry("courier_backend.cli.machine.fleet:tag", "Set or take away tags."),
        "archive": Entry("courier_backend.cli.machine.fleet:archive", "Target a node no more."),
    },
)


@command("list", example="courier nodes list --tag role=web --health offline")
@click.option("--name", default="", help="Exactly this name.")
@click.option("--health", type=click.Choice(["reachable", "offline", "unknown"]), default=None)
@click.option(
    "--tag", "tags", multiple=True, metavar="K=V|K", help="With this tag; may be repeated."
)
@click.option("--archived", is_flag=True, help="Those that are archived.")
@lines
@common(LIST)
@pass_session
def list_(
    session: Session,
    *,
    name: str,
    health: str | None,
    tags: tuple[str, ...],
    archived: bool,
    size: int,
    page: int,
    oldest: bool,
) -> None:
    """Nodes: the newest of them, the very newest last."""
    call = calls.list_nodes(
        page=page,
        size=size,
        name=name,
        health=health or "",
        tags=tags,
        archived=archived,
        sort_order=OLDEST if oldest else NEWEST,
    )
    asked = any((name, health, tags, archived))
    show_list(session, call, COLUMNS, row, empty="No node is like that." if asked else _NONE)


@command("show", example="courier nodes show web-1")
@click.argument("node")
@common(ITEM)
@pass_session
def show(session: Session, *, node: str) -> None:
    """One node, by its id, the beginning of it, or its name."""
    answer = session.envelope(calls.get_node(meant(session, "node", node)))
    show_item(session, answer, _show)


def row(node: NodeItem) -> tuple[str, ...]:
    """The cells of a node."""
    marks = [name for name in ("builtin", "lab", "archived") if node[name]]
    return (
        node["id"],
        node["name"],
        node["healthStatus"],
        _platform(node),
        str(node["activeRuns"]),
        local(node["lastContactAt"]),
        ", ".join("this machine" if mark == "builtin" else mark for mark in marks),
        _tags(node),
    )


def _platform(node: NodeItem) -> str:
    known = {each["name"]: each["value"] for each in node["attributes"]}
    return " ".join(known[name] for name in ("platform", "platform_version") if name in known)


def _tags(node: NodeItem) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(node["tags"].items()))


def _show(node: NodeItem) -> None:
    from courier_backend.cli.table import draw, facts, heading  # noqa: PLC0415  start-up time

    skills = ", ".join(f"{each['name']} {each['version']}" for each in node["installedSkills"])
    facts(
        (
            ("Node", node["id"]),
            ("Name", node["name"]),
            ("Health", node["healthStatus"]),
            ("Since", f"{full(node['healthSince'])} ({between(node['healthSince'], '')})"),
            ("Reason", node["healthReason"] or "–"),
            ("Address", node["url"]),
            ("Last contact", full(node["lastContactAt"])),
            ("Latency", f"{node['latencySeconds'] * 1000:.1f} ms"),
            ("Clock skew", f"{node['clockSkewSeconds']:+.3f} s"),
            ("Runner", node["runnerVersion"] or "–"),
            ("Runs now", f"{node['activeRuns']} of {node['capacity']} at a time"),
            ("Archived", "yes" if node["archived"] else "no"),
            ("Tags", _tags(node) or "–"),
            ("Skills", skills or "–"),
        ),
        ("Health",),
    )
    heading("Facts")
    draw(_FACTS, [(a["name"], a["value"], a["namespace"]) for a in node["attributes"]])
