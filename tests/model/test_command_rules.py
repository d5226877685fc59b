"""Commands of the runner's own interpreters: what is wrong is told with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from job_samples import changed, parsed

from courier_backend.model.commands import (
    ANSIBLE,
    CHEF_CLIENT,
    INSPEC,
    INTERPRETERS,
    RESTART,
    SHELL,
    VOCABULARIES,
)
from courier_backend.model.parse import parse_job

STEP = "actions.steps.0."


def problems(name: str, command: Any) -> dict[str, tuple[str, str, str]]:
    """By path within the command: severity, message, what was perhaps meant."""
    result = parsed(changed((STEP + "interpreter.name", name), (STEP + "command", command)))
    begin = "actions.steps[0].command"
    return {
        item["path"].removeprefix(begin).lstrip("."): (
            item["severity"],
            item["message"],
            item["didYouMean"],
        )
        for item in result.problems
        if item["path"].startswith(begin)
    }


@pytest.mark.parametrize(
    ("name", "command"),
    [
        (RESTART, {"exec": "machine_reboot", "args": {"time": "now"}}),
        (RESTART, {"exec": "machine_restart", "args": {"time": "10"}}),
        (RESTART, {"exec": "machine_reboot"}),
        (RESTART, ["machine_reboot"]),
        (CHEF_CLIENT, {"exec": "run", "args": {"mode": "local", "runlist": "recipe[a]"}}),
        (CHEF_CLIENT, {"exec": "rotate credentials"}),
        (CHEF_CLIENT, {"exec": "download", "args": {"cookbooks": ["a", "b"], "url": ""}}),
        (INSPEC, {"exec": "scan", "args": {"path": "p", "input": {"a": 1}, "minSuccess": 99.5}}),
        (INSPEC, {"exec": "scan", "args": {"path": "{{.PROFILE}}", "minSuccess": "{{.LEAST}}"}}),
        (ANSIBLE, {"exec": "playbook", "args": {"playbook": "p.yml", "extraVars": {"a": [1]}}}),
        (ANSIBLE, {"exec": "run", "args": {"playbook": "p", "become": "true", "verbosity": 4}}),
        (SHELL, {"linux": ["true"]}),
    ],
)
def test_sound_commands(name: str, command: Any) -> None:
    found = problems(name, command)
    assert {path for path, (severity, *_) in found.items() if severity == "error"} == set()
    assert not any("no argument" in message for _, message, _ in found.values())


@pytest.mark.parametrize(
    ("name", "command", "path", "says", "meant"),
    [
        (RESTART, {"exec": "machine_reboots"}, "exec", "not one of machine", "machine_reboot"),
        (RESTART, ["machine-reboot"], "[0]", "is not one of", "machine_reboot"),
        (RESTART, ["machine_reboot", "now"], "", "holds one order and nothing else", ""),
        (
            RESTART,
            {"exec": "machine_reboot", "args": {"time": "soon"}},
            "args.time",
            'must be "now" or minutes, 0 to 1440, not "soon"',
            "",
        ),
        (
            RESTART,
            {"exec": "machine_reboot", "args": {"time": 1.5}},
            "args.time",
            "not 1.5",
            "",
        ),
        (CHEF_CLIENT, {"exec": "runs"}, "exec", "is not one of run, download", "run"),
        (
            CHEF_CLIENT,
            {"exec": "rotate_credentials"},
            "exec",
            "is not one of",
            "rotate credentials",
        ),
        (
            CHEF_CLIENT,
            {"exec": "run", "args": {"mode": "locl"}},
            "args.mode",
            '"locl" is not one of local, server',
            "local",
        ),
        (
            CHEF_CLIENT,
            {"exec": "run", "args": {"runlist": {"a": 1}}},
            "args.runlist",
            "must be text (with commas between words) or a list of text, not an object",
            "",
        ),
        (CHEF_CLIENT, {"exec": "run", "args": ["a"]}, "args", "must be an object", ""),
        (INSPEC, {"exec": "scan", "args": {}}, "args.path", "is missing; scan needs it", ""),
        (
            INSPEC,
            {"exec": "scan", "args": {"path": "p", "minSuccess": 120}},
            "args.minSuccess",
            "must be a number from 0 to 100, not 120",
            "",
        ),
        (
            INSPEC,
            {"exec": "scan", "args": {"path": "p", "source": "server"}},
            "args.source",
            "is not one of automate",
            "",
        ),
        (INSPEC, ["scan"], "[0]", "needs arguments: write", ""),
        (
            INSPEC,
            {"exec": "scan", "args": {"path": "p", "source": "automate", "token": "t"}},
            "args.username",
            "is missing; source needs it",
            "",
        ),
        (
            CHEF_CLIENT,
            {"exec": "download", "args": {"path": "/x"}},
            "args",
            "has neither cookbooks nor url; download needs one of them",
            "",
        ),
        (
            ANSIBLE,
            {"exec": "playbook", "args": {"playbook": "p", "become": "yes"}},
            "args.become",
            'must be true or false, not "yes"',
            "",
        ),
        (
            ANSIBLE,
            {"exec": "playbook", "args": {"playbook": "p", "verbosity": True}},
            "args.verbosity",
            "must be a whole number from 0 to 4",
            "",
        ),
        (
            ANSIBLE,
            {"exec": "playbook", "args": {"playbook": "p", "extraVars": [1]}},
            "args.extraVars",
            "must be an object",
            "",
        ),
        (
            ANSIBLE,
            {"exec": "playbook", "args": {"playbook": "p", "extraVars": "now"}},
            "args.extraVars",
            "must be an object",
            "",
        ),
    ],
)
def test_what_is_wrong(name: str, command: Any, path: str, says: str, meant: str) -> None:
    severity, message, did_you_mean = problems(name, command)[path]
    assert severity == "error"
    assert says in message
    assert did_you_mean == meant


@pytest.mark.parametrize(
    ("name", "given", "meant"),
    [
        (CHEF_CLIENT, "run_list", "runlist"),
        (INSPEC, "minsuccess", "minSuccess"),
        (ANSIBLE, "extra-vars", "extraVars"),
        (RESTART, "colour", ""),
    ],
)
def test_an_argument_that_is_not_known_is_a_warning(name: str, given: str, meant: str) -> None:
    needed = {CHEF_CLIENT: {}, INSPEC: {"path": "p"}, ANSIBLE: {"playbook": "p"}, RESTART: {}}
    command = {"exec": VOCABULARIES[name].orders[0], "args": {**needed[name], given: "x"}}
    (found,) = [value for path, value in problems(name, command).items() if given in path]
    severity, message, did_you_mean = found
    assert (severity, did_you_mean) == ("warning", meant)
    assert message == "is no argument that is known here"


@pytest.mark.parametrize("command", [{"script": "pass"}, {"linux": ["pass"]}, ["pass"]])
def test_commands_of_python(command: Any) -> None:
    assert problems("python", command) == {}


def test_a_command_of_python_without_a_script() -> None:
    assert problems("python", {"skript": "pass"}) == {
        "": ("warning", "has neither script nor lines for any of linux, windows, darwin", "script")
    }


def test_python_is_known_by_its_name() -> None:
    job = changed((STEP + "interpreter.name", "pyhton"), (STEP + "command", ["pass"]))
    (found,) = parsed(job).problems
    assert (found["path"], found["didYouMean"]) == ("actions.steps[0].interpreter.name", "python")


def test_an_interpreter_of_ones_own_may_give_any_output() -> None:
    def told(name: str) -> list[str]:
        job = changed((STEP + "interpreter.name", name), (STEP + "command", {"linux": ["true"]}))
        using = {
            "name": "uses",
            "interpreter": {"name": SHELL},
            "command": {"linux": ["echo {{.ANYTHING}}"]},
            "conditions": [{"inputName": "OTHER", "operator": "eq", "value": "1"}],
            "expectedInputs": {"THIRD": {"required": True}},
        }
        job["actions"]["steps"] = [job["actions"]["steps"][0], using]
        steps = [item["path"] for item in parsed(job).problems]
        return [path for path in steps if path.startswith("actions.steps[1]")]

    assert len(told(SHELL)) == 3
    assert told("my/own") == []


@pytest.mark.parametrize(
    ("time", "patience", "limit", "said"),
    [
        (10, 600, 0, ["target.groups[0] gives a run up after 600 s"]),
        ("10", 599, 0, ["target.groups[0] gives a run up after 599 s"]),
        (10, 601, 0, []),
        (10, 0, 0, []),
        (10, 3600, 60, ["limits of the step give it up after 60 s"]),
        ("now", 1, 1, []),
        ("{{.T}}", 1, 1, []),
        (None, 60, 0, ["target.groups[0] gives a run up after 60 s"]),
        ("", 61, 60, ["limits of the step give it up after 60 s"]),
    ],
)
def test_a_restart_that_comes_too_late(
    time: object, patience: int, limit: int, said: list[str]
) -> None:
    job = changed(
        (STEP + "interpreter.name", RESTART),
        (STEP + "command", {"exec": "machine_reboot", "args": {"time": time}}),
        (STEP + "limits", {"timeoutSeconds": limit}),
        ("target.groups.0.timeoutSeconds", patience),
    )
    late = [item["message"] for item in parsed(job).problems if "too late" in item["message"]]
    assert late == [f"is too late: {who}, before the machine goes down" for who in said]


def test_the_place_in_a_file() -> None:
    job = changed(
        (STEP + "interpreter.name", RESTART),
        (STEP + "command", {"exec": "machine_reboot", "args": {"time": "soon"}}),
    )
    text = json.dumps(job, indent=2)
    result = parse_job(text, "json")
    (found,) = [item for item in result.problems if item["path"].endswith("args.time")]
    assert text.splitlines()[found["line"] - 1].strip() == '"time": "soon"'


def test_every_interpreter_but_the_shell_has_its_words() -> None:
    assert set(VOCABULARIES) == set(INTERPRETERS) - {SHELL}
    for vocabulary in VOCABULARIES.values():
        assert set(vocabulary.needed) <= set(vocabulary.orders)
        assert set(vocabulary.either) <= set(vocabulary.orders)
        named = (*vocabulary.needed.values(), *vocabulary.either.values())
        for names in (*named, *vocabulary.along.values(), vocabulary.along, vocabulary.choices):
            assert set(names) <= set(vocabulary.arguments)
