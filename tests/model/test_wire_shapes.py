"""The answers that are typed in `wire` have every key of Chef's answers, with its type."""

from typing import Any, get_origin, get_type_hints

import pytest
from job_samples import seed

from courier_backend.model import wire


def plain(annotation: Any) -> type:
    """The class of an annotation: `list` for ``list[str]``."""
    origin = get_origin(annotation) or annotation
    return dict if hasattr(origin, "__total__") else origin


@pytest.mark.parametrize(
    ("answer", "shape"),
    [
        ("list-jobs", wire.JobItem),
        ("list-all", wire.InstanceItem),
        ("list-all-by-job", wire.InstanceItem),
        ("list-all-filtered", wire.InstanceItem),
        ("list-instance-runs", wire.RunItem),
        ("list-steps", wire.StepItem),
    ],
)
def test_items_have_the_keys_and_types_of_the_seed(answer: str, shape: type) -> None:
    hints = get_type_hints(shape)
    for item in seed(answer)["items"]:
        for key, value in item.items():
            assert isinstance(value, plain(hints[key])), key


@pytest.mark.parametrize("answer", ["list-jobs", "list-all", "list-all-by-job"])
def test_pages_have_the_keys_of_the_seed(answer: str) -> None:
    hints = get_type_hints(wire.Pagination)
    pagination = seed(answer)["pagination"]
    assert pagination.keys() == hints.keys()
    assert all(isinstance(value, hints[key]) for key, value in pagination.items())


def test_a_new_job_is_answered_as_in_the_seed() -> None:
    hints = get_type_hints(wire.JobAdded)
    for key, value in seed("add-job")["item"].items():
        assert isinstance(value, plain(hints[key])), key
