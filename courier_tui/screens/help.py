"""All keys of a screen, with a line to search them; Enter does what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from courier_tui.commands.palette import commands_of
from courier_tui.keymap import Command, bindings
from courier_tui.text import content
from courier_tui.tone import Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import ActiveBinding, BindingType
    from textual.content import Content
    from textual.screen import Screen

_KEYS = (
    Command("help.close", "escape", "give_up", "Close", "Back to the screen"),
    Command("help.down", "down", "move(1)", "Down", "The next key"),
    Command("help.up", "up", "move(-1)", "Up", "The key before"),
)
_KEY_WIDTH = 12
_LABEL_WIDTH = 16


class Help(ModalScreen[None]):
    """A searchable, executable list of keys."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(*_KEYS)

    def __init__(self, behind: Screen[Any]) -> None:
        super().__init__()
        self._actives = list(commands_of(behind))

    def compose(self) -> ComposeResult:
        """Search line and list."""
        with Vertical(classes="dialog"):
            yield Static(content([("Keys of this screen", Tone.STRONG)]), classes="heading")
            yield Input(placeholder="search", compact=True)
            yield OptionList()
            yield Static(
                content(
                    [
                        ("enter", Tone.KEY),
                        (" does it   ", Tone.MUTED),
                        ("esc", Tone.KEY),
                        (" closes", Tone.MUTED),
                    ]
                ),
                id="hint",
            )

    def on_mount(self) -> None:
        """All of them first."""
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._show("")

    def _show(self, query: str) -> None:
        listed = self.query_one(OptionList)
        listed.clear_options()
        words = query.casefold().split()
        for place, active in enumerate(self._actives):
            line = f"{active.binding.description} {active.binding.tooltip}".casefold()
            if all(word in line for word in words):
                listed.add_option(Option(self._line(active), id=str(place)))
        listed.highlighted = 0 if listed.option_count else None

    def _line(self, active: ActiveBinding) -> Content:
        binding = active.binding
        return content(
            [
                (self.app.get_key_display(binding).ljust(_KEY_WIDTH), Tone.KEY),
                (binding.description.ljust(_LABEL_WIDTH), Tone.PLAIN),
                (binding.tooltip, Tone.MUTED),
            ]
        )

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        listed = self.query_one(OptionList)
        if listed.highlighted is not None:
            self._do(listed.get_option_at_index(listed.highlighted))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._do(event.option)

    def _do(self, option: Option) -> None:
        active = self._actives[int(option.id or 0)]
        self.dismiss()
        self.app.call_later(self.app.run_action, active.binding.action, active.node)

    def action_move(self, rows: int) -> None:
        """The next or the last one."""
        listed = self.query_one(OptionList)
        if listed.option_count:
            listed.highlighted = ((listed.highlighted or 0) + rows) % listed.option_count

    def action_give_up(self) -> None:
        """Do nothing."""
        self.dismiss()
