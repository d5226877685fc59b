"""TOML out. TOML has no null: what is null in a definition is left out, as it means not given."""

from __future__ import annotations

import tomllib
from typing import Any

import tomli_w

from courier_backend.model.errors import BadInput
from courier_backend.model.problems import Path, path_text


def write_toml(value: dict[str, Any]) -> str:
    """The value as TOML.

    Raises:
        BadInput: a list holds null.
    """
    plain = _without_nulls(value, ())
    text = tomli_w.dumps(plain, multiline_strings=True)
    # Texts over several lines are pleasant, but cannot hold every kind of line end.
    return text if tomllib.loads(text) == plain else tomli_w.dumps(plain)


def _without_nulls(value: Any, path: Path) -> Any:  # noqa: ANN401  plain values of any kind
    if isinstance(value, dict):
        return {
            key: _without_nulls(item, (*path, key))
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [_without_nulls(item, (*path, number)) for number, item in enumerate(value)]
    if value is None:
        raise BadInput(f"{path_text(path)} is null, which TOML cannot say", hint="use YAML or JSON")
    return value
