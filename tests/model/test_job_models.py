"""The models themselves: how other parts of the program make and read them."""

import json

import pytest
from job_samples import NODE, changed, definition, error, parsed
from pydantic import ValidationError

from courier_backend.model.ids import ZERO_ID
from courier_backend.model.job import BatchSize, Group, Job, Limits, Step
from courier_backend.model.parse import parse_job


def test_defaults_are_what_the_server_echoes() -> None:
    group = Group(node_list_type="nodes", node_identifiers=[NODE])
    assert group.normal() == {
        "timeoutSeconds": 0,
        "batchSize": {"type": "", "value": 0},
        "distributionMethod": "batching",
        "earlyTermination": False,
        "successCriteria": [],
        "nodeListType": "nodes",
        "nodeIdentifiers": [NODE],
        "filter": None,
        "filterId": ZERO_ID,
        "listId": ZERO_ID,
    }
    step = Step.model_validate({"interpreter": {"name": "x"}, "command": ["y"]})
    assert step.normal() == {
        "name": "",
        "description": "",
        "interpreter": {"name": "x", "skill": {"minVersion": "", "maxVersion": ""}},
        "command": ["y"],
        "inputs": {},
        "expectedInputs": {},
        "outputFieldRules": {},
        "conditions": [],
        "retryCount": 0,
        "failureBehavior": {
            "action": "retryThenFail",
            "retryBackoffStrategy": {"type": "none", "delaySeconds": 0, "arguments": []},
        },
        "limits": {"cores": 0, "cpu": 1, "timeoutSeconds": 0},
    }


def test_unused_nodes_are_null_on_the_wire() -> None:
    normal = Group(node_list_type="savedList", list_id=NODE).normal()
    assert normal["nodeIdentifiers"] is None
    assert Group.model_validate(normal).node_identifiers == []


def test_whole_numbers_have_no_fraction_on_the_wire() -> None:
    assert type(Limits(cpu=2.0).normal()["cpu"]) is int
    assert Limits(cpu=0.25).normal()["cpu"] == 0.25


def test_definitions_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        BatchSize().value = 3  # type: ignore[misc]  # what is tested


def test_values_are_taken_as_they_are_written() -> None:
    with pytest.raises(ValidationError):
        BatchSize.model_validate({"type": "number", "value": "3"})


def test_the_definition_describes_itself() -> None:
    schema = Job.model_json_schema()
    assert set(schema["required"]) == {"name", "scheduleRule", "target", "actions"}
    assert "distributionMethod" in schema["$defs"]["Group"]["properties"]


def test_nodes_can_be_named_beside_the_file() -> None:
    other = "9b0c5c1e-0f0e-4a43-9d9f-1d0d7f7d5b7a"
    filtered = changed(
        ("target.groups.0.nodeListType", "filter"),
        ("target.groups.0.filter", {"constraints": {}}),
        ("target.groups.0.nodeIdentifiers", ["<NODE_ID>"]),
    )
    result = parse_job(json.dumps(filtered), node_ids=[other])
    assert result.problems == []
    assert result.job is not None
    group = result.job.target.groups[0]
    assert (group.node_list_type, group.node_identifiers) == ("nodes", [other])
    assert group.filter is None


def test_nodes_named_beside_the_file_have_no_line_in_it() -> None:
    found = error(
        parse_job(json.dumps(definition()), node_ids=["web-1"]),
        "target.groups[0].nodeIdentifiers[0]",
    )
    assert '"web-1" is not the id of a node' in found["message"]
    assert (found["line"], found["column"]) == (0, 0)


def test_inputs_can_be_set_beside_the_file() -> None:
    first = {**definition()["actions"]["steps"][0], "inputs": {"PORT": "80", "X": "1"}}
    second = {**first, "inputs": None, "expectedInputs": {"PORT": {"required": True}}}
    third = {**first, "inputs": {}}
    job = changed(("actions.steps", [first, second, third]))
    result = parse_job(json.dumps(job), inputs={"PORT": "8080"})
    assert result.job is not None
    assert [step.inputs for step in result.job.actions.steps] == [
        {"PORT": "8080", "X": "1"},
        {"PORT": "8080"},
        {},
    ]


def test_an_input_that_no_step_names_is_an_error() -> None:
    job = changed(("actions.steps.0.inputs", {"PORT": "80"}))
    result = parse_job(json.dumps(job), inputs={"PROT": "1"})
    found = error(result, "actions.steps")
    assert found["message"] == 'no step names the input "PROT"'
    assert found["didYouMean"] == "PORT"


def test_parts_of_the_answer() -> None:
    result = parsed(changed(("colour", 1), ("overlap", "x")))
    assert [item["path"] for item in result.errors] == ["overlap"]
    assert [item["path"] for item in result.warnings] == ["colour"]
    assert result.body_format == "json"
