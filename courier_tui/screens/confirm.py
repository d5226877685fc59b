"""A question before something that cannot be taken back: what, how many, what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from courier_tui.keymap import Command, bindings
from courier_tui.text import Span, content
from courier_tui.tone import Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_KEYS = (
    Command("dialog.back", "escape", "give_up", "Back", "Change nothing"),
    Command("dialog.left", "left", "app.focus_previous", "Left", "The button before"),
    Command("dialog.right", "right", "app.focus_next", "Right", "The next button"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `danger`: it destroys something."""

    key: str
    label: str
    danger: bool = False


class Confirm(ModalScreen[str]):
    """Gives the key of the choice; "" when it was left. The first choice is safe and focused."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*_KEYS)

    def __init__(
        self, heading: str, lines: Sequence[Sequence[Span]], choices: Sequence[Choice]
    ) -> None:
        super().__init__()
        self._heading = heading
        self._lines_said = lines
        self._choices = choices

    def compose(self) -> ComposeResult:
        """Heading, what will happen, buttons."""
        with Vertical(classes="dialog"):
            yield Static(content([(self._heading, Tone.PLAIN)]), classes="heading")
            for line in self._lines_said:
                yield Static(content(line))
            with Horizontal(classes="buttons"):
                for choice in self._choices:
                    button = Button(
                        content([(choice.label, Tone.PLAIN)]), id=f"choice-{choice.key}"
                    )
                    button.set_class(choice.danger, "-danger")
                    yield button

    def on_mount(self) -> None:
        """Enter does what is safe."""
        self.query(Button).first().focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """This one."""
        self.dismiss((event.button.id or "").removeprefix("choice-"))

    def action_give_up(self) -> None:
        """Change nothing."""
        self.dismiss("")
