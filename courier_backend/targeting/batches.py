"""Group to batches: how many nodes at a time (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def batch_size_of(batch_size: Mapping[str, Any], node_count: int) -> int:
    """Nodes at a time, at least 1. Empty means one; a percentage is rounded up."""
    value = int(batch_size["value"])
    if batch_size["type"] == "percent":
        value = -(-node_count * value // 100)
    return max(1, value)


def batch_numbers(node_count: int, size: int) -> list[int]:
    """The batch of each node, in order (0, 0, 1, 1 and so on)."""
    return [index // size for index in range(node_count)]


def in_batches(items: Sequence[T], size: int) -> list[list[T]]:
    """The items, cut into batches."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
