"""Changing the profiles of ``config.toml``, and nothing else in it: comments and order stay.

The text is edited line by line, and read again before it is written: if the result does not say
exactly what was wanted (a profile may be written in a form that is not ours), nothing is written.
"""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from courier_backend.cli.profiles.reading import Profile, profiles_in
from courier_backend.model.errors import BadInput, Conflict

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_HEADER: Final = re.compile(r"\s*\[")
_DEFAULT_KEY: Final = re.compile(r"\s*default_profile\s*=")


def checked_name(name: str) -> str:
    """A name that can be the name of a profile.

    Raises:
        BadInput: it cannot.
    """
    if not NAME.match(name):
        raise BadInput(
            f"{name!r} is no name of a profile.", hint="Letters, digits, - and _ make one."
        )
    return name


def put_profile(path: Path, name: str, profile: Profile) -> None:
    """Write a profile, a new one or another of its name."""
    table = {"url": profile.url, "token_file": profile.token_file}

    def change(told: dict[str, Any]) -> None:
        told.setdefault("profiles", {})[name] = table

    lines = [f"[profiles.{name}]", *(f"{key} = {_quoted(value)}" for key, value in table.items())]
    _edit(path, lambda text: _joined(_without_table(text, name), "\n".join(lines)), change)


def remove_profile(path: Path, name: str) -> None:
    """Take a profile away; if it was the default, there is none any more."""

    def edit(text: str) -> str:
        default = profiles_in(path, text).default
        rest = _without_table(text, name)
        return _without_default(rest) if default == name else rest

    def change(told: dict[str, Any]) -> None:
        told["profiles"].pop(name, None)
        if not told["profiles"]:
            del told["profiles"]
        if told.get("default_profile") == name:
            del told["default_profile"]

    _edit(path, edit, change)


def put_default(path: Path, name: str) -> None:
    """Let a profile be the default; "" : none."""

    def edit(text: str) -> str:
        rest = _without_default(text)
        return f"default_profile = {_quoted(name)}\n{rest}" if name else rest

    def change(told: dict[str, Any]) -> None:
        told.pop("default_profile", None)
        if name:
            told["default_profile"] = name

    _edit(path, edit, change)


def _edit(path: Path, edit: Callable[[str], str], change: Callable[[dict[str, Any]], None]) -> None:
    before = path.read_text("utf-8") if path.exists() else ""
    after = edit(before)
    wanted = tomllib.loads(before)
    change(wanted)
    try:
        right = tomllib.loads(after) == wanted
    except ValueError:
        right = False
    if not right:
        raise Conflict(
            f"{path} writes its profiles in a form that is not edited here.",
            hint="Change it with an editor.",
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(after, "utf-8")
    draft.replace(path)


def _without_table(text: str, name: str) -> str:
    header = re.compile(rf'\s*\[\s*profiles\s*\.\s*(?:{re.escape(name)}|"{re.escape(name)}")\s*\]')
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            inside = header.match(line) is not None
        if not inside:
            kept.append(line)
    return "".join(kept)


def _without_default(text: str) -> str:
    """Without the key above the first table that names the default."""
    kept, top = [], True
    for line in text.splitlines(keepends=True):
        top = top and not _HEADER.match(line)
        if not (top and _DEFAULT_KEY.match(line)):
            kept.append(line)
    return "".join(kept)


def _joined(text: str, table: str) -> str:
    head = f"{text.rstrip()}\n\n" if text.strip() else ""
    return f"{head}{table}\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
