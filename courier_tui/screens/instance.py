"""One instance: how it stands, its groups, and every run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from courier_backend.client import calls
from courier_tui import describe
from courier_tui.frame import standing
from courier_tui.keymap import AGAIN, CANCEL, bindings
from courier_tui.rows import FixedRows
from courier_tui.screens.live import LiveScreen
from courier_tui.signs import UNFINISHED, badge, sign
from courier_tui.subjects.instances import GROUP_COLUMNS
from courier_tui.subjects.runs import RUNS
from courier_tui.text import content, plain
from courier_tui.tone import Tone
from courier_tui.widgets.bars import bar, score, tally
from courier_tui.widgets.facts import fact_line
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.table import Table
from courier_tui.wording import ago, clock, counted, moment, short, span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from textual.binding import BindingType
    from textual.widget import Widget

    from courier_backend.client.call import Page
    from courier_backend.model.wire import GroupItem, InstanceItem, RunItem
    from courier_tui.changes import Changes
    from courier_tui.text import Span

MOST_GROUPS_SHOWN = 6


class InstanceScreen(LiveScreen):
    """An instance and its runs."""

    CSS_PATH = "instance.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CANCEL, AGAIN)

    def __init__(self, instance_id: str, name: str) -> None:
        super().__init__(name)
        self.instance_id = instance_id
        self.instance: InstanceItem | None = None

    def body(self) -> Iterable[Widget]:
        """Head line, bar, groups, runs."""
        yield Static(id="head")
        yield Static(id="bar")
        yield Static(id="why")
        yield Table(
            GROUP_COLUMNS,
            key=lambda group: str(group["groupNumber"]),
            marks=False,
            header=False,
            id="groups",
            clock=self.frame.clock,
        )
        yield Listing(RUNS, self._fetch, id="runs")

    def on_mount(self) -> None:
        """Runs are what one looks for."""
        self.listing.table.focus()

    async def _fetch(self, page: int, size: int) -> Page[RunItem]:
        return await self.frame.ask(calls.list_runs(self.instance_id, page=page, size=size))

    @property
    def listing(self) -> Listing[RunItem]:
        """Its runs."""
        return self.query_one("#runs", Listing)

    async def load(self) -> None:
        """The instance and the rows in sight."""
        self.listing.reload()
        instance = await self.frame.ask(calls.get_instance(self.instance_id))
        self.instance = instance
        if standing(self):
            self._show(instance)
            self.name_crumb(self.crumb or instance["jobName"])
            self.refresh_bindings()

    def _show(self, instance: InstanceItem) -> None:
        self._show_head(instance)
        why = instance["reason"]
        if instance["overridden"]:
            why = f"begun all the same: {instance['overridden']}"
        self.query_one("#why", Static).display = bool(why)
        self.query_one("#why", Static).update(content([(plain(why), Tone.MUTED)]))
        groups: Table[GroupItem] = self.query_one("#groups", Table)
        groups.display = len(instance["groups"]) > 1
        groups.styles.height = min(len(instance["groups"]), MOST_GROUPS_SHOWN)
        groups.show(FixedRows(instance["groups"]))

    def _show_head(self, instance: InstanceItem) -> None:
        self.query_one("#head", Static).update(content(fact_line(self._facts(instance))))
        width = max(self.size.width - 2, 10)
        self.query_one("#bar", Static).display = bool(instance["totalRuns"])
        found = tally(instance["runCounts"], instance["totalRuns"])
        percent = f"  {found.percent} %"
        line = bar(instance["runCounts"], width - len(percent), instance["totalRuns"])
        self.query_one("#bar", Static).update(content([*line, (percent, Tone.MUTED)]))

    def _facts(self, instance: InstanceItem) -> list[tuple[str, list[Span]]]:
        now = self.frame.clock()
        facts = [
            ("", badge(sign(instance["status"]))),
            *_score(instance),
            *_took(instance, now),
            (
                "started" if moment(instance["startedAt"]) else "recorded",
                describe.say(ago(instance["createdAt"], now)),
            ),
            ("by", describe.say(instance["triggeredBy"])),
            ("id", describe.say(short(instance["id"]), Tone.MUTED)),
        ]
        if moment(instance["cancelRequestedAt"]) and instance["status"] in UNFINISHED:
            facts.insert(1, ("", [("⊘ canceling", Tone.WARN)]))
        if moment(instance["dueAt"]):
            facts.append(("due", describe.say(clock(instance["dueAt"]))))
        if instance["lateCompletions"]:
            late = counted(instance["lateCompletions"], "run")
            facts.append(("", [(f"{late} ended late: the verdict stands", Tone.WARN)]))
        return facts

    def tick(self) -> None:
        """What runs has run a second longer."""
        if self.instance is not None and self.instance["status"] in UNFINISHED:
            self._show_head(self.instance)
            self.listing.table.refresh()

    def concerned(self, changes: Changes) -> bool:
        """Whether this instance or one of its runs changed."""
        return changes.of_instance(self.instance_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is over cannot be canceled; what is not over, or never ran, is not tried again."""
        if action == "retry" and self.instance is not None and not self.instance["totalRuns"]:
            return False
        if self.instance is not None and action in {"cancel", "retry"}:
            return (self.instance["status"] in UNFINISHED) is (action == "cancel")
        return super().check_action(action, parameters)

    def on_resize(self) -> None:
        """The bar is as wide as the screen."""
        if self.instance is not None:
            self._show_head(self.instance)

    @on(Table.Opened, "#runs Table")
    def _open(self) -> None:
        from courier_tui.screens.run import RunScreen  # noqa: PLC0415  when first shown

        run = self.listing.current
        if run is not None:
            self.frame.open(RunScreen(run["runId"], run["nodeName"]))

    def action_cancel(self) -> None:
        """Stop the marked runs, or all of the instance."""
        from courier_tui.work import cancel_instances, cancel_runs  # noqa: PLC0415  when needed

        if self.listing.table.marked:
            self.frame.run_worker(cancel_runs(self.frame, self.listing.chosen()), group="work")
        elif self.instance is not None:
            self.frame.run_worker(cancel_instances(self.frame, [self.instance]), group="work")

    def action_retry(self) -> None:
        """Again, where it did not succeed."""
        from courier_tui.work import retry_instance  # noqa: PLC0415  when first needed

        if self.instance is not None:
            self.frame.run_worker(retry_instance(self.frame, self.instance), group="work")


def _took(instance: InstanceItem, now: datetime) -> list[tuple[str, list[Span]]]:
    """How long it has been at work, if it ever was."""
    took = span(instance["startedAt"], instance["finishedAt"], now)
    word = "for" if instance["status"] in UNFINISHED else "took"
    return [(word, describe.say(took))] if took else []


def _score(instance: InstanceItem) -> list[tuple[str, list[Span]]]:
    """How its runs stand, if it has any."""
    if not instance["totalRuns"]:
        return []
    return [("", score(instance["runCounts"], instance["totalRuns"]))]
