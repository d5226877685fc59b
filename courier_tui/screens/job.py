"""One job: what it does, and every time that it was executed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from courier_backend.client import calls
from courier_tui import describe
from courier_tui.frame import standing
from courier_tui.keymap import CANCEL, EDIT, RUN, bindings
from courier_tui.screens.live import LiveScreen
from courier_tui.signs import badge, job_sign
from courier_tui.subjects.instances import JOB_INSTANCES
from courier_tui.text import content
from courier_tui.widgets.facts import fact_lines
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.table import Table
from courier_tui.wording import clock, until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.binding import BindingType
    from textual.widget import Widget

    from courier_backend.client.call import Page
    from courier_backend.model.wire import InstanceItem, JobItem
    from courier_tui.changes import Changes
    from courier_tui.text import Span


class JobScreen(LiveScreen):
    """A job and its instances."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(RUN, CANCEL, EDIT)

    def __init__(self, job_id: str, name: str) -> None:
        super().__init__(name)
        self.job_id = job_id
        self.job: JobItem | None = None

    def body(self) -> Iterable[Widget]:
        """Facts, then instances."""
        yield Static(id="facts", classes="facts")
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
        """The job and the rows in sight."""
        self.listing.reload()
        job = await self.frame.ask(calls.get_job(self.job_id))
        self.job = job
        if standing(self):
            self.name_crumb(job["name"])
            facts = self._facts(job)
            self.query_one("#facts", Static).update(content(fact_lines(facts)))

    def _facts(self, job: JobItem) -> list[tuple[str, list[Span]]]:
        now = self.frame.clock()
        facts = [
            ("Status", badge(job_sign(job["displayStatus"]))),
            ("Where", describe.say(describe.target(job["target"]))),
            ("Steps", describe.say(describe.steps(job["actions"]))),
            ("Schedule", describe.say(describe.schedule(job["scheduleRule"]))),
        ]
        coming = until(job["nextExecutionTime"], now)
        if coming:
            facts.append(("Next", describe.say(f"{coming}, {clock(job['nextExecutionTime'])}")))
        if job["description"]:
            facts.append(("About", describe.say(job["description"])))
        return facts

    def tick(self) -> None:
        """What runs has run a second longer."""
        self.listing.table.refresh()

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

    def action_edit(self) -> None:
        """Its definition in the editor, to be submitted as another job."""
        from courier_tui.screens.editor import Editor  # noqa: PLC0415  when first needed
        from courier_tui.templates import definition_text  # noqa: PLC0415  when first needed

        if self.job is not None:
            self.frame.open(Editor(definition_text(self.job), self.job["name"], "job.json"))
