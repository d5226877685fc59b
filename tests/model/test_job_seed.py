"""The job and the answers of Chef's documentation are accepted and given back."""

import json
from typing import Any

import pytest
from job_samples import definition, seed, seed_text

from courier_backend.model.dump import dump_job
from courier_backend.model.job import Job
from courier_backend.model.parse import parse_job


def job_of(item: dict[str, Any], target: str, actions: str) -> dict[str, Any]:
    """A whole definition around a part that an answer shows."""
    return {
        "name": item.get("name", "x"),
        "scheduleRule": "immediate",
        "target": item[target],
        "actions": item[actions],
    }


def same_shape(ours: Any, theirs: Any, path: str = "") -> None:
    """Every key of theirs is there with the same type and value."""
    if isinstance(theirs, dict):
        for key, value in theirs.items():
            assert key in ours, f"{path}.{key}"
            same_shape(ours[key], value, f"{path}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), path
        for number, value in enumerate(theirs):
            same_shape(ours[number], value, f"{path}[{number}]")
    else:
        assert ours == theirs, path
        assert type(ours) is type(theirs), path


def test_the_seed_job_is_accepted_without_a_word() -> None:
    result = parse_job(seed_text("job"), "json", "job.json")
    assert result.problems == []
    assert result.job is not None
    assert result.job.name == "a-simple-job"
    assert result.job.target.groups[0].batch_size.value == 1


def test_the_normal_form_has_every_key_of_the_seed_job() -> None:
    result = parse_job(seed_text("job"))
    assert result.job is not None
    same_shape(result.job.normal(), definition())


@pytest.mark.parametrize("name", ["list-jobs", "list-all", "list-all-by-job"])
def test_definitions_in_answers_are_given_back_word_for_word(name: str) -> None:
    for item in seed(name)["items"]:
        target, actions = (
            ("target", "actions") if "target" in item else ("targetSpec", "actionSpec")
        )
        result = parse_job(json.dumps(job_of(item, target, actions)))
        assert result.job is not None, result.problems
        normal = result.job.normal()
        same_shape(normal["target"], item[target])
        same_shape(normal["actions"], item[actions])


def test_a_legacy_command_list_is_echoed_as_a_list() -> None:
    item = seed("list-jobs")["items"][0]
    result = parse_job(json.dumps(job_of(item, "target", "actions")))
    assert result.job is not None
    assert result.job.normal()["actions"]["steps"][0]["command"] == ["sleep 10"]
    assert [(p["severity"], p["path"]) for p in result.problems] == [
        ("warning", "actions.steps[0].command")
    ]


def test_a_whole_stored_job_can_be_submitted_again() -> None:
    result = parse_job(json.dumps(seed("list-jobs")["items"][0]))
    assert result.job is not None
    ignored = {p["path"] for p in result.problems if "ignored" in p["message"]}
    assert ignored == {
        "createdAt",
        "exceptionReasons",
        "executionCount",
        "id",
        "modifiedAt",
        "nextExecutionTime",
        "status",
    }


def test_older_spellings_in_the_seed_answers_are_understood() -> None:
    first, second = seed("list-all-filtered")["items"]
    job = parse_job(json.dumps(job_of(first, "targetSpec", "actionSpec"))).job
    assert job is not None
    assert (
        job.normal()["target"]["groups"][0]["filter"] == first["targetSpec"]["groups"][0]["filter"]
    )
    assert job.actions.steps[0].limits.timeout_seconds == 0
    result = parse_job(json.dumps(job_of(second, "targetSpec", "actionSpec")))
    assert result.job is not None
    assert [p["path"].removeprefix("actions.steps[0].") for p in result.problems] == [
        "failureBehavior.retryBackoffStrategy.name",
        "limits.time",
    ]
    assert result.job.target.execution_type == "parallel"


@pytest.mark.parametrize("body_format", ["json", "yaml", "toml"])
@pytest.mark.parametrize("named", [True, False])
def test_the_seed_job_survives_every_format(body_format: str, named: bool) -> None:
    job = parse_job(seed_text("job")).job
    assert job is not None
    text = dump_job(job.normal(), body_format)
    again = parse_job(text, body_format if named else "")
    assert again.problems == []
    assert again.body_format == body_format
    assert again.job == job
    assert again.job.normal() == job.normal()


def test_the_models_read_the_normal_form() -> None:
    job = parse_job(seed_text("job")).job
    assert job is not None
    assert Job.model_validate(job.normal()) == job
