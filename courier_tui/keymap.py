"""Every command of the app, once: its id, key, label and help. Keys mean the same everywhere.

Footer, help and palette all read the bindings that are made here; `App.set_keymap` can give any
of them another key by its id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from textual.binding import Binding

if TYPE_CHECKING:
    from textual.binding import BindingType


@dataclass(frozen=True, slots=True)
class Command:
    """Something that a key does. `rank` 0: not in the footer; the highest leave it first."""

    id: str
    key: str
    action: str
    label: str
    help: str
    rank: int = 0
    display: str = ""

    def binding(self) -> Binding:
        """As Textual takes it."""
        return Binding(
            self.key,
            self.action,
            self.label,
            show=self.rank > 0,
            key_display=self.display or None,
            tooltip=self.help,
            id=self.id,
        )

    def saying(self, label: str, text: str) -> Command:
        """The same key, where it needs other words."""
        return replace(self, label=label, help=text)


def bindings(*commands: Command) -> list[BindingType]:
    """The commands, for `BINDINGS`."""
    return [command.binding() for command in commands]


# Everywhere

SECTION_KEYS: Final = ("overview", "jobs", "instances", "nodes")
SECTIONS: Final = tuple(
    Command(
        f"section.{name}",
        str(number),
        f"section('{name}')",
        name.capitalize(),
        f"Go to {name}; again: back to its beginning",
    )
    for number, name in enumerate(SECTION_KEYS, 1)
)
NEW: Final = Command("job.new", "n", "new_job", "New", "Write a job, from a template or a file", 2)
HELP: Final = Command(
    "app.help", "question_mark", "help", "Help", "All keys of this screen", 1, "?"
)
PALETTE: Final = Command("app.palette", "ctrl+p", "command_palette", "Palette", "Find a command", 5)
QUIT: Final = Command("app.quit", "q", "leave", "Quit", "Leave; work goes on if you wish", 1)
RETRY: Final = Command(
    "app.reconnect", "ctrl+r", "reconnect", "Reconnect", "Look for the backend again, now"
)
THEME: Final = Command(
    "app.theme", "ctrl+t", "next_theme", "Theme", "The next theme: dark, light, your own"
)
EVERYWHERE: Final = (*SECTIONS, NEW, HELP, PALETTE, QUIT, RETRY, THEME)

BACK: Final = Command(
    "view.back", "escape", "back", "Back", "Back to where you came from", 1, "esc"
)
REFRESH: Final = Command("view.refresh", "f5", "refresh_view", "Refresh", "Ask the backend anew")
NEXT_PANE: Final = Command(
    "view.next", "tab", "app.focus_next", "Next pane", "To the next part of this screen"
)
LAST_PANE: Final = Command(
    "view.previous", "shift+tab", "app.focus_previous", "Last pane", "To the part before"
)
PANES: Final = (NEXT_PANE, LAST_PANE)

# Lists

CURSOR_KEYS: Final = (
    Command("list.up", "up,k", "move(-1)", "Up", "One row up"),
    Command("list.down", "down,j", "move(1)", "Down", "One row down"),
    Command("list.pageup", "pageup", "page(-1)", "Page up", "A screenful up"),
    Command("list.pagedown", "pagedown", "page(1)", "Page down", "A screenful down"),
    Command("list.first", "home,g", "first", "First", "To the first row"),
    Command("list.last", "end,G", "last", "Last", "To the last row"),
)
OPEN: Final = Command("list.open", "enter,o", "open", "Open", "Go deeper into this row", 2, "enter")
MARK: Final = Command("list.mark", "space", "mark", "Mark", "Mark this row, for what takes many", 6)
FILTER: Final = Command(
    "list.filter", "slash", "filter", "Filter", "Only rows with these words; !word: without", 4, "/"
)
SORT: Final = Command("list.sort", "s", "sort", "Sort", "Sort by the next column", 5)
REVERSE: Final = Command("list.reverse", "S", "reverse", "Reverse", "Turn the order round")
COPY: Final = Command("list.copy", "y", "copy", "Copy id", "Copy the id, or those of all marked", 6)
LISTS: Final = (FILTER, SORT, REVERSE, COPY)

# Work

RUN: Final = Command("job.run", "r", "run_now", "Run now", "Start one instance of this job now", 3)
EDIT: Final = Command("job.edit", "e", "edit", "Edit", "Its definition as a new job, to change", 5)
REST: Final = Command(
    "job.rest", "a", "rest", "Rest / wake", "Let it rest, or execute by its schedule again", 6
)
CANCEL: Final = Command(
    "work.cancel", "c", "cancel", "Cancel", "Stop it; asks first, and says what will happen", 3
)
AGAIN: Final = Command(
    "work.retry", "R", "retry", "Retry failed", "A new instance on nodes that did not succeed", 5
)
DOWNLOAD: Final = Command(
    "run.download", "d", "download", "Download", "Evidence of all attempts, into your downloads", 2
)

# Output

STREAM: Final = Command(
    "output.stream", "t", "stream", "Stream", "Both, stdout alone, stderr alone", 4
)
FOLLOW: Final = Command("output.follow", "f", "follow", "Follow", "Go to the end and stay there", 4)

LOG_KEYS: Final = (
    *CURSOR_KEYS,
    Command("output.left", "left,h", "side(-8)", "Left", "To the left"),
    Command("output.right", "right,l", "side(8)", "Right", "To the right"),
)

# The editor

SUBMIT: Final = Command(
    "editor.submit", "ctrl+s", "submit", "Submit", "Hand the job in, and watch it", 1
)
SAVE: Final = Command("editor.save", "ctrl+o", "save", "Save as", "Write the text into a file", 3)
PROBLEMS: Final = Command(
    "editor.problems", "f8", "next_problem", "Next problem", "To the line of the next problem", 2
)
LEAVE: Final = Command("editor.leave", "escape", "back", "Back", "Leave the editor", 1, "esc")

RANKS: Final = {
    command.id: command.rank
    for value in list(globals().values())
    for command in (value if isinstance(value, tuple) else (value,))
    if isinstance(command, Command)
}
"""How long a command stays in a footer that becomes narrow: 1 the longest."""
