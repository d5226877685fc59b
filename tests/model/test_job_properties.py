"""Any valid definition survives every format; any one fault is found where it is."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from job_samples import parsed

from courier_backend.model.dump import dump_job
from courier_backend.model.ids import ZERO_ID
from courier_backend.model.job import Job
from courier_backend.model.parse import parse_job
from courier_backend.model.problems import Path, path_text, problem_sentence
from courier_backend.model.variables import sensitive_names

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
LINE = TEXT.filter(str.strip)
NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
ID = st.uuids().map(str).filter(lambda text: text != ZERO_ID)
SECONDS = st.integers(0, 31_622_400)


def maybe(**fields: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return fields


def made(
    required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


AMOUNT = st.one_of(
    made(maybe(type=st.just("number"), value=st.integers(1, 1_000_000)), {}),
    made(maybe(type=st.just("percent"), value=st.integers(1, 100)), {}),
)
SPACE = st.sampled_from(["agent", "gohai", "ohai", "aws", "azure", "tags"])
BOUND = st.sampled_from([">= 1.0.0", "<= 1.0.66", "= 1", "!= 2.0", "< 9", "> 0.1", "19"])
HEALTH = st.sampled_from(["reachable", "offline", "unknown"])
FILTER = made(
    {
        "constraints": made(
            {},
            maybe(
                attributes=st.lists(
                    made(
                        maybe(
                            name=TEXT,
                            operator=st.sampled_from(["=", "!=", "CONTAINS"]),
                            value=st.lists(TEXT, min_size=1, max_size=2),
                        ),
                        maybe(namespace=st.lists(SPACE, max_size=2)),
                    ),
                    max_size=2,
                ),
                skills=st.lists(
                    made(maybe(name=TEXT), maybe(version=st.lists(BOUND, max_size=2))), max_size=2
                ),
                healthStatus=made(
                    maybe(
                        operator=st.sampled_from(["=", "!="]),
                        value=st.lists(HEALTH, min_size=1, max_size=2),
                    ),
                    {},
                ),
                overrideSettings=made(maybe(operator=st.just("="), name=st.just(["a"])), {}),
            ),
        )
    },
    {},
)
SELECTION = st.one_of(
    made(
        maybe(
            nodeListType=st.just("nodes"),
            nodeIdentifiers=st.lists(ID, min_size=1, max_size=3, unique=True),
        ),
        {},
    ),
    made(maybe(nodeListType=st.just("filter"), filter=FILTER), {}),
    made(maybe(nodeListType=st.just("savedFilter"), filterId=ID), {}),
    made(maybe(nodeListType=st.just("savedList"), listId=ID), {}),
)
GROUP = st.builds(
    lambda selection, rest: {**selection, **rest},
    SELECTION,
    made(
        {},
        maybe(
            timeoutSeconds=SECONDS,
            queueTimeoutSeconds=SECONDS,
            batchSize=AMOUNT | st.just({"type": "", "value": 0}) | st.just({}),
            distributionMethod=st.sampled_from(["batching", "rolling"]),
            earlyTermination=st.booleans(),
            successCriteria=st.lists(
                made(maybe(numRuns=AMOUNT, status=st.sampled_from(["success", "failure"])), {}),
                max_size=2,
            ),
        ),
    ),
)
COMMAND = st.one_of(
    made(
        maybe(
            interpreter=st.just({"name": "chef-platform/shell-interpreter"}),
            command=st.dictionaries(
                st.sampled_from(["linux", "windows", "darwin"]),
                st.lists(LINE, min_size=1, max_size=2),
                min_size=1,
            ),
        ),
        {},
    ),
    made(
        maybe(
            interpreter=st.just(
                {"name": "own/thing", "skill": {"minVersion": "1", "maxVersion": "1.9.99"}}
            ),
            command=st.just({"exec": "x", "args": {"n": 1.5, "deep": [{"a": [True]}]}}),
        ),
        {},
    ),
)
RULE = st.one_of(
    st.just({"sourceType": "exitCode"}),
    st.just({"sourceType": "output", "source": "stdout", "extractMethod": "content"}),
    st.just({"sourceType": "file", "source": "/x", "extractMethod": "regEx", "expression": "a(.)"}),
    st.just(
        {
            "sourceType": "artifact",
            "source": "a",
            "extractMethod": "jsonPath",
            "expression": "$.a",
            "required": True,
            "sensitive": True,
        }
    ),
)
STEP = st.builds(
    lambda command, rest: {**command, **rest},
    COMMAND,
    made(
        {},
        maybe(
            name=TEXT,
            description=TEXT,
            inputs=st.dictionaries(NAME, TEXT, max_size=2),
            expectedInputs=st.dictionaries(
                NAME,
                made(
                    {},
                    maybe(
                        type=st.just("string"),
                        default=TEXT | st.integers(0, 9) | st.booleans(),
                        required=st.booleans(),
                        sensitive=st.booleans(),
                    ),
                ),
                max_size=2,
            ),
            outputFieldRules=st.dictionaries(NAME, RULE, max_size=2),
            conditions=st.lists(
                made(
                    maybe(
                        inputName=st.just("node.os"),
                        operator=st.sampled_from(["eq", "gt", "contains"]),
                        value=TEXT,
                    ),
                    maybe(negate=st.booleans()),
                ),
                max_size=2,
            ),
            retryCount=st.integers(0, 100),
            failureBehavior=made(
                {},
                maybe(
                    action=st.sampled_from(["retryThenFail", "retryThenIgnore"]),
                    retryBackoffStrategy=made(
                        {},
                        maybe(
                            type=st.sampled_from(["none", "linear", "exponential", "polynomial"]),
                            delaySeconds=SECONDS | st.floats(0, 100),
                            arguments=st.lists(st.integers(0, 9) | st.just({}), max_size=3),
                        ),
                    ),
                ),
            ),
            limits=made(
                {},
                maybe(cores=st.integers(0, 64), cpu=st.floats(0, 64), timeoutSeconds=SECONDS),
            ),
        ),
    ),
)
SECRET = "a secret: long enough"


def kept_secret(definition: dict[str, Any]) -> dict[str, Any]:
    """The same with sensitive values that can be kept secret."""
    steps = definition["actions"]["steps"]
    names = sensitive_names(steps)
    for step in steps:
        for name in names & step.get("inputs", {}).keys():
            step["inputs"][name] = SECRET
        for name in names & step.get("expectedInputs", {}).keys():
            if "default" in step["expectedInputs"][name]:
                step["expectedInputs"][name]["default"] = SECRET
        for name in names & step.get("outputFieldRules", {}).keys():
            if step["outputFieldRules"][name]["sourceType"] == "exitCode":
                step["outputFieldRules"][name] = {"sourceType": "output"}
    return definition


DEFINITION = made(
    maybe(
        name=LINE,
        scheduleRule=st.sampled_from(["immediate", "RRULE:FREQ=DAILY;COUNT=3"]),
        target=made(
            maybe(groups=st.lists(GROUP, min_size=1, max_size=2)),
            maybe(executionType=st.sampled_from(["sequential", "parallel"])),
        ),
        actions=made(
            maybe(steps=st.lists(STEP, min_size=1, max_size=2)),
            maybe(accessMode=st.just("agent")),
        ),
    ),
    maybe(
        description=TEXT,
        exceptionRules=st.just([{"rrule": "RRULE:DTSTART=20230620;FREQ=DAILY", "duration": 2}]),
        allowManualExecution=st.booleans(),
        overlap=st.sampled_from(["queue", "skip", "parallel"]),
        missed=st.sampled_from(["run-once", "run-all", "skip"]),
    ),
).map(kept_secret)


@given(DEFINITION)
@settings(max_examples=60, deadline=None)
def test_a_valid_definition_survives_every_format(definition: dict[str, Any]) -> None:
    result = parsed(definition)
    assert result.errors == []
    assert result.job is not None
    normal = result.job.normal()
    assert Job.model_validate(normal) == result.job
    for body_format in ("json", "yaml", "toml"):
        again = parse_job(dump_job(normal, body_format), body_format)
        assert again.errors == []
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
