"""Looking into plain values that may be of any shape: what does not fit counts as empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def object_at(value: object, *keys: str) -> dict[str, Any]:
    """The object that `keys` lead to."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def list_at(value: object, key: str) -> list[Any]:
    """The list under `key`."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def objects_at(value: object, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in the list under `key`, with their positions."""
    for number, item in enumerate(list_at(value, key)):
        if isinstance(item, dict):
            yield number, item


def text_at(value: object, key: str) -> str:
    """The text under `key`."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def number_at(value: object, key: str) -> int | None:
    """The whole number under `key`."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
