"""The fleet, in a list."""

from __future__ import annotations

from typing import Final

from courier_backend.model.wire import NodeItem
from courier_tui import describe
from courier_tui.describe import say
from courier_tui.signs import badge, health_sign
from courier_tui.text import Span
from courier_tui.tone import Tone
from courier_tui.widgets.column import Column, Ink
from courier_tui.widgets.listing import Subject
from courier_tui.wording import ago, short


def _node_status(node: NodeItem) -> str:
    return "archived" if node["archived"] else node["healthStatus"]


def _kind(node: NodeItem) -> str:
    if node["builtin"]:
        return "this machine"
    return "lab" if node["lab"] else ""


def _tags(node: NodeItem, _ink: Ink) -> list[Span]:
    return say(" ".join(f"{key}={value}" for key, value in node["tags"].items()), Tone.MUTED)


def _busy(node: NodeItem, _ink: Ink) -> list[Span]:
    busy = node["activeRuns"]
    return [(str(busy), Tone.LIVE if busy else Tone.MUTED), (f"/{node['capacity']}", Tone.MUTED)]


def _node_haystack(node: NodeItem) -> str:
    tags = [f"{key}={value}" for key, value in node["tags"].items()]
    platform = describe.platform(node["attributes"])
    return " ".join(
        (node["name"], _node_status(node), node["id"], node["url"], _kind(node), platform, *tags)
    )


NODES: Final[Subject[NodeItem]] = Subject(
    columns=(
        Column(
            "health",
            "Health",
            lambda n, _k: badge(health_sign(_node_status(n))),
            12,
            sort=_node_status,
        ),
        Column(
            "name",
            "Name",
            lambda n, _k: say(n["name"]),
            14,
            grow=2,
            sort=lambda n: n["name"].casefold(),
        ),
        Column("kind", "Kind", lambda n, _k: say(_kind(n), Tone.MUTED), 12, drop=4, sort=_kind),
        Column(
            "platform",
            "Platform",
            lambda n, _k: say(describe.platform(n["attributes"]), Tone.MUTED),
            16,
            grow=1,
            drop=3,
        ),
        Column("busy", "Busy", _busy, 5, right=True, sort=lambda n: n["activeRuns"]),
        Column(
            "latency",
            "Latency",
            lambda n, _k: say(describe.latency(n["latencySeconds"]), Tone.MUTED),
            8,
            right=True,
            drop=8,
            sort=lambda n: n["latencySeconds"],
        ),
        Column(
            "contact",
            "Contact",
            lambda n, k: say(ago(n["lastContactAt"], k.now), Tone.MUTED),
            10,
            right=True,
            drop=1,
            sort=lambda n: n["lastContactAt"],
        ),
        Column("tags", "Tags", _tags, 16, grow=4, drop=2),
        Column("id", "Id", lambda n, _k: say(short(n["id"]), Tone.FAINT), 8, drop=6),
    ),
    key=lambda node: node["id"],
    haystack=_node_haystack,
    one="node",
    many="nodes",
    nothing=(
        (("No nodes yet.", Tone.STRONG),),
        (
            ("courier lab up --nodes 12", Tone.LIVE),
            (" brings up a fleet on this machine,", Tone.MUTED),
        ),
        (("courier node add URL", Tone.LIVE), (" adds one of yours.", Tone.MUTED)),
    ),
)
