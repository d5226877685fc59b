"""The inputs of a step: which value counts, what is secret, what it is called elsewhere."""

from pathlib import Path
from typing import Any

import pytest

from courier_backend.model.variables import environment_name, sensitive_names
from courier_backend.runner.execution.environment import node_environment
from courier_backend.runner.execution.host import Host, NodeHost
from courier_backend.runner.interpreters.interpreter import StepFault
from courier_backend.runner.values.inputs import (
    Inputs,
    check_inputs,
    fact_values,
    resolve_inputs,
    shortened,
)

FACTS = fact_values({"platform": "ubuntu", "cpu_total": 4})


def test_the_value_nearest_to_the_step_counts() -> None:
    step = {
        "inputs": {"LITERAL": "its own"},
        "expectedInputs": {
            "LITERAL": {"default": "default"},
            "EARLIER": {"default": "default"},
            "DEFAULT": {"default": "default"},
        },
    }
    inputs = resolve_inputs(step, {"LITERAL": "output", "EARLIER": "output", "MORE": "m"}, FACTS)
    assert inputs.given == {
        "LITERAL": "its own",
        "EARLIER": "output",
        "DEFAULT": "default",
        "MORE": "m",
    }
    assert inputs.values["node.platform"] == "ubuntu"
    assert inputs.values["node.cpu_total"] == "4"
    assert inputs.told == {"LITERAL": "its own", "EARLIER": "output", "DEFAULT": "default"}


def test_a_name_is_secret_for_all_steps_when_one_marks_it() -> None:
    steps: list[dict[str, Any]] = [
        {"outputFieldRules": {"TOKEN": {"sensitive": True}, "PLAIN": {"sensitive": False}}},
        {"expectedInputs": {"PASSWORD": {"sensitive": True}, "USER": {}}, "inputs": None},
    ]
    assert sensitive_names(steps) == {"TOKEN", "PASSWORD"}
    inputs = resolve_inputs(steps[1], {}, {}, sensitive_names(steps))
    names = frozenset({"PASSWORD", "USER"})
    assert inputs == Inputs({"PASSWORD": "", "USER": ""}, frozenset({"TOKEN", "PASSWORD"}), names)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("VERSION", "COURIER_INPUT_VERSION"),
        ("greeting-word", "COURIER_INPUT_GREETING_WORD"),
        ("app.db..name_", "COURIER_INPUT_APP_DB_NAME"),
    ],
)
def test_a_name_in_the_environment(name: str, variable: str) -> None:
    assert environment_name("INPUT", name) == variable


def test_long_inputs_are_told_by_their_size() -> None:
    told = shortened({"A": "x" * 200_000, "B": "y" * 200_000, "C": "z", "D": {"sensitive": True}})
    assert told["A"] == "x" * 200_000
    assert told["B"] == "(200,002 bytes)"
    assert told["C"] == "z"
    assert told["D"] == {"sensitive": True}


def test_facts_are_looked_at_again(tmp_path: Path) -> None:
    known = {"platform_version": "22.04", "role": "web"}
    host = NodeHost(
        Host("boot", (1024, 1024)),
        tmp_path,
        tmp_path,
        "linux",
        node_environment("id", "/home", known),
        known,
        look=lambda: known,
    )
    host.look_again()
    assert host.fact_values["node.platform_version"] == "22.04"
    known = {"platform_version": "24.04", "role": "web"}
    host.look_again()
    assert host.fact_values["node.platform_version"] == "24.04"
    assert host.facts["platform_version"] == "24.04"
    assert host.environment["COURIER_FACT_PLATFORM_VERSION"] == "24.04"
    assert host.environment["COURIER_NODE_ID"] == "id"


def test_an_empty_default_is_none() -> None:
    """Real files have it where there is no default, and mean that a value must come."""
    required = {"expectedInputs": {"FOUND": {"type": "int", "default": "", "required": True}}}
    with pytest.raises(StepFault) as fault:
        check_inputs(required, resolve_inputs(required, {}, {}))
    assert fault.value.code == "missing-input"
    given = resolve_inputs(required, {"FOUND": "5\n"}, {})
    check_inputs(required, given)
    assert given.values == {"FOUND": "5"}
