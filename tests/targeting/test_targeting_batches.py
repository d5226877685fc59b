"""How many nodes at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.targeting.batches import batch_numbers, batch_size_of, in_batches


@pytest.mark.parametrize(
    ("kind", "value", "nodes", "size"),
    [
        ("", 0, 12, 1),
        ("number", 0, 12, 1),
        ("number", 5, 12, 5),
        ("number", 100, 12, 100),
        ("percent", 25, 12, 3),
        ("percent", 10, 12, 2),
        ("percent", 1, 12, 1),
        ("percent", 0, 12, 1),
        ("percent", 100, 12, 12),
        ("percent", 50, 0, 1),
    ],
)
def test_batch_size(kind: str, value: int, nodes: int, size: int) -> None:
    assert batch_size_of({"type": kind, "value": value}, nodes) == size


@given(st.lists(st.integers()), st.integers(1, 20))
def test_batches_are_full_but_for_the_last_and_keep_the_order(items: list[int], size: int) -> None:
    batches = in_batches(items, size)
    assert [item for batch in batches for item in batch] == items
    assert all(len(batch) == size for batch in batches[:-1])
    numbers = batch_numbers(len(items), size)
    assert numbers == [n for n, batch in enumerate(batches) for _ in batch]
