"""How a new job begins: from a template, from a file, or from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from courier_backend.client import calls
from courier_backend.model.errors import CourierError
from courier_tui.frame import frame_of
from courier_tui.keymap import Command, bindings
from courier_tui.templates import TEMPLATES, Template
from courier_tui.text import content
from courier_tui.tone import Tone

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.content import Content

    from courier_backend.model.wire import NodeItem
    from courier_tui.frame import Frame

MOST_BYTES: Final = 4 * 1024 * 1024
_NODES: Final = 1000
_FILE: Final = "file"
_EMPTY: Final = "empty"
_KEYS = (Command("dialog.back", "escape", "give_up", "Back", "Write no job"),)
_ENDINGS: Final = (".json", ".yaml", ".yml", ".toml")


class Beginning(ModalScreen[None]):
    """A short list to choose from."""

    CSS_PATH = "beginning.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(*_KEYS)

    def compose(self) -> ComposeResult:
        """Templates, then a file."""
        with Vertical(classes="dialog"):
            yield Static(content([("A new job", Tone.STRONG)]), classes="heading")
            yield OptionList(
                *(Option(_line(each.title, each.about), id=each.key) for each in TEMPLATES),
                Option(_line("A file of yours …", "JSON, YAML or TOML"), id=_FILE),
                Option(_line("An empty page", "Write it from nothing"), id=_EMPTY),
            )
            keys = [("enter", Tone.KEY), (" chooses   ", Tone.MUTED)]
            keys += [("esc", Tone.KEY), (" goes back", Tone.MUTED)]
            yield Static(content(keys), id="hint")

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        frame, key = frame_of(self), event.option_id
        self.dismiss()
        if key == _FILE:
            frame.run_worker(open_file(frame), group="beginning")
        elif key == _EMPTY:
            _edit(frame, "", "New job", "job.yaml")
        else:
            template = next(each for each in TEMPLATES if each.key == key)
            frame.run_worker(open_template(frame, template), group="beginning")

    def action_give_up(self) -> None:
        """Write no job."""
        self.dismiss()


def _line(title: str, about: str) -> Content:
    return content([(f"{title}\n", Tone.PLAIN), (about, Tone.MUTED)])


async def open_template(frame: Frame, template: Template) -> None:
    """A template, filled with the nodes that there are, in the editor."""
    nodes: list[NodeItem] = []
    try:
        nodes = (await frame.ask(calls.list_nodes(size=_NODES)))["items"]
    except CourierError as error:
        frame.complain(error)
    _edit(frame, template.text(nodes), template.title, f"{template.key}.yaml")


async def open_file(frame: Frame) -> None:
    """A file of the user's, in the editor."""
    from textual_fspicker import FileOpen, Filters  # noqa: PLC0415  only when a file is wanted

    picker = FileOpen(
        title="Open a job file",
        filters=Filters(
            ("Job files", lambda path: path.suffix.casefold() in _ENDINGS),
            ("All files", lambda _path: True),
        ),
    )
    path = await frame.push_screen_wait(picker)
    if path is None:
        return
    try:
        text = read_job_file(path)
    except CourierError as error:
        frame.complain(error)
    else:
        _edit(frame, text, path.name, path.name)


def read_job_file(path: Path) -> str:
    """The text of a job file.

    Raises:
        CourierError: it cannot be read, is no text, or is too large.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise CourierError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CourierError(f"{path} is no text (byte {error.start} is not UTF-8).") from error
    if len(raw) > MOST_BYTES:
        raise CourierError(f"{path} is too large for a job file (more than 4 MiB).")
    return text


def _edit(frame: Frame, text: str, title: str, file_name: str) -> None:
    from courier_tui.screens.editor import Editor  # noqa: PLC0415  when first shown

    frame.open(Editor(text, title, file_name))
