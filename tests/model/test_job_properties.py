"""Any valid definition survives every format; any one fault is found where it is."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from job_samples import parsed
from job_strategies import DEFINITION

from courier_backend.model.dump import dump_job
from courier_backend.model.ids import ZERO_ID
from courier_backend.model.job import Job
from courier_backend.model.parse import Parsed, parse_job
from courier_backend.model.problems import Path, path_text, problem_sentence


def warnings_of(parsed_job: Parsed) -> list[tuple[str, str]]:
    """What is told of a definition, wherever it stands in its file."""
    return sorted((each["path"], each["message"]) for each in parsed_job.problems)


@given(DEFINITION)
@settings(max_examples=60, deadline=None)
def test_a_valid_definition_survives_every_format(definition: dict[str, Any]) -> None:
    result = parsed(definition)
    assert result.errors == []
    said = warnings_of(result)
    assert result.job is not None
    normal = result.job.normal()
    assert Job.model_validate(normal) == result.job
    for body_format in ("json", "yaml", "toml"):
        again = parse_job(dump_job(normal, body_format), body_format)
        assert warnings_of(again) == said
        assert again.job is not None
        assert again.job.normal() == normal


@given(DEFINITION)
@settings(max_examples=40, deadline=None)
def test_what_was_given_is_in_the_normal_form(definition: dict[str, Any]) -> None:
    result = parsed(definition)
    assert result.job is not None
    assert_holds(result.job.normal(), definition)


def assert_holds(normal: Any, given_value: Any) -> None:
    if isinstance(given_value, dict):
        for key, value in given_value.items():
            assert_holds(normal[key], value)
    elif isinstance(given_value, list):
        assert len(normal) == len(given_value)
        for mine, value in zip(normal, given_value, strict=True):
            assert_holds(mine, value)
    else:
        assert normal == given_value


def leaves(value: Any, path: Path = ()) -> list[Path]:
    """The fields of a normal form that may not hold just anything."""
    free = {"args", "arguments", "command", "default", "filter"}
    if isinstance(value, dict):
        return [
            leaf
            for key, item in value.items()
            if key not in free
            for leaf in leaves(item, (*path, key))
        ]
    if isinstance(value, list):
        return [leaf for n, item in enumerate(value) for leaf in leaves(item, (*path, n))]
    return [] if value is None else [path]


def put(job: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    job = copy.deepcopy(job)
    place: Any = job
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return job


@given(DEFINITION, st.data(), st.sampled_from(["json", "yaml", "toml"]))
@settings(max_examples=120, deadline=None)
def test_one_fault_is_found_where_it_is(
    definition: dict[str, Any], data: st.DataObject, body_format: str
) -> None:
    job = parsed(definition).job
    assert job is not None
    normal = job.normal()
    path = data.draw(st.sampled_from(leaves(normal)))
    broken = put(normal, path, data.draw(st.sampled_from([["wrong"], {"wrong": [1]}])))
    result = parse_job(dump_job(broken, body_format), body_format)
    assert result.job is None
    assert [item["path"] for item in result.errors] == [path_text(path)]
    assert result.errors[0]["line"] > 0
    assert problem_sentence(result.errors[0]).startswith(path_text(path))


def places(value: Any, path: Path = ()) -> list[Path]:
    """Every place in a definition but the root."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path] * bool(path) + [p for key, item in items for p in places(item, (*path, key))]


OLDER = [
    "schduleRule", "immediate", "schedule", "timeoutSeconds", "query", "stepNumber", "limits",
    "stepOutputFieldRules", "OutputFieldRules", "outputFieldRules", "min_version", "max_version",
    "time", "name", "filter", "filterId", "batchSize", "command", "skill", "type", "Name", "item",
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(DEFINITION, st.data())
@settings(max_examples=200, deadline=None)
def test_anything_anywhere_is_answered(definition: dict[str, Any], data: st.DataObject) -> None:
    job = copy.deepcopy(definition)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(job)))
        job = put(job, path, data.draw(ANYTHING))
        parents = [job] + [item for item in objects(job) if item]
        parent = data.draw(st.sampled_from(parents))
        parent[data.draw(st.sampled_from(OLDER))] = data.draw(ANYTHING)
    node_ids = data.draw(st.sampled_from([(), (ZERO_ID,)]))
    result = parse_job(json.dumps(job), "json", node_ids=node_ids, inputs={"X": "1"})
    assert (result.job is None) == bool(result.errors)


def objects(value: Any) -> list[dict[str, Any]]:
    inside = list(value.values()) if isinstance(value, dict) else []
    inside = value if isinstance(value, list) else inside
    own = [value] if isinstance(value, dict) else []
    return own + [found for item in inside for found in objects(item)]


@given(st.text(max_size=60), st.sampled_from(["", "json", "yaml", "toml"]))
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered(text: str, body_format: str) -> None:
    result = parse_job(text, body_format)
    assert (result.job is None) == bool(result.errors)


@given(DEFINITION, st.data(), st.sampled_from(["json", "yaml", "toml"]))
@settings(max_examples=100, deadline=None)
def test_a_mangled_file_is_answered(
    definition: dict[str, Any], data: st.DataObject, body_format: str
) -> None:
    job = parsed(definition).job
    assert job is not None
    text = dump_job(job.normal(), body_format)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    filling = data.draw(st.text(st.sampled_from("{}[]\"':,#&*!|>-<=.\n\t 1a\\\x00"), max_size=4))
    mangled = text[:start] + filling + text[end:]
    result = parse_job(mangled, data.draw(st.sampled_from([body_format, ""])))
    assert (result.job is None) == bool(result.errors)
    lines = mangled.count("\n") + 1
    assert all(0 <= item["line"] <= lines for item in result.problems)
