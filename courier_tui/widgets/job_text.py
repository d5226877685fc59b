"""The text area for job files, coloured in the theme's own few colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.style import Style
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

if TYPE_CHECKING:
    from textual import events
    from textual.theme import Theme

_COLORED: Final = {
    "yaml.field": "primary",
    "json.label": "primary",
    "toml.type": "primary",
    "property": "primary",
    "string": "foreground",
    "number": "warning",
    "float": "warning",
    "toml.datetime": "warning",
    "boolean": "warning",
    "constant.builtin": "warning",
    "json.null": "warning",
    "type": "secondary",
    "comment": "secondary",
    "json.error": "error",
    "toml.error": "error",
    "error": "error",
    "punctuation.bracket": "secondary",
    "punctuation.delimiter": "secondary",
    "punctuation.special": "secondary",
    "operator": "secondary",
}


class JobText(TextArea):
    """Keys stand out, punctuation steps back."""

    DEFAULT_CSS = """
    JobText {
        border: none;
        padding: 0;
        background: $background;
        scrollbar-size: 0 1;
        & > .text-area--gutter { color: $faint; }
        & > .text-area--cursor-line { background: $cursor-idle; }
        & > .text-area--cursor-gutter { color: $muted; background: $cursor-idle; }
        & > .text-area--selection { background: $cursor; }
        & > .text-area--matching-bracket { background: $cursor; text-style: bold; }
        &:focus { border: none; }
    }
    """

    def on_mount(self) -> None:
        """Follow the theme of the app."""
        self._color(self.app.current_theme)
        self.app.theme_changed_signal.subscribe(self, self._color)

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        """Escape leaves the screen; a text area would only go to the next widget."""
        if event.key == "escape":
            event.prevent_default()

    def _color(self, theme: Theme) -> None:
        styles = {
            name: Style(color=str(getattr(theme, of)), italic=name == "comment")
            for name, of in _COLORED.items()
        }
        name = f"courier:{theme.name}"
        self.register_theme(TextAreaTheme(name=name, syntax_styles=styles))
        self.theme = name
