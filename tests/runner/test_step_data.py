"""Data of steps on a real node: inputs, values in commands, conditions, outputs, restarts."""

import asyncio
import contextlib
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from runner_harness import (
    Line,
    Node,
    failing,
    is_type,
    one,
    runner_inside,
    runner_process,
    says,
    step,
    text_of,
    until,
    until_cut,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with runner_inside(tmp_path / "runner", seed=7) as (_, nodes):
        yield nodes[0]


def rule(source_type: str = "output", **more: Any) -> Line:
    return {
        "sourceType": source_type,
        "source": "",
        "extractMethod": "content",
        "expression": "",
        "required": False,
        "sensitive": False,
        **more,
    }


def pattern(expression: str, **more: Any) -> Line:
    return rule(extractMethod="regEx", expression=expression, **more)


def expected(**more: Any) -> Line:
    return {"required": False, "sensitive": False, **more}


def condition(name: str, operator: str, value: str, *, negate: bool = False) -> Line:
    return {"inputName": name, "operator": operator, "value": value, "negate": negate}


def steps_of(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line["type"] == "step-finished"]


def statuses_of(lines: list[Line]) -> list[str]:
    return [line["status"] for line in steps_of(lines)]


# Outputs


async def test_outputs_come_from_everywhere(node: Node) -> None:
    commands = (
        "echo out; echo problem 42 >&2",
        "echo written > report.txt",
        """echo '{"config": {"version": "1.4"}}' > "$COURIER_EVIDENCE_DIR/app.json" """,
    )
    rules = {
        "WHOLE": rule(source="stdout"),
        "NUMBER": pattern(r"problem (\d+)", source="stderr"),
        "MATCH": pattern("o."),
        "CODE": rule("exitCode"),
        "FILE": rule("file", source="report.txt"),
        "VERSION": rule(
            "artifact", source="app.json", extractMethod="jsonPath", expression="$.config.version"
        ),
    }
    lines = await node.run(step(*commands, outputFieldRules=rules))
    wanted = {
        "WHOLE": "out\n",
        "NUMBER": "42",
        "MATCH": "ou",
        "CODE": "0",
        "FILE": "written\n",
        "VERSION": "1.4",
    }
    assert one(lines, "attempt-finished")["outputs"] == wanted
    assert one(lines, "step-finished")["outputs"] == wanted


async def test_a_required_output_that_is_missing_fails_the_attempt_and_is_tried_again(
    node: Node,
) -> None:
    rules = {"BUILD": pattern(r"build (\d+)", required=True), "MORE": pattern("nothing")}
    twice = 'test -e seen && echo build 7; touch seen; echo "attempt $COURIER_ATTEMPT"'
    lines = await node.run(step(twice, outputFieldRules=rules, retryCount=1))
    first, second = [line for line in lines if line["type"] == "attempt-finished"]
    assert (first["status"], first["exitCode"], first["reasonCode"]) == (
        "failure",
        0,
        "missing-output",
    )
    assert first["reason"] == (
        r'the required output BUILD is missing: stdout does not match "build (\d+)"'
    )
    assert (second["status"], second["outputs"]) == ("success", {"BUILD": "7"})
    assert one(lines, "run-finished")["status"] == "success"


async def test_a_step_that_failed_has_outputs_too(node: Node) -> None:
    asked = step(
        "exit 3",
        outputFieldRules={"CODE": rule("exitCode"), "GONE": rule("file", source="x")},
        failureBehavior=failing("retryThenIgnore"),
    )
    after = step("echo it was $COURIER_INPUT_CODE", conditions=[condition("CODE", "eq", "3")])
    lines = await node.run(asked, after)
    assert text_of(lines) == "it was 3\n"
    assert one(lines, "run-finished")["status"] == "success"


async def test_a_value_that_is_too_long_is_told_and_not_taken(node: Node) -> None:
    many = step("head -c 70000 /dev/zero | tr '\\0' x", outputFieldRules={"ALL": rule()})
    lines = await node.run(many)
    assert one(lines, "step-finished")["outputs"] == {}
    assert one(lines, "run-finished")["status"] == "success"
    required = step(
        "head -c 70000 /dev/zero | tr '\\0' x", outputFieldRules={"ALL": rule(required=True)}
    )
    ended = one(await node.run(required), "attempt-finished")
    assert "ALL is missing: stdout: a value has 65,536 bytes at most" in ended["reason"]


async def test_a_pattern_finds_something_far_down_in_a_large_output(node: Node) -> None:
    command = "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo version=9.1"
    lines = await node.run(step(command, outputFieldRules={"V": pattern("version=(.*)")}))
    assert one(lines, "step-finished")["outputs"] == {"V": "9.1"}


async def test_outputs_are_found_again_after_the_runner_was_killed(tmp_path: Path) -> None:
    gives = step("echo 5", outputFieldRules={"COUNT": rule()})
    waits = step("test -e go || { touch go; echo waiting; sleep 60; }", retryCount=1)
    uses = step("test {{.COUNT}} = 5", expectedInputs={"COUNT": expected(type="int")})
    async with httpx.AsyncClient(timeout=30) as client:
        with runner_process(tmp_path / "home") as running:
            node = running.node(client)
            order = node.order(gives, waits, uses)
            async with node.ordered(order) as lines:
                await until(lines, says("waiting"))
                running.kill()
                await until_cut(lines)
        with runner_process(tmp_path / "home") as running:
            told = await running.node(client).events(order["runId"])
    last = steps_of(told)[-1]
    assert (last["step"], last["status"], last["inputs"]) == (3, "success", {"COUNT": "5"})


@pytest.mark.parametrize("kind", ["attempt-finished", "step-finished"])
async def test_a_runner_killed_right_after_an_output_still_has_it(
    tmp_path: Path, kind: str
) -> None:
    gives = step("echo 5", outputFieldRules={"COUNT": rule()})
    uses = step("test {{.COUNT}} = 5", retryCount=1, expectedInputs={"COUNT": expected(type="int")})
    async with httpx.AsyncClient(timeout=30) as client:
        with runner_process(tmp_path / "home") as running:
            node = running.node(client)
            order = node.order(gives, uses)
            async with node.ordered(order) as lines:
                await until(lines, is_type(kind))
                running.kill()
                async with asyncio.timeout(30):
                    with contextlib.suppress(httpx.RemoteProtocolError):
                        async for _ in lines:
                            pass
        with runner_process(tmp_path / "home") as running:
            told = await running.node(client).events(order["runId"])
    assert one(told, "run-finished")["status"] == "success"
    assert steps_of(told)[0]["outputs"] == {"COUNT": "5\n"}
    assert steps_of(told)[1]["inputs"] == {"COUNT": "5"}


async def test_a_polynomial_pause_grows_by_its_coefficients(node: Node) -> None:
    backoff = failing(type="polynomial", delaySeconds=0.01, arguments=[1, 0, 2])
    lines = await node.run(step("exit 1", retryCount=3, failureBehavior=backoff))
    pauses = [line["retryInSeconds"] for line in lines if line["type"] == "attempt-finished"]
    assert pauses == [pytest.approx(0.03), pytest.approx(0.09), pytest.approx(0.19), None]


# Inputs


async def test_a_required_input_without_a_value_fails_the_step_before_it_starts(
    node: Node,
) -> None:
    wants = step(
        "touch ran",
        expectedInputs={
            "HOST": expected(required=True),
            "PORT": expected(required=True, default=80),
            "USER": expected(required=True),
        },
        retryCount=3,
    )
    lines = await node.run(wants)
    assert not [line for line in lines if line["type"].startswith("attempt")]
    run = one(lines, "run-finished")
    assert (run["status"], run["reasonCode"]) == ("failure", "missing-input")
    assert "the required inputs HOST, USER have no value: the step gives none" in run["reason"]
    assert not (node.home / "ran").exists()


async def test_a_value_that_is_none_of_its_type_fails_the_step(node: Node) -> None:
    wants = step(
        "touch ran", inputs={"PORT": "eighty"}, expectedInputs={"PORT": expected(type="Int")}
    )
    run = one(await node.run(wants), "run-finished")
    assert (run["status"], run["reasonCode"]) == ("failure", "wrong-input")
    assert 'the input PORT must be a whole number, not "eighty"' in run["reason"]
    assert not (node.home / "ran").exists()


async def test_inputs_are_in_the_environment_in_the_form_of_their_type(node: Node) -> None:
    wants = step(
        'echo "$COURIER_INPUT_COUNT/$COURIER_INPUT_ON/$COURIER_INPUT_NONE/$COURIER_INPUT_LIST"',
        inputs={"COUNT": " 5\n", "ON": "Yes"},
        expectedInputs={
            "COUNT": expected(type="integer"),
            "ON": expected(type="Boolean"),
            "NONE": expected(type="int"),
            "LIST": expected(type="array", default=[1, "b"]),
        },
    )
    lines = await node.run(wants)
    assert text_of(lines) == '5/true//[1,"b"]\n'
    told = one(lines, "step-finished")["inputs"]
    assert told == {"COUNT": "5", "ON": "true", "NONE": "", "LIST": '[1,"b"]'}


# Values in commands


async def test_values_are_put_into_commands(node: Node) -> None:
    nasty = "a 'b' \"c\" $(touch hacked) `touch hacked`; touch hacked"
    lines = await node.run(
        step(
            "echo {{.PLAIN}} on {{ .node.platform }}",
            "echo {{quote .NASTY}}",
            "printf '%s\\n' {{.NASTY | quote}}",
            "echo '{{`{{.Names}}`}}' '{{ jinja }}'",
            inputs={"PLAIN": "one  two", "NASTY": nasty},
        )
    )
    facts = (await node.get("node")).json()["facts"]
    assert text_of(lines).splitlines() == [
        f"one two on {facts['platform']}",
        nasty,
        nasty,
        "{{.Names}} {{ jinja }}",
    ]
    assert not (node.home / "hacked").exists()


async def test_a_name_in_a_command_without_a_value_fails_the_step(node: Node) -> None:
    lines = await node.run(step("touch ran", "echo {{.NOWHERE}}"))
    run = one(lines, "run-finished")
    assert (run["status"], run["reasonCode"]) == ("failure", "missing-input")
    assert "the command uses {{.NOWHERE}}, which has no value here" in run["reason"]
    assert not (node.home / "ran").exists()


async def test_commands_for_other_platforms_are_left_alone(node: Node) -> None:
    command = {"linux": ["echo {{.A}}"], "windows": ["Write-Host {{.NOWHERE}}"]}
    lines = await node.run(step(command=command, inputs={"A": "here"}))
    assert text_of(lines) == "here\n"


# Conditions


async def test_a_step_whose_conditions_do_not_hold_is_skipped_and_the_run_goes_on(
    node: Node,
) -> None:
    lines = await node.run(
        step("echo false", outputFieldRules={"DONE": rule()}),
        step("echo first", conditions=[condition("DONE", "eq", "true\n")]),
        step(
            "echo second",
            conditions=[condition("DONE", "eq", "false\n"), condition("node.os", "eq", "linux")],
        ),
        step("echo third", conditions=[condition("LATER", "eq", "", negate=True)]),
    )
    assert statuses_of(lines) == ["success", "skipped", "success", "skipped"]
    assert text_of(lines) == "false\nsecond\n"
    _, second, _, fourth = steps_of(lines)
    assert (second["reasonCode"], second["numAttempts"]) == ("conditions", 0)
    assert second["reason"] == (r'the condition DONE eq "true\n" does not hold: it is "false\n"')
    assert fourth["reason"] == ('the condition LATER not eq "" does not hold: LATER has no value')
    assert one(lines, "run-finished")["status"] == "success"


async def test_a_skipped_step_needs_no_inputs_and_no_interpreter(node: Node) -> None:
    lines = await node.run(
        step(
            "echo {{.NOWHERE}}",
            expectedInputs={"MISSING": expected(required=True)},
            conditions=[condition("node.os", "eq", "windows")],
        )
    )
    assert statuses_of(lines) == ["skipped"]


async def test_what_is_missing_is_kept_in_the_evidence(node: Node, tmp_path: Path) -> None:
    order = node.order(step("echo x", outputFieldRules={"N": pattern(r"\d+"), "X": pattern("x")}))
    await node.lines(order)
    answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/evidence")
    path = tmp_path / "evidence.zip"
    path.write_bytes(answer.content)
    story = json.loads(zipfile.ZipFile(path).read("attempt.json"))
    assert story["outputs"] == {"X": "x"}
    assert story["outputsMissing"] == {"N": r'stdout does not match "\d+"'}


# Before anything runs


NEWER = {
    "name": "chef-platform/shell-interpreter",
    "skill": {"minVersion": "2.0.0", "maxVersion": ""},
}
TOUCH = step("touch ran")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"conditions": [condition("node.os", "eq", "linux")]},
        {"inputs": {"GO": "yes"}, "conditions": [condition("GO", "matches", "^y")]},
    ],
)
async def test_a_version_out_of_bounds_is_told_before_anything_runs(
    node: Node, change: Line
) -> None:
    late = step("echo never", name="late", interpreter=NEWER, **change)
    lines = await node.run(TOUCH, late)
    assert [line["type"] for line in lines if "seq" in line] == ["received", "run-finished"]
    run = one(lines, "run-finished")
    assert (run["status"], run["reasonCode"]) == ("failure", "version-out-of-bounds")
    assert run["reason"] == (
        'step 2 "late": chef-platform/shell-interpreter 1.0.18 is installed, '
        "the step wants at least 2.0.0; nothing was executed"
    )
    assert not (node.home / "ran").exists()


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ({"conditions": [condition("node.os", "eq", "windows")]}, "skipped"),
        ({"conditions": [condition("CODE", "eq", "1")]}, "skipped"),
        ({"conditions": [condition("CODE", "eq", "0")]}, "failure"),
        ({"failureBehavior": failing("retryThenIgnore")}, "failure"),
    ],
)
async def test_a_step_that_may_be_skipped_or_fail_is_judged_in_its_turn(
    node: Node, change: Line, ends: str
) -> None:
    first = step("touch ran", outputFieldRules={"CODE": rule("exitCode")})
    lines = await node.run(first, step("echo never", interpreter=NEWER, **change))
    assert statuses_of(lines) == ["success", ends]
    assert (node.home / "ran").exists()


async def test_an_interpreter_that_an_earlier_step_may_install_is_judged_in_its_turn(
    node: Node,
) -> None:
    missing = step("x", interpreter={"name": "own/thing", "skill": {}})
    lines = await node.run(TOUCH, missing)
    assert statuses_of(lines) == ["success", "failure"]
    assert one(lines, "run-finished")["reasonCode"] == "interpreter-missing"
