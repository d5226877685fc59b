"""What stands in an answer under a key, as text: for CSV, and for tables of chosen columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from courier_backend.cli.column import Column
from courier_backend.model.errors import BadInput
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Item = Mapping[str, Any]

_STATUSES: Final = frozenset({"status", "displayStatus", "healthStatus", "state"})


def text_at(item: Item, key: str) -> str:
    """The text of a cell; `key` may lead deeper (``lastInstance.status``, ``tags.role``)."""
    return text_of(value_at(item, key))


def value_at(item: object, key: str) -> Any:  # noqa: ANN401  plain values of any kind
    """What stands there; None where nothing does."""
    found = item
    for part in key.split("."):
        found = _inside(found, part)
    return found


def text_of(value: object) -> str:
    """A value as the text of a cell: texts as they are, all else as JSON; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def checked_keys(keys: Sequence[str], items: Sequence[Item]) -> Sequence[str]:
    """The keys, as they are.

    Raises:
        BadInput: the items have nothing under one of them.
    """
    known = dict.fromkeys(name for item in items for name in item)
    for key in keys if items else ():
        name = key.partition(".")[0]
        if name not in known:
            near = nearest(name, known)
            meant = f"Did you mean {near!r}? " if near else ""
            hint = f"{meant}There are: {', '.join(known)}."
            raise BadInput(f"--columns: there is no column {name!r}.", hint=hint)
    return keys


def keys_of(columns: Iterable[Column], items: Sequence[Item]) -> list[str]:
    """The keys of a list whose columns nobody chose; undeclared: of all that is plain in it."""
    declared = [column.key for column in columns if column.key]
    if declared or not items:
        return declared
    return [name for name, value in items[0].items() if not isinstance(value, dict | list)]


def column_for(key: str, items: Sequence[Item]) -> Column:
    """How a chosen column is drawn."""
    if key.rpartition(".")[2] in _STATUSES:
        return Column(key, "status")
    values = [value_at(item, key) for item in items]
    numbers = all(isinstance(value, int | float | None) for value in values)
    return Column(key, "number" if numbers and values else "text")


def _inside(value: object, part: str) -> object:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list):
        return _in_list(value, part)
    return None


def _in_list(values: list[Any], part: str) -> object:
    """By its place, or by the name that a fact or a skill has."""
    if part.isdecimal():
        return values[int(part)] if int(part) < len(values) else None
    for each in values:
        if isinstance(each, dict) and each.get("name") == part:
            return each.get("value", each.get("version"))
    return None
