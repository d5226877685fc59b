"""All jobs, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from courier_backend.client import calls
from courier_tui.keymap import CANCEL, EDIT, REST, RUN, bindings
from courier_tui.screens.live import LiveScreen
from courier_tui.subjects.jobs import JOBS
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.binding import BindingType
    from textual.widget import Widget

    from courier_backend.client.call import Page
    from courier_backend.model.wire import JobItem
    from courier_tui.changes import Changes


class Jobs(LiveScreen):
    """The list of jobs."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(
        RUN, CANCEL.saying("Cancel", "No instances of this job any more; asks first"), REST, EDIT
    )

    def __init__(self) -> None:
        super().__init__("Jobs")

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield Listing(JOBS, self._fetch)

    async def _fetch(self, page: int, size: int) -> Page[JobItem]:
        return await self.frame.ask(calls.list_jobs(page=page, size=size, sort_order="desc"))

    @property
    def listing(self) -> Listing[JobItem]:
        """The list."""
        return self.query_one(Listing)

    async def load(self) -> None:
        """The rows in sight."""
        self.listing.reload()

    def tick(self) -> None:
        """What comes next has come a second nearer."""
        self.listing.table.refresh()

    def concerned(self, changes: Changes) -> bool:
        """Jobs change with their instances."""
        return changes.everything or bool(changes.jobs)

    @on(Table.Opened)
    def _open(self) -> None:
        from courier_tui.screens.job import JobScreen  # noqa: PLC0415  when first shown

        job = self.listing.current
        if job is not None:
            self.frame.open(JobScreen(job["id"], job["name"]))

    def action_run_now(self) -> None:
        """Start one instance of each chosen job."""
        from courier_tui.work import run_jobs  # noqa: PLC0415  when first needed

        self.frame.run_worker(run_jobs(self.frame, self.listing.chosen()), group="work")

    def action_cancel(self) -> None:
        """No instances of the chosen jobs any more."""
        from courier_tui.work import cancel_jobs  # noqa: PLC0415  when first needed

        self.frame.run_worker(cancel_jobs(self.frame, self.listing.chosen()), group="work")

    def action_edit(self) -> None:
        """The definition of the job under the cursor, to be submitted as another one."""
        from courier_tui.screens.job import edit  # noqa: PLC0415  when first needed

        job = self.listing.current
        if job is not None:
            edit(self.frame, job)

    def action_rest(self) -> None:
        """Let the chosen jobs rest, or wake them."""
        from courier_tui.work import rest_jobs  # noqa: PLC0415  when first needed

        self.frame.run_worker(rest_jobs(self.frame, self.listing.chosen()), group="work")
