"""Themes from TOML files: those of the app, and the user's own. A bad file never stops the app."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.color import Color, ColorParseError
from textual.theme import Theme

from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

DARK: Final = "courier-dark"
LIGHT: Final = "courier-light"

_COLORS: Final = (
    "primary",
    "secondary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "success",
    "warning",
    "error",
)
_OURS: Final = ("muted", "faint", "line", "cursor", "cursor-idle", "track")
"""Variables that our style sheets use beside Textual's own."""
DEFAULTS: Final = dict.fromkeys(_OURS, "#808080")


class BadTheme(ValueError):
    """A theme file that cannot be used; says why."""


@dataclass(slots=True)
class Loaded:
    """What a folder of themes gave."""

    themes: list[Theme] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def own_folder() -> Path:
    """The themes that come with the app: beside it when installed, in the source tree else."""
    packaged = Path(__file__).parent / "themes"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "themes"


def load(folders: Iterable[Path]) -> Loaded:
    """The themes of these folders; of two with one name the later counts."""
    loaded = Loaded()
    found: dict[str, Theme] = {}
    for path in (path for folder in folders for path in _files(folder)):
        try:
            theme = read(path)
        except BadTheme as error:
            loaded.failures.append(f"{path.name}: {error}")
        else:
            found[theme.name] = theme
    loaded.themes = list(found.values())
    return loaded


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError:
        return []  # no such folder: no themes of the user's


def read(path: Path) -> Theme:
    """The theme in a file.

    Raises:
        BadTheme: it cannot be read, or something in it is wrong.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadTheme(f"it cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise BadTheme(f"it is not TOML ({error}).") from error
    return _theme(told)


def _theme(told: dict[str, Any]) -> Theme:
    _known(told, ("name", "dark", "colors", "variables"), "")
    name, dark = told.get("name"), told.get("dark", True)
    if not isinstance(name, str) or not name:
        raise BadTheme('it needs a name = "…".')
    if not isinstance(dark, bool):
        raise BadTheme("dark must be true or false.")
    colors = _colors(told.get("colors"), "colors")
    _known(colors, _COLORS, "colors.")
    missing = [each for each in _COLORS if each not in colors]
    if missing:
        raise BadTheme(f"colors lacks {', '.join(missing)}.")
    variables = _derived(colors) | _colors(told.get("variables", {}), "variables")
    theme = Theme(
        name=name,
        dark=dark,
        primary=colors["primary"],
        variables=_textual(colors, variables),
    )
    for key in _COLORS:
        setattr(theme, key, colors[key])
    return theme


def _known(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            near = nearest(key, known)
            hint = f" Did you mean {near}?" if near else ""
            raise BadTheme(f"{where}{key} is not known.{hint}")


def _colors(table: object, name: str) -> dict[str, str]:
    if not isinstance(table, dict):
        raise BadTheme(f"it needs a table [{name}].")
    for key, value in table.items():
        try:
            Color.parse(str(value))
        except ColorParseError as error:
            raise BadTheme(f"{name}.{key}: {value!r} is not a colour.") from error
    return {str(key): str(value) for key, value in table.items()}


def _derived(colors: dict[str, str]) -> dict[str, str]:
    """Our variables, for themes that do not name them."""
    back, fore = Color.parse(colors["background"]), Color.parse(colors["foreground"])
    shares = (0.62, 0.3, 0.16, 0.13, 0.06, 0.16)
    return {name: back.blend(fore, share).hex for name, share in zip(_OURS, shares, strict=True)}


def _textual(colors: dict[str, str], variables: dict[str, str]) -> dict[str, str]:
    """Textual's own variables, set in the same few colours."""
    return {
        "block-cursor-background": variables["cursor"],
        "block-cursor-foreground": colors["foreground"],
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": variables["cursor-idle"],
        "block-cursor-blurred-foreground": colors["foreground"],
        "block-hover-background": variables["cursor-idle"],
        "border": variables["line"],
        "border-blurred": variables["line"],
        "scrollbar": variables["line"],
        "scrollbar-hover": variables["faint"],
        "scrollbar-active": colors["primary"],
        "scrollbar-background": colors["background"],
        "scrollbar-background-hover": colors["background"],
        "scrollbar-background-active": colors["background"],
        "scrollbar-corner-color": colors["background"],
        "input-cursor-background": colors["primary"],
        "input-cursor-foreground": colors["background"],
        "input-selection-background": variables["cursor"],
        **variables,
    }
