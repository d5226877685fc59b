"""What goes on: running work, what comes next, what failed, what ended, and how the fleet is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from courier_backend.client import calls
from courier_tui.frame import standing
from courier_tui.rows import FixedRows
from courier_tui.screens.live import LiveScreen
from courier_tui.subjects.instances import INSTANCE_BRIEF, INSTANCE_FAILED, INSTANCE_PAST
from courier_tui.subjects.jobs import JOB_COMING
from courier_tui.text import Span, content
from courier_tui.tone import Tone
from courier_tui.widgets.empty import Empty
from courier_tui.widgets.score import fleet_lines, score_line
from courier_tui.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual.widget import Widget

    from courier_backend.model.wire import InstanceItem, JobItem
    from courier_backend.model.wire import Overview as Counters
    from courier_tui.widgets.column import Column

LATELY: Final = 50
ENDED: Final = ("failure", "success", "canceled", "skipped")
"""So many of the newest are looked at, of each kind."""

COMING: Final = 5
"""So many jobs that are executed next."""

WELCOME: Final[Sequence[Sequence[Span]]] = (
    (("Welcome to Courier. Nothing has run here yet.", Tone.STRONG),),
    (("", Tone.PLAIN),),
    (("n     ", Tone.KEY), ("  choose a template, or a job file of yours", Tone.PLAIN)),
    (("ctrl+s", Tone.KEY), ("  submit it, and watch it run on this machine", Tone.PLAIN)),
    (("d     ", Tone.KEY), ("  in its run: download the evidence of it", Tone.PLAIN)),
    (("", Tone.PLAIN),),
    (("?     ", Tone.KEY), ("  lists the keys, wherever you are", Tone.MUTED)),
)


class Overview(LiveScreen):
    """The first screen."""

    CSS_PATH = "overview.tcss"

    def __init__(self) -> None:
        super().__init__("Overview")
        self.counters: Counters | None = None

    def body(self) -> Iterable[Widget]:
        """Score, then running work, failures, the past and the fleet."""
        yield Static(id="score")
        yield Empty(id="welcome")
        with Horizontal(id="panes"):
            with Vertical(id="work"):
                yield self._pane("Running now", "running", INSTANCE_BRIEF)
                yield self._pane("Ended lately", "past", INSTANCE_PAST)
            with Vertical(id="state"):
                fleet = Static(id="fleet", classes="card")
                fleet.border_title = "Fleet"
                yield fleet
                yield self._coming()
                yield self._pane("Failed lately", "failed", INSTANCE_FAILED)

    def _coming(self) -> Widget:
        table: Table[JobItem] = Table(
            JOB_COMING,
            key=lambda job: job["id"],
            marks=False,
            header=False,
            id="coming",
            clock=self.frame.clock,
        )
        pane = Vertical(table, Empty(id="no-coming"), id="pane-coming", classes="card")
        pane.border_title = "Comes next"
        return pane

    def _pane(self, title: str, name: str, columns: Sequence[Column[InstanceItem]]) -> Widget:
        table = Table(
            columns,
            key=lambda item: item["id"],
            marks=False,
            header=False,
            id=name,
            clock=self.frame.clock,
        )
        pane = Vertical(table, Empty(id=f"no-{name}"), id=f"pane-{name}", classes="card")
        pane.border_title = title
        return pane

    def on_mount(self) -> None:
        """What stands there when there is nothing."""
        self.query_one("#welcome", Empty).say_aligned(WELCOME)
        for name, line in (
            ("running", "Nothing runs."),
            ("past", "Nothing has ended yet."),
            ("failed", "Nothing has failed lately."),
            ("coming", "Nothing is scheduled."),
        ):
            self.query_one(f"#no-{name}", Empty).say([[(line, Tone.MUTED)]])

    async def load(self) -> None:
        """Counters and the newest instances."""
        counters, coming, running, ended = await asyncio.gather(
            self.frame.ask(calls.overview()),
            self.frame.ask(calls.list_jobs(size=COMING, sort_key="nextExecutionTime")),
            self._newest("running"),
            asyncio.gather(*(self._newest(status) for status in ENDED)),
        )
        if standing(self):
            self._show(counters, running, dict(zip(ENDED, ended, strict=True)))
            self._show_coming(coming["items"])
            self.set_class(not counters["instances"] and not coming["items"], "-welcome")

    async def _newest(self, status: str) -> list[InstanceItem]:
        call = calls.list_instances(size=LATELY, status=status, sort_order="desc")
        return (await self.frame.ask(call))["items"]

    def _show(
        self,
        counters: Counters,
        running: list[InstanceItem],
        ended: Mapping[str, list[InstanceItem]],
    ) -> None:
        self.counters = counters
        self._show_score()
        self.query_one("#fleet", Static).update(content(fleet_lines(counters["nodes"])))
        self._fill("running", running)
        self.query_one("#pane-running").styles.max_height = max(len(running), 1) + 2
        self._fill("past", ended_lately(ended))
        self._fill("failed", ended["failure"])

    def _show_score(self) -> None:
        if self.counters is not None:
            width = max(self.size.width - 2, 10)
            self.query_one("#score", Static).update(content(score_line(self.counters, width)))

    def on_resize(self) -> None:
        """The score is as wide as the screen."""
        self._show_score()

    def _show_coming(self, jobs: list[JobItem]) -> None:
        table: Table[JobItem] = self.query_one("#coming", Table)
        table.show(FixedRows(jobs))
        pane = self.query_one("#pane-coming")
        pane.set_class(not jobs, "-empty")
        pane.styles.max_height = max(len(jobs), 1) + 2

    def _fill(self, name: str, items: list[InstanceItem]) -> None:
        table: Table[Any] = self.query_one(f"#{name}", Table)
        table.show(FixedRows(items))
        self.query_one(f"#pane-{name}").set_class(not items, "-empty")

    def tick(self) -> None:
        """What runs has run a second longer, and what comes next has come nearer."""
        for table in self.query(Table):
            table.refresh()

    @on(Table.Opened)
    def _open(self, event: Table.Opened) -> None:
        from courier_tui.screens.instance import InstanceScreen  # noqa: PLC0415  when first shown
        from courier_tui.screens.job import JobScreen  # noqa: PLC0415  when first shown

        row = event.table.current
        if row is None:
            return
        if event.table.id == "coming":
            self.frame.open(JobScreen(row["id"], row["name"]))
        else:
            self.frame.open(InstanceScreen(row["id"], row["jobName"]))


def ended_lately(ended: Mapping[str, list[InstanceItem]]) -> list[InstanceItem]:
    """What ended, the newest first; of what a job skips over and over the newest stands for all."""
    skipped = {item["jobId"]: item for item in reversed(ended["skipped"])}
    found = [item for status in ENDED if status != "skipped" for item in ended[status]]
    found += skipped.values()
    return sorted(found, key=lambda item: item["createdAt"], reverse=True)[:LATELY]
