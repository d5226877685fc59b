"""What screens and widgets may ask of the app that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.app import App

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.screen import Screen

    from courier_backend.client.call import Call
    from courier_backend.model.errors import CourierError
    from courier_backend.model.times import Clock
    from courier_tui.link import Link, LinkState

T = TypeVar("T")


class Frame(App[int]):
    """The interface of the app; `CourierApp` is the one implementation."""

    clock: Clock
    link: Link
    local: bool
    """Whether the backend is that of this machine's data folder."""

    @property
    def link_state(self) -> LinkState:
        """How the connection is."""
        return self.link.state

    async def ask(self, call: Call[T]) -> T:
        """The answer of the backend.

        Raises:
            CourierError: it says no, or cannot be reached.
        """
        return await self.link.send(call)

    def way_to(self, screen: Screen[Any]) -> list[tuple[str, int]]:
        """The titles from the section to this screen, each with how many steps it lies back."""
        raise NotImplementedError

    def go_back(self, steps: int) -> None:
        """Leave so many screens."""
        raise NotImplementedError

    def action_section(self, name: str) -> None:
        """Go to a section; again: to its beginning."""
        raise NotImplementedError

    def action_reconnect(self) -> None:
        """Try again now."""
        raise NotImplementedError

    def complain(self, error: CourierError) -> None:
        """Say what went wrong."""
        raise NotImplementedError

    def tell(self, text: str, *, title: str = "", severity: str = "information") -> None:
        """A note in the corner."""
        raise NotImplementedError

    def copy(self, text: str, what: str, count: int) -> None:
        """Put ids into the clipboard, and say so."""
        raise NotImplementedError

    def open(self, screen: Screen[Any]) -> None:
        """Go deeper."""
        raise NotImplementedError


def frame_of(node: MessagePump) -> Frame:
    """The app that holds a widget or a screen; ours are made for this one alone."""
    return cast("Frame", node.app)


def standing(node: MessagePump) -> bool:
    """Whether a screen or widget has all its parts: at the very end of the app they go first."""
    return node.is_attached and node.app.is_running
