"""What a plan accepts, the runner understands: random commands for the runner's interpreters."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courier_backend.model.commands import VOCABULARIES
from courier_backend.model.parse import parse_job
from courier_backend.runner.interpreters.interpreter import StepFault
from courier_backend.runner.interpreters.registry import Interpreters
from courier_backend.runner.interpreters.request import Request

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "now", "local", "automate", "true", "1", " 2", "99.5", "a,b", "k=v", "{}", "{", "[1]"]
    ),
    st.text(st.characters(codec="ascii", exclude_characters="{}"), max_size=6),
    st.lists(st.text(max_size=3), max_size=2),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=2),
)


@st.composite
def commands(draw: st.DrawFn) -> tuple[str, Any]:
    """An interpreter and a command that is nearly right."""
    name = draw(st.sampled_from(sorted(VOCABULARIES)))
    vocabulary = VOCABULARIES[name]
    order = draw(st.sampled_from(vocabulary.orders) | st.text(max_size=4))
    if draw(st.booleans()):
        known = st.sampled_from(sorted(vocabulary.arguments))
        args = draw(st.dictionaries(known | st.text(max_size=4), VALUES, max_size=4))
        for needed in vocabulary.needed.get(order, ()):
            args.setdefault(needed, "given")
        return name, {"exec": order, "args": args}
    return name, draw(st.sampled_from([[order], {"exec": order}]))


def errors_of(name: str, command: Any) -> list[str]:
    """What a plan says of it."""
    group = {"batchSize": {"type": "number", "value": 1}, "nodeListType": "nodes"}
    group |= {"nodeIdentifiers": ["1f4c680d-4dc6-4edf-83b6-ded81388f244"]}
    job = {
        "name": "a job",
        "scheduleRule": "immediate",
        "target": {"executionType": "parallel", "groups": [group]},
        "actions": {"steps": [{"interpreter": {"name": name}, "command": command}]},
    }
    problems = parse_job(json.dumps(job), "json").errors
    return [item["path"] for item in problems if item["path"].startswith("actions.steps")]


@pytest.fixture
def everything_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every program is on this machine."""
    which = "courier_backend.runner.interpreters.programs.shutil.which"
    monkeypatch.setattr(which, lambda name, **_: f"/there/{name}")


@pytest.mark.usefixtures("everything_there")
@given(commands())
@settings(max_examples=300, deadline=None)
def test_what_a_plan_accepts_the_runner_understands(given_command: tuple[str, Any]) -> None:
    name, command = given_command
    interpreter = Interpreters(()).named_by({"interpreter": {"name": name}})
    request = Request("a step", command, {}, "linux", 0.0, {"fqdn": "a.example"}, {"PATH": ""})
    if errors_of(name, command):
        with suppress(StepFault):
            interpreter.program(request)
        return
    program = interpreter.program(request)
    assert all(isinstance(word, str) for word in program.arguments)
