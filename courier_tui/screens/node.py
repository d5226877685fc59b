"""One node: how it is, what it is, and what ran on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from courier_backend.client import calls
from courier_tui import describe
from courier_tui.frame import standing
from courier_tui.screens.live import LiveScreen
from courier_tui.signs import badge, health_sign
from courier_tui.subjects.runs import NODE_RUNS
from courier_tui.text import content
from courier_tui.tone import Tone
from courier_tui.widgets.facts import fact_lines
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.table import Table
from courier_tui.wording import ago, duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from courier_backend.client.call import Page
    from courier_backend.model.wire import NodeItem, RunItem
    from courier_tui.changes import Changes
    from courier_tui.text import Span

_PLATFORM, _INTERPRETER = "chef-platform/", "-interpreter"


class NodeScreen(LiveScreen):
    """A node, its facts and its runs."""

    CSS_PATH = "node.tcss"

    def __init__(self, node_id: str, name: str) -> None:
        super().__init__(name)
        self.node_id = node_id
        self.node: NodeItem | None = None

    def body(self) -> Iterable[Widget]:
        """Facts beside runs."""
        with Horizontal(id="panes"):
            facts = VerticalScroll(Static(id="facts"), id="facts-card", classes="card")
            facts.border_title = "Facts"
            yield facts
            listing = Listing(NODE_RUNS, self._fetch)
            listing.add_class("card")
            listing.border_title = "Runs"
            yield listing

    def on_mount(self) -> None:
        """Runs are what one looks for."""
        self.listing.table.focus()

    async def _fetch(self, page: int, size: int) -> Page[RunItem]:
        return await self.frame.ask(
            calls.list_runs(page=page, size=size, node_id=self.node_id, sort_order="desc")
        )

    @property
    def listing(self) -> Listing[RunItem]:
        """Its runs."""
        return self.query_one(Listing)

    async def load(self) -> None:
        """The node and the rows in sight."""
        self.listing.reload()
        node = await self.frame.ask(calls.get_node(self.node_id))
        self.node = node
        if standing(self):
            self._show(node)

    def _show(self, node: NodeItem) -> None:
        self.name_crumb(node["name"])
        facts = [*self._health(node), *_tags(node), *_skills(node), *_attributes(node)]
        self.query_one("#facts", Static).update(content(fact_lines(facts)))

    def _health(self, node: NodeItem) -> list[tuple[str, list[Span]]]:
        status = "archived" if node["archived"] else node["healthStatus"]
        now = self.frame.clock()
        facts = [
            ("Health", badge(health_sign(status))),
            ("Why", describe.say(node["healthReason"], Tone.WARN)),
            ("Since", describe.say(ago(node["healthSince"], now))),
            ("Contact", describe.say(ago(node["lastContactAt"], now))),
            ("Latency", describe.say(describe.latency(node["latencySeconds"]))),
            ("Clock", _skew(node["clockSkewSeconds"])),
            ("Runner", describe.say(node["runnerVersion"])),
            ("Busy", describe.say(f"{node['activeRuns']} of {node['capacity']}")),
            ("Address", describe.say(node["url"])),
            ("Id", describe.say(node["id"], Tone.MUTED)),
        ]
        return [fact for fact in facts if any(text for text, _ in fact[1])]

    def tick(self) -> None:
        """The last contact is a second longer ago."""
        if self.node is not None:
            self._show(self.node)
        self.listing.table.refresh()

    def concerned(self, changes: Changes) -> bool:
        """Whether this node or a run on it changed."""
        return changes.of_node(self.node_id)

    @on(Table.Opened)
    def _open(self) -> None:
        from courier_tui.screens.run import RunScreen  # noqa: PLC0415  when first shown

        run = self.listing.current
        if run is not None:
            self.frame.open(RunScreen(run["runId"], f"run {run['runId'][:8]}"))


def _skew(seconds: float) -> list[Span]:
    """How far the node's clock is from ours; nothing when nobody could notice."""
    if abs(seconds) < _NOTICED:
        return []
    which = "ahead" if seconds > 0 else "behind"
    tone = Tone.WARN if abs(seconds) >= _TOO_FAR else Tone.PLAIN
    return describe.say(f"{duration(abs(seconds))} {which}", tone)


_NOTICED: Final = 0.5
_TOO_FAR: Final = 5.0


def _tags(node: NodeItem) -> list[tuple[str, list[Span]]]:
    return [
        ("Tags" if not place else "", describe.say(f"{key}={value}"))
        for place, (key, value) in enumerate(node["tags"].items())
    ]


def _skills(node: NodeItem) -> list[tuple[str, list[Span]]]:
    """The platform's own without its name before theirs, so that the version is in sight."""
    return [
        (
            "" if place else "Skill",
            describe.say(f"{_short(skill['name'])} {skill['version']}"),
        )
        for place, skill in enumerate(node["installedSkills"])
    ]


def _attributes(node: NodeItem) -> list[tuple[str, list[Span]]]:
    return [
        (item["name"][:20], describe.say(str(item["value"])))
        for item in node["attributes"]
        if item["namespace"] != "tags"
    ]


def _short(skill: str) -> str:
    """A skill without what all of the platform's interpreters are called: its version must fit."""
    return skill.removeprefix(_PLATFORM).removesuffix(_INTERPRETER)
