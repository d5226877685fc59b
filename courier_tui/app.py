"""The app: sections with their own way back, one connection, changes shown where they are seen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.events import Event, Key, Paste
from textual.screen import Screen

from courier_backend.client.connect import connect_async, named_address
from courier_backend.model.errors import CourierError
from courier_tui import theming
from courier_tui.changes import Changes
from courier_tui.frame import Frame
from courier_tui.keymap import EVERYWHERE, SECTION_KEYS, bindings
from courier_tui.link import FIRST_PAUSE, Contact, Link, LinkState
from courier_tui.screens import sections
from courier_tui.screens.live import LiveScreen
from courier_tui.text import plain
from courier_tui.typed import Typed
from courier_tui.wording import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.binding import BindingType

    from courier_backend.model.event import EventItem
    from courier_backend.model.places import Places
    from courier_backend.model.times import Clock
    from courier_tui.ports import Backend, Connect

FLUSH_SECONDS: Final = 0.25
"""What changed is shown at most so often."""
_NOTE_SECONDS: Final = 6


class CourierApp(Frame):
    """The terminal app."""

    CSS_PATH = "app.tcss"
    TITLE = "Courier"
    MODES = sections.MODES
    DEFAULT_MODE = "overview"
    BINDINGS: ClassVar[list[BindingType]] = bindings(*EVERYWHERE)
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[Any]] = {sections.palette}

    def __init__(
        self,
        connect: Connect,
        *,
        local: bool = True,
        may_start: Callable[[], bool] = lambda: True,
        user_themes: Path | None = None,
        clock: Clock = utc_now,
        flush_seconds: float = FLUSH_SECONDS,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        super().__init__()
        self.clock = clock
        self.local = local
        self.link = Link(
            connect,
            on_state=self._link_told,
            on_events=self._happened,
            may_start=may_start,
            clock=clock,
            first_pause=first_pause,
        )
        self._typed = Typed(self, super().on_event)
        self._changes = Changes()
        self._flush_seconds = flush_seconds
        self._flushing = False
        self._load_themes(user_themes)

    # Themes

    def _load_themes(self, user_themes: Path | None) -> None:
        folders = [theming.own_folder(), *([user_themes] if user_themes else [])]
        loaded = theming.load(folders)
        self._theme_failures = loaded.failures
        for name in list(self.available_themes):
            if not name.startswith("ansi"):
                self.unregister_theme(name)
        for theme in loaded.themes:
            self.register_theme(theme)
        self.theme = theming.DARK

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our variables, for the moment before a theme of ours is set."""
        return dict(theming.DEFAULTS)

    def action_next_theme(self) -> None:
        """The next of the themes."""
        names = sorted(name for name in self.available_themes if not name.startswith("ansi"))
        place = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(place + 1) % len(names)]

    # Start and end

    def on_mount(self) -> None:
        """Connect, and say what is wrong with the user's themes."""
        self.run_worker(self.link.run(), group="link")
        self.set_interval(1.0, self._tick)
        for failure in self._theme_failures:
            self.notify(
                plain(failure), title="A theme was left out", severity="warning", markup=False
            )

    async def action_leave(self) -> None:
        """Leave; asks when work is going on here."""
        from courier_tui.screens.leaving import ask_to_leave  # noqa: PLC0415  when first needed

        self.run_worker(ask_to_leave(self), group="leave", exclusive=True)

    # The connection

    def _link_told(self, state: LinkState) -> None:
        if state.contact is Contact.LIVE:
            self._note(Changes(everything=True))
        screen = self._seen()
        if screen is not None:
            screen.link_changed(state)

    def action_reconnect(self) -> None:
        """Try again now."""
        self.link.poke()

    def _tick(self) -> None:
        screen = self._seen()
        if screen is not None and screen.ready:
            screen.tick()
            if self.link.state.contact is Contact.LOST:
                screen.link_changed(self.link.state)

    # What happened

    def _happened(self, events: list[EventItem]) -> None:
        changes = Changes()
        changes.note(events)
        if changes:
            self._note(changes)

    def _note(self, changes: Changes) -> None:
        self._changes.add(changes)
        if not self._flushing:
            self._flushing = True
            self.set_timer(self._flush_seconds, self._show_changes)

    def _show_changes(self) -> None:
        """Tell the screen that is seen; the others look anew when they are seen again."""
        self._flushing = False
        changes, self._changes = self._changes, Changes()
        screen = self._seen()
        if screen is not None:
            screen.changed(changes)

    def _seen(self) -> LiveScreen | None:
        """The screen that is seen, also from under a dialog; none at the very end."""
        if not self.is_running:
            return None
        for screen in reversed(self.screen_stack):
            if isinstance(screen, LiveScreen):
                return screen
        return None

    async def on_event(self, event: Event) -> None:
        """Whatever happens; what is typed waits until all that was typed before is done."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typed.take(event)
        else:
            await super().on_event(event)

    # The way

    def way_to(self, screen: Screen[Any]) -> list[tuple[str, int]]:
        """Titles from the section to this screen."""
        stack = [each for each in self.screen_stack if isinstance(each, LiveScreen)]
        if screen in stack:
            stack = stack[: stack.index(screen) + 1]
        return [(each.crumb, len(stack) - 1 - place) for place, each in enumerate(stack)]

    def open(self, screen: Screen[Any]) -> None:
        """Go deeper."""
        self.push_screen(screen)

    def go_back(self, steps: int) -> None:
        """Leave so many screens; never the section's own."""
        for _ in range(min(steps, len(self.screen_stack) - 1)):
            self.pop_screen()

    def action_section(self, name: str) -> None:
        """Go to a section; again: to its beginning."""
        if name == self.current_mode:
            self.go_back(len(self.screen_stack))
        elif name in SECTION_KEYS:
            self.switch_mode(name)

    def action_new_job(self) -> None:
        """Choose a template or a file."""
        from courier_tui.screens.beginning import Beginning  # noqa: PLC0415  when first needed

        self.push_screen(Beginning())

    def action_help(self) -> None:
        """All keys of the screen that is seen."""
        from courier_tui.screens.help import Help  # noqa: PLC0415  when first needed

        self.push_screen(Help(self.screen))

    # Telling

    def complain(self, error: CourierError) -> None:
        """Say what went wrong."""
        text = f"{error.message}\n{error.hint}" if error.hint else error.message
        self.tell(text, severity="error")

    def tell(self, text: str, *, title: str = "", severity: str = "information") -> None:
        """A note in the corner; never markup."""
        shown = "\n".join(plain(line) for line in text.splitlines())
        self.notify(
            shown,
            title=plain(title),
            severity=severity,  # type: ignore[arg-type]
            timeout=_NOTE_SECONDS,
            markup=False,
        )

    def copy(self, text: str, what: str, count: int) -> None:
        """Into the clipboard of the terminal."""
        self.copy_to_clipboard(text)
        self.tell(f"The id of the {what} is copied." if count == 1 else f"{count} ids are copied.")


def run(places: Places, *, url: str = "", token_file: str = "") -> int:
    """Run the app until it is left; its exit code.

    Raises:
        BadInput: what names the backend is incomplete.
    """
    named = named_address(url, token_file, os.environ)
    app = CourierApp(
        connector(places, url, token_file),
        local=named is None,
        may_start=places.backend_file.exists,  # left behind: it was not stopped, it fell
        user_themes=places.user_themes,
    )
    app.run()
    return app.return_code or 0


def connector(places: Places, url: str = "", token_file: str = "") -> Connect:
    """Finds the backend of these places, or the one that is named."""

    async def connect(start: bool) -> Backend:
        from courier_backend.client.async_client import AsyncClient  # noqa: PLC0415  start-up time

        address = await connect_async(places, url=url, token_file=token_file, start=start)
        return AsyncClient(address)

    return connect
