"""The base of all full screens: head, banner, foot; loads what it shows, and again on changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual.screen import Screen

from courier_backend.model.errors import CourierError, Unreachable
from courier_tui.frame import frame_of, standing
from courier_tui.keymap import BACK, PANES, REFRESH, bindings
from courier_tui.widgets.banner import Banner
from courier_tui.widgets.footer import Footer
from courier_tui.widgets.header import Crumbs, Sections
from courier_tui.widgets.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from courier_tui.changes import Changes
    from courier_tui.frame import Frame
    from courier_tui.link import LinkState


class LiveScreen(Screen[Any]):
    """A screen that shows something of the backend and keeps it true while it is seen."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(BACK, REFRESH, *PANES)
    AUTO_FOCUS = "Table"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual declares it per instance
        (0, "-narrow"),
        (100, "-medium"),
        (140, "-wide"),
    ]

    def __init__(self, crumb: str) -> None:
        super().__init__()
        self.crumb = crumb
        self.ready = False
        self.up = asyncio.Event()
        """Whether it is there, with what has the focus: keys can be for it."""
        self._wanted = False
        self._loading = False

    def on_mount(self) -> None:
        """All parts are there now; whatever was wished meanwhile is done."""
        self.ready = True
        self.call_after_refresh(self.up.set)
        if self._wanted:
            self.reload()

    @property
    def frame(self) -> Frame:
        """The app."""
        return frame_of(self)

    def compose(self) -> ComposeResult:
        """Head, what the screen shows, foot."""
        yield Sections()
        yield Crumbs()
        yield Banner()
        yield from self.body()
        yield Footer()

    def body(self) -> Iterable[Widget]:
        """What the screen shows."""
        return ()

    async def load(self) -> None:
        """Ask the backend for what is shown.

        Raises:
            CourierError: it says no, or cannot be reached; what was known stays.
        """

    def concerned(self, changes: Changes) -> bool:
        """Whether what is shown may be other now."""
        return bool(changes)

    def tick(self) -> None:
        """A second has passed."""

    def failed(self, error: CourierError) -> None:
        """The backend said no."""
        self.frame.complain(error)

    # When to load

    def on_screen_resume(self) -> None:
        """It is seen (again)."""
        self.link_changed(self.frame.link_state)
        self.reload()

    def changed(self, changes: Changes) -> None:
        """Something happened."""
        if self.concerned(changes):
            self.reload()

    def reload(self) -> None:
        """Load soon; any number of wishes meanwhile are one."""
        self._wanted = True
        if self.ready and not self._loading:
            self._loading = True
            self.run_worker(self._load_while_wanted(), group="load", exit_on_error=True)

    async def _load_while_wanted(self) -> None:
        try:
            while self._wanted and standing(self):
                self._wanted = False
                await self._load_once()
        finally:
            self._loading = False

    async def _load_once(self) -> None:
        try:
            await self.load()
        except Unreachable:
            return  # the banner says so, and what was known stays
        except CourierError as error:
            self.failed(error)

    def link_changed(self, state: LinkState) -> None:
        """The connection is otherwise now."""
        for banner in self.query(Banner):
            banner.tell(state, self.frame.clock())
        for line in self.query(Sections):
            line.refresh()

    def name_crumb(self, title: str) -> None:
        """What this place is called, once it is known."""
        self.crumb = title
        for line in self.query(Crumbs):
            line.refresh()

    def action_back(self) -> None:
        """Give up a filter, or go back to where one came from."""
        if not any(listing.give_up_filter() for listing in self.query(Listing)):
            self.frame.go_back(1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no way back from the section's own screen."""
        del parameters
        return action != "back" or self.deep or any(each.filtered for each in self.query(Listing))

    @property
    def deep(self) -> bool:
        """Whether there is a place to go back to."""
        stack = self.frame.screen_stack
        return self in stack and stack.index(self) > 0

    def action_refresh_view(self) -> None:
        """Ask anew."""
        self.reload()
