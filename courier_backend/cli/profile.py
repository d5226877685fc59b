"""Backends elsewhere, by name: tables ``[profiles.NAME]`` of ``config.toml``.

Existing scripts name profiles of theirs (``--profile admin``). Where no profile is configured,
a name means this machine's own backend; where some are, an unknown name is refused, because a
slip of the finger must not reach another fleet.
"""

import tomllib
from dataclasses import dataclass
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


def read_profile(path: Path, name: str) -> Profile:
    """The profile of this name.

    Raises:
        BadInput: the file cannot be read, or has profiles but not this one.
    """
    profiles = _profiles(path)
    if name in profiles:
        return _profile(path, name, profiles[name])
    if profiles and name != DEFAULT:
        near = nearest(name, profiles)
        raise BadInput(
            f"{path} has no profile {name!r}.",
            hint=f"Did you mean {near!r}?" if near else f"It has: {', '.join(sorted(profiles))}.",
        )
    return Profile()


def _profiles(path: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadInput(f"{path} is not TOML: {error}.") from error
    profiles = told.get("profiles", {})
    return profiles if isinstance(profiles, dict) else {}


def _profile(path: Path, name: str, told: object) -> Profile:
    url = told.get("url") if isinstance(told, dict) else None
    token_file = told.get("token_file", "") if isinstance(told, dict) else ""
    if not isinstance(url, str) or not isinstance(token_file, str):
        raise BadInput(f'{path}: the profile {name!r} needs url = "…" and token_file = "…".')
    return Profile(url, token_file)
