"""What an interpreter may have started: arguments, an environment, something to read, an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from runner_harness import one, runner_inside, step, text_of

from courier_backend.runner.interpreters.gate import started
from courier_backend.runner.interpreters.interpreter import ANSWER_BYTES, Answer, Program
from courier_backend.runner.interpreters.registry import Interpreters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from courier_backend.model.protocol import Skill
    from courier_backend.runner.execution.host import Host
    from courier_backend.runner.interpreters.request import Request

pytestmark = pytest.mark.anyio


class Sample:
    """An interpreter of the test."""

    def __init__(self, make: Callable[[Request], Program]) -> None:
        self.path = "/bin/sh"
        self.skill: Skill = {"name": "sample", "version": "1.0.0"}
        self.program = make


async def _ran(tmp_path: Path, make: Callable[[Request], Program], **given: Any) -> list[Any]:
    def adjust(host: Host) -> None:
        host.interpreters = Interpreters((), [Sample(make)])

    async with runner_inside(tmp_path / "runner", adjust=adjust) as (_, (node,)):
        return await node.run(step("unused", interpreter={"name": "sample"}, **given))


async def test_arguments_stay_what_they_are(tmp_path: Path) -> None:
    hostile = ("$(touch x)", "a b", "'\"", "*", "-n", "")
    program = started(["printf", "[%s]", *hostile])
    lines = await _ran(tmp_path, lambda _: program)
    assert text_of(lines) == "".join(f"[{word}]" for word in hostile)


async def test_what_is_written_behind_the_gate_is_read_whole(tmp_path: Path) -> None:
    data = b"line\n" * 200_000
    program = started(["wc", "-c"], stdin=data)
    assert text_of(await _ran(tmp_path, lambda _: program)).strip() == str(len(data))


async def test_a_program_that_reads_nothing_ends_all_the_same(tmp_path: Path) -> None:
    program = Program("exec true", [], stdin=b"x" * 500_000)
    assert one(await _ran(tmp_path, lambda _: program), "run-finished")["status"] == "success"


async def test_without_input_there_is_nothing_to_read(tmp_path: Path) -> None:
    program = started(["cat"])
    assert text_of(await _ran(tmp_path, lambda _: program)) == ""


async def test_the_environment_of_a_program(tmp_path: Path) -> None:
    program = Program('printf "%s" "$KEY"', [], environment={"KEY": "it's so"})
    assert text_of(await _ran(tmp_path, lambda _: program)) == "it's so"


async def test_what_a_step_asks_reaches_its_interpreter(tmp_path: Path) -> None:
    asked: list[Request] = []

    def make(request: Request) -> Program:
        asked.append(request)
        return Program("true", [])

    limits = {"cores": 0, "cpu": 1, "timeoutSeconds": 7}
    await _ran(tmp_path, make, inputs={"COLOR": "blue"}, limits=limits)
    (request,) = asked
    assert (request.name, request.os_name, request.timeout_seconds) == ("a step", "linux", 7.0)
    assert request.command == {"linux": ["unused"]}
    assert request.inputs["COLOR"] == "blue"
    assert request.facts["os"] == "linux"
    assert "PATH" in request.environment


@pytest.mark.parametrize(
    ("script", "answer", "expected"),
    [
        ("echo said", Answer(outputs={"A": "1"}), ("success", "", "")),
        ("echo said", Answer("it did not"), ("failure", "step-failed", "it did not")),
        ("echo said; exit 4", Answer("told so"), ("failure", "exit-code", "told so")),
        ("echo said; exit 4", Answer(), ("failure", "exit-code", "ended with exit code 4")),
    ],
)
async def test_an_answer_makes_of_an_attempt_what_it_says(
    tmp_path: Path, script: str, answer: Answer, expected: tuple[str, str, str]
) -> None:
    heard: list[tuple[int, bytes]] = []

    def conclude(code: int, said: bytes) -> Answer:
        heard.append((code, said))
        return answer

    lines = await _ran(tmp_path, lambda _: Program(script, [], conclude=conclude))
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["reasonCode"], ended["reason"]) == expected
    assert ended["outputs"] == answer.outputs
    assert heard == [(ended["exitCode"], b"said\n")]


async def test_a_program_that_was_killed_is_not_asked_what_it_said(tmp_path: Path) -> None:
    def conclude(_code: int, _said: bytes) -> Answer:
        raise AssertionError(json.dumps("nobody may be asked"))

    lines = await _ran(tmp_path, lambda _: Program("kill -9 $$", [], conclude=conclude))
    assert one(lines, "attempt-finished")["reasonCode"] == "signal"


async def test_of_an_endless_answer_only_the_beginning_is_looked_at(tmp_path: Path) -> None:
    heard: list[int] = []

    def conclude(_code: int, said: bytes) -> Answer:
        heard.append(len(said))
        return Answer()

    script = f"head -c {ANSWER_BYTES * 2} /dev/zero"
    await _ran(tmp_path, lambda _: Program(script, [], conclude=conclude))
    assert heard == [ANSWER_BYTES + 1]


async def test_outputs_that_a_program_names_must_be_names_and_fit(tmp_path: Path) -> None:
    said: dict[str, Any] = {
        "GOOD": [1, "two"],
        "node.os": "windows",
        "not a name": "x",
        "": "x",
        "LONG": "x" * 70_000,
    }
    program = Program("true", [], conclude=lambda _code, _said: Answer(outputs=said))
    lines = await _ran(tmp_path, lambda _: program)
    assert one(lines, "step-finished")["outputs"] == {"GOOD": '[1,"two"]'}
    assert one(lines, "run-finished")["status"] == "success"


async def test_a_rule_may_require_an_output_that_the_program_names(tmp_path: Path) -> None:
    rule = {"sourceType": "output", "extractMethod": "regEx", "expression": "n", "required": True}
    named = Program("true", [], conclude=lambda _code, _said: Answer(outputs={"X": "named"}))
    lines = await _ran(tmp_path / "1", lambda _: named, outputFieldRules={"X": rule})
    assert one(lines, "step-finished")["outputs"] == {"X": "named"}
    both = Program("echo n", [], conclude=lambda _code, _said: Answer(outputs={"X": "named"}))
    lines = await _ran(tmp_path / "2", lambda _: both, outputFieldRules={"X": rule})
    assert one(lines, "step-finished")["outputs"] == {"X": "n"}, "the rule counts where it can"
