"""One job: what it does, and every time that it was executed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal
from textual.widgets import Static

from courier_backend.client import calls, schedules
from courier_backend.model.checking.rule_form import IMMEDIATE
from courier_tui import describe
from courier_tui.frame import standing
from courier_tui.keymap import CANCEL, EDIT, REST, RUN, bindings
from courier_tui.screens.live import LiveScreen
from courier_tui.signs import badge, job_sign
from courier_tui.subjects.instances import JOB_INSTANCES
from courier_tui.text import content, plain
from courier_tui.tone import Tone
from courier_tui.widgets.facts import fact_lines
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.plan import when_lines
from courier_tui.widgets.table import Table
from courier_tui.wording import clock, moment, until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.binding import BindingType
    from textual.widget import Widget

    from courier_backend.client.call import Page
    from courier_backend.model.wire import EstimateItem, InstanceItem, JobItem
    from courier_tui.changes import Changes
    from courier_tui.frame import Frame
    from courier_tui.text import Span


_COMING: Final = 5
_COMING_NARROW: Final = 2


class JobScreen(LiveScreen):
    """A job and its instances."""

    CSS_PATH = "job.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(RUN, CANCEL, REST, EDIT)

    def __init__(self, job_id: str, name: str) -> None:
        super().__init__(name)
        self.job_id = job_id
        self.job: JobItem | None = None
        self.coming: EstimateItem | None = None

    def body(self) -> Iterable[Widget]:
        """Facts, when it is executed, then instances."""
        with Horizontal(id="about"):
            yield Static(id="facts", classes="facts")
            yield Static(id="when")
        yield Listing(JOB_INSTANCES, self._fetch)

    async def _fetch(self, page: int, size: int) -> Page[InstanceItem]:
        return await self.frame.ask(
            calls.list_instances(page=page, size=size, job_id=self.job_id, sort_order="desc")
        )

    @property
    def listing(self) -> Listing[InstanceItem]:
        """Its instances."""
        return self.query_one(Listing)

    async def load(self) -> None:
        """The job, when it is next, and the rows in sight."""
        self.listing.reload()
        job = await self.frame.ask(calls.get_job(self.job_id))
        self.coming = await self._coming(job)
        self.job = job
        if standing(self):
            self.name_crumb(job["name"])
            self._show(job)
            self.refresh_bindings()

    async def _coming(self, job: JobItem) -> EstimateItem | None:
        if moment(job["nextExecutionTime"]) is None or job["scheduleRule"] == IMMEDIATE:
            return None
        return await self.frame.ask(schedules.estimate_job(self.job_id, count=_COMING))

    def _show(self, job: JobItem) -> None:
        self.query_one("#facts", Static).update(content(fact_lines(self._facts(job))))
        when = self.query_one("#when", Static)
        when.display = self.coming is not None
        if self.coming is not None:
            most = _COMING_NARROW if self.has_class("-narrow") else _COMING
            lines = when_lines(
                self.coming["estimates"], self.coming["blockedByExceptions"], most=most
            )
            when.update(content([("Executions to come\n", Tone.STRONG), *lines]))

    def _facts(self, job: JobItem) -> list[tuple[str, list[Span]]]:
        facts = [
            ("Status", badge(job_sign(job["displayStatus"]))),
            ("Where", describe.say(describe.target(job["target"]))),
            ("Steps", describe.say(describe.steps(job["actions"]))),
            ("Schedule", describe.say(describe.schedule(job["scheduleRule"]))),
            *self._schedule_facts(job),
        ]
        if job["description"]:
            facts.append(("About", describe.say(job["description"])))
        return facts

    def _schedule_facts(self, job: JobItem) -> list[tuple[str, list[Span]]]:
        facts = [("Never", describe.say(describe.window(each))) for each in job["exceptionRules"]]
        coming = until(job["nextExecutionTime"], self.frame.clock())
        if coming:
            facts.append(("Next", describe.say(f"{coming}, {clock(job['nextExecutionTime'])}")))
        elif job["status"] == "active" and job["exceptionReasons"]:
            facts.append(("Next", [("none in sight: all fall into windows", Tone.WARN)]))
        if job["scheduleRule"] != IMMEDIATE:
            facts.append(("Missed", _lost(job["missedExecutions"], f"policy: {job['missed']}")))
            overlap = f"where they overlap: {job['overlap']}"
            facts.append(("Skipped", _lost(job["skippedExecutions"], overlap)))
        return facts

    def tick(self) -> None:
        """What runs has run a second longer, and what comes next has come nearer."""
        self.listing.table.refresh()
        if self.job is not None and moment(self.job["nextExecutionTime"]):
            self.query_one("#facts", Static).update(content(fact_lines(self._facts(self.job))))

    def on_resize(self) -> None:
        """Small screens show less of what is to come."""
        if self.job is not None:
            self._show(self.job)

    def concerned(self, changes: Changes) -> bool:
        """Whether this job or one of its instances changed."""
        return changes.of_job(self.job_id)

    @on(Table.Opened)
    def _open(self) -> None:
        from courier_tui.screens.instance import InstanceScreen  # noqa: PLC0415  when first shown

        instance = self.listing.current
        if instance is not None:
            self.frame.open(InstanceScreen(instance["id"], f"instance {instance['id'][:8]}"))

    def action_run_now(self) -> None:
        """Start one instance."""
        from courier_tui.work import run_jobs  # noqa: PLC0415  when first needed

        if self.job is not None:
            self.frame.run_worker(run_jobs(self.frame, [self.job]), group="work")

    def action_cancel(self) -> None:
        """No instances any more; or stop the one under the cursor, if it runs."""
        from courier_tui.work import cancel_jobs  # noqa: PLC0415  when first needed

        if self.job is not None:
            self.frame.run_worker(cancel_jobs(self.frame, [self.job]), group="work")

    def action_rest(self) -> None:
        """Let it rest, or execute by its schedule again."""
        from courier_tui.work import rest_jobs  # noqa: PLC0415  when first needed

        if self.job is not None:
            self.frame.run_worker(rest_jobs(self.frame, [self.job]), group="work")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What was canceled neither rests nor wakes."""
        if action == "rest" and self.job is not None:
            return self.job["status"] in {"active", "inactive"}
        return super().check_action(action, parameters)

    def action_edit(self) -> None:
        """Its definition in the editor, to be submitted as another job."""
        if self.job is not None:
            edit(self.frame, self.job)


def edit(frame: Frame, job: JobItem) -> None:
    """Open the definition of a job in the editor, to be submitted as another one."""
    from courier_tui.screens.editor import Editor  # noqa: PLC0415  when first needed
    from courier_tui.templates import definition_text  # noqa: PLC0415  when first needed

    frame.open(Editor(definition_text(job), job["name"], "job.json", job["id"]))


def _lost(count: int, policy: str) -> list[Span]:
    """How many executions did not happen, and what is done about them."""
    return [
        (f"{count:,}", Tone.WARN if count else Tone.MUTED),
        (f"   {plain(policy)}", Tone.MUTED),
    ]
