"""Backends elsewhere, by name: tables ``[profiles.NAME]`` of ``config.toml``.

Existing scripts name profiles of theirs (``--profile admin``). Where no profile is configured,
a name means this machine's own backend; where some are, an unknown name is refused, because a
slip of the finger must not reach another fleet. "default" always works: it is the profile of that
name, else the one that ``default_profile`` names, else this machine's own backend. Where no name
is given, ``default_profile`` comes first.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from courier_backend.model.errors import BadInput
from courier_backend.model.suggest import nearest

DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Profile:
    """A backend that has a name; without a `url`, that of this machine."""

    url: str = ""
    token_file: str = ""


@dataclass(frozen=True, slots=True)
class Profiles:
    """What `config.toml` says of profiles; `default` is "" where it names none."""

    path: Path
    tables: dict[str, Any] = field(default_factory=dict)
    default: str = ""

    @property
    def names(self) -> list[str]:
        """All that can be given to ``--profile``, "default" among them."""
        return sorted({DEFAULT, *self.tables})

    def get(self, name: str) -> Profile:
        """The profile of this name; "" is the default one.

        Raises:
            BadInput: there are profiles, but not this one, or it says what cannot be.
        """
        if not name or (name == DEFAULT and DEFAULT not in self.tables):
            name = self.default or DEFAULT
        if name in self.tables:
            return _profile(self.path, name, self.tables[name])
        if name != DEFAULT and (self.tables or name == self.default):
            raise self.unknown(name)
        return Profile()

    def unknown(self, name: str) -> BadInput:
        """The refusal of a name that no profile has."""
        near = nearest(name, self.names)
        return BadInput(
            f"{self.path} has no profile {name!r}.",
            hint=f"Did you mean {near!r}?" if near else f"It has: {', '.join(self.names)}.",
        )


def read_profiles(path: Path) -> Profiles:
    """The profiles in a file; none where there is no file.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        return profiles_in(path, path.read_text("utf-8"))
    except FileNotFoundError:
        return Profiles(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error


def profiles_in(path: Path, text: str) -> Profiles:
    """The profiles in the text of a file.

    Raises:
        BadInput: it is not TOML.
    """
    try:
        told = tomllib.loads(text)
    except ValueError as error:
        raise BadInput(f"{path} is not TOML: {error}.") from error
    tables, default = told.get("profiles", {}), told.get("default_profile", "")
    return Profiles(
        path,
        tables if isinstance(tables, dict) else {},
        default if isinstance(default, str) else "",
    )


def _profile(path: Path, name: str, told: object) -> Profile:
    url = told.get("url") if isinstance(told, dict) else None
    token_file = told.get("token_file", "") if isinstance(told, dict) else ""
    if not isinstance(url, str) or not isinstance(token_file, str):
        raise BadInput(f'{path}: the profile {name!r} needs url = "…" and token_file = "…".')
    return Profile(url, token_file)
