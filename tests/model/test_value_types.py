"""Types of inputs: their names, the texts they take, the form they give."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.model.value_types import WANTED, type_named, typed


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("", "string"),
        ("String", "string"),
        ("TEXT", "string"),
        ("integer", "int"),
        ("Int", "int"),
        ("float", "number"),
        (" Boolean ", "bool"),
        ("list", "array"),
        ("map", "object"),
        ("Json", "json"),
        ("secret", ""),
    ],
)
def test_names_of_types(word: str, kind: str) -> None:
    assert type_named(word) == kind


@pytest.mark.parametrize(
    ("kind", "value", "becomes"),
    [
        ("string", " as it is\n", " as it is\n"),
        ("int", " 42\n", "42"),
        ("int", "-7", "-7"),
        ("int", "+007", "7"),
        ("int", "4.0", None),
        ("int", "four", None),
        ("int", "٤", None),
        ("number", "1.50", "1.50"),
        ("number", "+1e3", "1e3"),
        ("number", "nan", None),
        ("number", "1,5", None),
        ("bool", "Yes", "true"),
        ("bool", "off\n", "false"),
        ("bool", "2", None),
        ("json", '{"a": [1, "é"]}', '{"a":[1,"é"]}'),
        ("json", "{a: 1}", None),
        ("object", '{"a": 1}', '{"a":1}'),
        ("object", "[1]", None),
        ("array", "[ 1 ]", "[1]"),
        ("array", "{}", None),
        ("array", "[" * 100_000, None),
        ("json", "NaN", None),
        ("json", "1e999", None),
        ("json", '"\\ud800"', None),
    ],
)
def test_what_a_type_takes(kind: str, value: str, becomes: str | None) -> None:
    assert typed(value, kind) == becomes


@given(st.sampled_from(sorted(WANTED)), st.text() | st.integers().map(str) | st.floats().map(str))
def test_the_form_of_a_type_is_one_of_its_values(kind: str, value: str) -> None:
    form = typed(value, kind)
    if form is not None:
        assert typed(form, kind) == form


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_means_the_same_afterwards(value: object) -> None:
    form = typed(json.dumps(value, indent=1), "json")
    assert form is not None
    assert json.loads(form) == value
    assert "\n" not in form
