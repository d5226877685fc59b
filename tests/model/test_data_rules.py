"""What flows between steps, checked before anything runs: each problem at its place."""

import json
from typing import Any

import pytest
from job_samples import changed, definition, error, parsed, warning

from courier_backend.model.parse import Parsed, parse_job
from courier_backend.model.wire import ProblemItem

SHELL = {"name": "chef-platform/shell-interpreter"}


def job(*steps: dict[str, Any]) -> dict[str, Any]:
    whole = definition()
    whole["actions"]["steps"] = [{"interpreter": SHELL, **step} for step in steps]
    return whole


def run(line: str, **more: Any) -> dict[str, Any]:
    return {"command": {"linux": [line]}, **more}


def gives(*names: str, **more: Any) -> dict[str, Any]:
    rules = {name: {"sourceType": "exitCode", **more} for name in names}
    return run("true", outputFieldRules=rules)


def data_problems(result: Parsed) -> list[ProblemItem]:
    return [item for item in result.problems if item["path"].startswith("actions.steps")]


def test_data_that_flows_is_no_problem() -> None:
    result = parsed(
        job(
            gives("COUNT"),
            run(
                "echo {{.COUNT}} {{quote .WORD}} {{.node.platform}} {{.PORT}}",
                inputs={"WORD": "x"},
                expectedInputs={
                    "COUNT": {"type": "int", "required": True},
                    "PORT": {"type": "Integer", "required": True, "default": 80},
                },
                conditions=[{"inputName": "COUNT", "operator": "gt", "value": "1"}],
            ),
        )
    )
    assert data_problems(result) == []


def test_a_name_in_a_command_that_nothing_gives_is_told_with_the_nearest() -> None:
    result = parsed(job(gives("VERSION"), run("echo {{.VERSOIN}}")))
    found = warning(result, "actions.steps[1].command.linux[0]")
    assert "{{.VERSOIN}} has no value" in found["message"]
    assert found["didYouMean"] == "VERSION"
    assert found["line"] > 1


def test_a_name_that_may_be_for_another_program_is_told_how_to_write_it() -> None:
    result = parsed(job(run("docker ps --format '{{.Names}}'")))
    found = warning(result, "actions.steps[0].command.linux[0]")
    assert found["message"].endswith("for another program write {{`{{.Names}}`}}")
    assert data_problems(parsed(job(run("docker ps --format '{{`{{.Names}}`}}'")))) == []


def test_a_name_without_its_dot_is_told_where_it_is_known() -> None:
    result = parsed(job(run("echo {{ WORD }} {{ jinja }}", inputs={"WORD": "x"})))
    found = warning(result, "actions.steps[0].command.linux[0]")
    assert found["message"] == "{{WORD}} stays as it is: the value is written {{.WORD}}"


def test_a_condition_takes_a_bare_name() -> None:
    condition = {"inputName": "{{.WORD}}", "operator": "eq", "value": "x"}
    result = parsed(job(run("true", inputs={"WORD": "x"}, conditions=[condition])))
    assert warning(result, "actions.steps[0].conditions[0].inputName")["didYouMean"] == "WORD"


def test_values_together_must_fit_into_the_environment() -> None:
    inputs = {f"V{number}": "x" * 65_536 for number in range(17)}
    found = error(parsed(job(run("true", inputs=inputs))), "actions.steps[0].inputs")
    assert found["message"] == "have 1,114,112 bytes together, of 1,048,576 at most; use files"
    assert data_problems(parsed(job(run("true", inputs=dict(list(inputs.items())[:16]))))) == []


def test_an_output_counts_only_for_later_steps() -> None:
    result = parsed(job(run("echo {{.CODE}}"), gives("CODE"), run("echo {{.CODE}}")))
    assert [item["path"] for item in data_problems(result)] == ["actions.steps[0].command.linux[0]"]


def test_a_template_that_is_not_understood_is_an_error_at_its_line() -> None:
    result = parsed(job(run("docker inspect -f '{{json .Config}}' web")))
    found = error(result, "actions.steps[0].command.linux[0]")
    assert "{{json .Config}} is not understood" in found["message"]
    assert "{{`" in found["message"]


def test_templates_are_looked_for_everywhere_in_a_command() -> None:
    command = {"exec": "run", "args": {"list": [{"deep": "{{.NOPE}}"}]}}
    step = {"interpreter": {"name": "own/thing"}, "command": command}
    result = parsed(job(step))
    warning(result, "actions.steps[0].command.args.list[0].deep")


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("inputs.dir", {"inputs": {"dir": "/opt/{{.APP}}", "APP": "x"}}),
        (
            "outputFieldRules.X.source",
            {"outputFieldRules": {"X": {"sourceType": "file", "source": "/opt/{{.APP}}/v"}}},
        ),
        (
            "conditions[0].value",
            {"conditions": [{"inputName": "node.os", "operator": "eq", "value": "{{.APP}}"}]},
        ),
    ],
)
def test_a_template_that_stays_as_it_is_is_told(path: str, change: dict[str, Any]) -> None:
    found = warning(parsed(job(run("true", **change))), f"actions.steps[0].{path}")
    assert "values are put into commands alone" in found["message"]


@pytest.mark.parametrize(
    ("platform", "instead"),
    [("linux", '"$COURIER_INPUT_DB_PASSWORD"'), ("windows", "$env:COURIER_INPUT_DB_PASSWORD")],
)
def test_a_sensitive_name_in_a_command_line_is_told(platform: str, instead: str) -> None:
    first = run("true", expectedInputs={"DB_PASSWORD": {"sensitive": True, "default": "hush-1"}})
    second = {
        "command": {platform: ["login {{quote .DB_PASSWORD}}"]},
        "inputs": {"DB_PASSWORD": "hush-2"},
    }
    found = warning(parsed(job(first, second)), f"actions.steps[1].command.{platform}[0]")
    assert found["message"].endswith(instead)


def test_a_required_input_that_nothing_gives_is_told() -> None:
    wants = run("true", expectedInputs={"HOST": {"required": True}})
    found = warning(parsed(job(gives("HOSTS"), wants)), "actions.steps[1].expectedInputs.HOST")
    assert "nothing gives it" in found["message"]
    assert found["didYouMean"] == "HOSTS"


def test_setting_an_input_answers_a_required_one_and_is_checked_like_any() -> None:
    text = json.dumps(job(run("true", expectedInputs={"PORT": {"type": "int", "required": True}})))
    result = parse_job(text, "json", inputs={"PORT": "8080"})
    assert data_problems(result) == []
    assert result.job is not None
    assert result.job.actions.steps[0].inputs == {"PORT": "8080"}
    wrong = parse_job(text, "json", inputs={"PORT": "http"})
    found = error(wrong, "actions.steps[0].inputs.PORT")
    assert found["message"] == '"http" is not a whole number, as the type of the input asks'


def test_setting_reaches_whatever_names_it() -> None:
    looks = [{"inputName": "STAGE", "operator": "eq", "value": "test"}]
    text = json.dumps(job(run("echo {{quote .VERSION}}"), run("true", conditions=looks)))
    result = parse_job(text, "json", inputs={"VERSION": "1.2", "STAGE": "test"})
    assert data_problems(result) == []
    assert result.job is not None
    assert [step.inputs for step in result.job.actions.steps] == [
        {"VERSION": "1.2"},
        {"STAGE": "test"},
    ]
    nowhere = parse_job(text, "json", inputs={"VERSOIN": "1"})
    assert error(nowhere, "actions.steps")["didYouMean"] == "VERSION"


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ({"type": "int", "default": "x"}, "default"),
        ({"type": "bool", "default": 7}, "default"),
        ({"type": "array", "default": {}}, "default"),
        ({"type": "object", "default": "{"}, "default"),
    ],
)
def test_a_default_must_be_of_its_type(wanted: dict[str, Any], place: str) -> None:
    result = parsed(job(run("true", expectedInputs={"X": wanted})))
    found = error(result, f"actions.steps[0].expectedInputs.X.{place}")
    assert "as the type of the input asks" in found["message"]


@pytest.mark.parametrize("sensitive", [False, True])
def test_an_empty_default_is_none(sensitive: bool) -> None:
    wants = {"X": {"type": "int", "default": "", "required": True, "sensitive": sensitive}}
    given = parsed(
        job(run("echo 1", outputFieldRules=stdout_of("X")), run("true", expectedInputs=wants))
    )
    assert data_problems(given) == []
    missing = parsed(job(run("true", expectedInputs=wants)))
    assert "nothing gives it" in warning(missing, "actions.steps[0].expectedInputs.X")["message"]


def stdout_of(name: str) -> dict[str, Any]:
    return {name: {"sourceType": "output", "extractMethod": "content", "required": True}}


def test_a_value_must_fit_into_the_environment() -> None:
    longest = "x" * 65_536
    assert data_problems(parsed(job(run("true", inputs={"X": longest})))) == []
    given = error(
        parsed(job(run("true", inputs={"X": longest + "é"}))), "actions.steps[0].inputs.X"
    )
    assert given["message"] == "has 65,538 bytes, of 65,536 at most; use a file"
    wants = {"X": {"default": [longest]}}
    default = parsed(job(run("true", expectedInputs=wants)))
    error(default, "actions.steps[0].expectedInputs.X.default")


def test_a_wrong_sensitive_value_is_not_shown() -> None:
    wants = {"X": {"type": "int", "sensitive": True}}
    result = parsed(job(run("true", inputs={"X": "hunter22"}, expectedInputs=wants)))
    found = error(result, "actions.steps[0].inputs.X")
    assert found["message"] == "the value is not a whole number, as the type of the input asks"


def test_an_unknown_type_is_taken_as_text() -> None:
    result = parsed(job(run("true", expectedInputs={"X": {"type": "strng", "default": "a"}})))
    found = warning(result, "actions.steps[0].expectedInputs.X.type")
    assert found["didYouMean"] == "string"


def test_two_names_for_one_variable_are_told() -> None:
    result = parsed(job(run("true", inputs={"app_name": "a", "APP.NAME": "b"})))
    found = warning(result, "actions.steps[0].inputs.APP.NAME".replace(".APP.NAME", '["APP.NAME"]'))
    assert "both $COURIER_INPUT_APP_NAME" in found["message"]


@pytest.mark.parametrize(
    ("rule", "path", "severity", "says", "meant"),
    [
        (
            {"sourceType": "artifact", "source": "../secret"},
            "source",
            "error",
            "leads out of $COURIER_EVIDENCE_DIR",
            "",
        ),
        ({"sourceType": "artifact", "source": "/etc/passwd"}, "source", "error", "leads out", ""),
        ({"sourceType": "exitCode", "source": "x"}, "source", "warning", "is not used", ""),
        (
            {"sourceType": "output", "extractMethod": "content", "expression": "x"},
            "expression",
            "warning",
            "is not used",
            "",
        ),
        (
            {"sourceType": "output", "extractMethod": "jsonPath", "expression": "config.version"},
            "expression",
            "error",
            '"config.version" is not a JSON path: it must begin with $',
            "$.config.version",
        ),
        (
            {"sourceType": "output", "extractMethod": "jsonPath", "expression": "$.a["},
            "expression",
            "error",
            "unexpected end",
            "",
        ),
    ],
)
def test_rules_that_cannot_give_a_value(
    rule: dict[str, Any], path: str, severity: str, says: str, meant: str
) -> None:
    result = parsed(job(run("true", outputFieldRules={"X": rule})))
    (found,) = data_problems(result)
    assert found["path"] == f"actions.steps[0].outputFieldRules.X.{path}"
    assert found["severity"] == severity
    assert says in found["message"]
    assert found["didYouMean"] == meant


def test_limits_that_mean_something_else() -> None:
    few = parsed(changed(("actions.steps.0.limits.memoryBytes", 512)))
    assert "less than 1 MiB" in error(few, "actions.steps[0].limits.memoryBytes")["message"]
    many = parsed(changed(("actions.steps.0.limits.cpu", 4)))
    assert "all of the node already" in warning(many, "actions.steps[0].limits.cpu")["message"]
    bounded = parsed(changed(("actions.steps.0.limits.memoryBytes", 2**30)))
    assert bounded.job is not None
    assert bounded.job.normal()["actions"]["steps"][0]["limits"]["memoryBytes"] == 2**30


def test_a_polynomial_without_numbers_is_told() -> None:
    strategy = {"type": "polynomial", "delaySeconds": 1, "arguments": [{}]}
    at = "actions.steps.0.failureBehavior.retryBackoffStrategy"
    result = parsed(changed((at, strategy)))
    path = "actions.steps[0].failureBehavior.retryBackoffStrategy.arguments"
    assert "the delay grows with the square" in warning(result, path)["message"]
