"""All instances, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from courier_backend.client import calls
from courier_tui.keymap import AGAIN, CANCEL, bindings
from courier_tui.screens.live import LiveScreen
from courier_tui.subjects.instances import INSTANCES
from courier_tui.widgets.listing import Listing
from courier_tui.widgets.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.binding import BindingType
    from textual.widget import Widget

    from courier_backend.client.call import Page
    from courier_backend.model.wire import InstanceItem
    from courier_tui.changes import Changes


class Instances(LiveScreen):
    """The list of instances."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(CANCEL, AGAIN)

    def __init__(self) -> None:
        super().__init__("Instances")

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield Listing(INSTANCES, self._fetch)

    async def _fetch(self, page: int, size: int) -> Page[InstanceItem]:
        return await self.frame.ask(calls.list_instances(page=page, size=size, sort_order="desc"))

    @property
    def listing(self) -> Listing[InstanceItem]:
        """The list."""
        return self.query_one(Listing)

    async def load(self) -> None:
        """The rows in sight."""
        self.listing.reload()

    def tick(self) -> None:
        """What runs has run a second longer."""
        self.listing.table.refresh()

    def concerned(self, changes: Changes) -> bool:
        """Whether an instance changed."""
        return changes.everything or bool(changes.instances)

    @on(Table.Opened)
    def _open(self) -> None:
        from courier_tui.screens.instance import InstanceScreen  # noqa: PLC0415  when first shown

        instance = self.listing.current
        if instance is not None:
            self.frame.open(InstanceScreen(instance["id"], instance["jobName"]))

    def action_cancel(self) -> None:
        """Stop the chosen instances."""
        from courier_tui.work import cancel_instances  # noqa: PLC0415  when first needed

        self.frame.run_worker(cancel_instances(self.frame, self.listing.chosen()), group="work")

    def action_retry(self) -> None:
        """Again, where it did not succeed."""
        from courier_tui.work import retry_instance  # noqa: PLC0415  when first needed

        instance = self.listing.current
        if instance is not None:
            self.frame.run_worker(retry_instance(self.frame, instance), group="work")
