"""Interpreters that anybody may add, and the python one that ships that way."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from runner_harness import one, runner_inside, step, text_of

from courier_backend.runner.interpreters.custom import concluded
from courier_backend.runner.interpreters.folder import SHIPPED, look_into, marks_of
from courier_backend.runner.interpreters.interpreter import ANSWER_BYTES
from courier_backend.runner.interpreters.registry import Interpreters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from runner_harness import Line, Node

    from courier_backend.runner.execution.host import Host

pytestmark = pytest.mark.anyio

GREETER = """#!/bin/sh
asked=$(cat)
echo "heard: $asked" >&2
printf '{"status": 0, "command": "greet", "output": {"WHOM": "%s", "N": 3},' "$COURIER_INPUT_WHOM"
printf ' "runContext": {"version": "9.9"}}'
"""


def put(folder: Path, name: str, text: str, sidecar: str | None = None, mode: int = 0o755) -> Path:
    """A file of an interpreters folder, and what describes it."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(mode)
    told = f'name = "acme/{name}"\nversion = "1.2.3"\n' if sidecar is None else sidecar
    if told:
        path.with_name(f"{name}.toml").write_text(told)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "interpreters"


@pytest.fixture
async def node(tmp_path: Path, folder: Path) -> AsyncIterator[Node]:
    def adjust(host: Host) -> None:
        host.interpreters = Interpreters([folder, SHIPPED])

    async with runner_inside(tmp_path / "runner", adjust=adjust) as (_, (node,)):
        yield node


def asking(name: str, command: object, **more: Any) -> Line:
    return step("unused", interpreter={"name": name}, **{"command": command, **more})


async def test_an_executable_becomes_a_skill_and_executes(node: Node, folder: Path) -> None:
    path = put(folder, "greeter", GREETER)
    told = (await node.get("node")).json()
    assert {"name": "acme/greeter", "version": "1.2.3"} in told["skills"]
    command = {"say": "it's $(so)"}
    order = node.order(asking("acme/greeter", command, inputs={"WHOM": "you"}))
    lines = await node.lines(order)
    started = one(lines, "step-started")
    assert (started["interpreterVersion"], started["interpreterPath"]) == ("1.2.3", str(path))
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["outputs"]) == ("success", {"WHOM": "you", "N": "3"})
    asked = json.loads(text_of(lines, "stderr").removeprefix("heard: "))
    assert asked == {
        "name": "a step",
        "command": command,
        "inputs": {"WHOM": "you"},
        "timeout": 0,
        "os": "linux",
    }
    assert json.loads(text_of(lines))["command"] == "greet", "the raw answer is the output"
    answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/evidence")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        story = json.loads(archive.read("attempt.json"))
    assert story["asked"] == asked
    assert story["runContext"] == {"version": "9.9"}


async def test_outputs_are_there_for_the_next_step(node: Node, folder: Path) -> None:
    put(folder, "greeter", GREETER)
    lines = await node.run(
        asking("acme/greeter", {}, inputs={"WHOM": "you"}),
        step('printf "%s" "$COURIER_INPUT_WHOM$COURIER_INPUT_N"'),
    )
    assert text_of([line for line in lines if line.get("step") == 2]) == "you3"


async def test_a_sensitive_output_is_masked_and_reaches_the_next_step(
    node: Node, folder: Path
) -> None:
    put(folder, "vault", '#!/bin/sh\necho \'{"status": 0, "output": {"KEY": "open-sesame"}}\'\n')
    wanted = {"KEY": {"sensitive": True, "required": True}}
    order = node.order(
        asking("acme/vault", {}),
        step('test "$COURIER_INPUT_KEY" = open-sesame && echo "$COURIER_INPUT_KEY"',
             expectedInputs=wanted),
    )  # fmt: skip
    lines = await node.lines(order)
    assert one(lines, "run-finished")["status"] == "success"
    assert "open-sesame" not in json.dumps(lines)
    answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/evidence")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert not [name for name, data in members.items() if b"open-sesame" in data]


async def test_the_folder_may_change_while_the_runner_lives(node: Node, folder: Path) -> None:
    async def names() -> set[str]:
        return {skill["name"] for skill in (await node.get("node")).json()["skills"]}

    assert "acme/late" not in await names()
    path = put(folder, "late", "#!/bin/sh\necho '{\"status\": 0}'\n")
    assert "acme/late" in await names()
    assert one(await node.run(asking("acme/late", {})), "run-finished")["status"] == "success"
    path.chmod(0o600)
    reason = one(await node.run(asking("acme/late", {})), "run-finished")["reason"]
    assert "not installed here" in reason
    assert reason.endswith(f"{path} is not used as an interpreter: it is not executable (chmod +x)")
    path.unlink()
    assert one(await node.run(asking("acme/late", {})), "run-finished")["reasonCode"] == (
        "interpreter-missing"
    )


@pytest.mark.parametrize(
    ("script", "code", "reason"),
    [
        ("echo '{\"status\": 0}'; exit 3", "exit-code", "ended with status 3 and no word of why"),
        ('echo \'{"status": 4, "error": "no disk"}\'', "step-failed", "no disk"),
        ('echo \'{"status": 4, "error": "no disk"}\'; exit 1', "exit-code", "no disk"),
        ("true", "step-failed", "ended well, but it wrote no answer on its standard output"),
        ("echo hello", "step-failed", "not one JSON object (line 1, column 1: "),
        ("echo '{}'; echo '{}'", "step-failed", "not one JSON object (line 2, column 1: "),
        (
            r"""printf '{"status": 1, "error": "no\\n  %0999d"}' 0""",
            "step-failed",
            "no " + "0" * 996 + "…",
        ),
        ("exit 9", "exit-code", "ended with exit code 9"),
        ("echo '{}'", "step-failed", 'no whole number "status"'),
        ("echo '{\"status\": true}'", "step-failed", 'no whole number "status"'),
        ("echo '[]'", "step-failed", 'no whole number "status"'),
        ('echo \'{"status": 0, "output": []}\'', "step-failed", "is no object"),
        ('echo \'{"status": 0, "output": {"a b": 1}}\'', "step-failed", "cannot be a name"),
    ],
)
async def test_what_an_answer_may_do_wrong(
    node: Node, folder: Path, script: str, code: str, reason: str
) -> None:
    put(folder, "odd", f"#!/bin/sh\n{script}\n")
    ended = one(await node.run(asking("acme/odd", {})), "attempt-finished")
    assert (ended["status"], ended["reasonCode"]) == ("failure", code)
    assert reason in ended["reason"]


DEEP = """#!/bin/sh
cat > /dev/null
nest() { printf "%0*d" "$1" 0 | sed "s/0/$2/g"; }
printf '{"status": 0, "%s": {"A": %s1%s}}' "$COURIER_INPUT_IN" "$(nest 1000 '[')" "$(nest 1000 ']')"
"""


@pytest.mark.parametrize("place", ["output", "runContext"])
async def test_an_answer_that_is_nested_too_deeply_is_a_failure_of_its_step(
    node: Node, folder: Path, place: str
) -> None:
    put(folder, "deep", DEEP)
    ignored = {"action": "retryThenIgnore"}
    deep = asking("acme/deep", {}, inputs={"IN": place}, failureBehavior=ignored)
    lines = await node.lines(node.order(deep, step("true")))
    first, _ = (each for each in lines if each["type"] == "step-finished")
    assert first["status"] == "failure"
    assert first["reason"] == "ended well, but its answer is nested too deeply"
    assert one(lines, "run-finished")["status"] == "success"


def test_an_answer_without_end_is_a_failure() -> None:
    assert "longer than 1024 KiB" in concluded(0, b" " * (ANSWER_BYTES + 1)).fault


async def test_a_time_out_ends_an_interpreter_like_any(node: Node, folder: Path) -> None:
    put(folder, "slow", "#!/bin/sh\necho '{\"status\": 0}'\nsleep 300\n")
    limits = {"cores": 0, "cpu": 1, "timeoutSeconds": 1}
    ended = one(await node.run(asking("acme/slow", {}, limits=limits)), "attempt-finished")
    assert (ended["status"], ended["reasonCode"], ended["outputs"]) == (
        "timeout",
        "step-timeout",
        {},
    )


@pytest.mark.parametrize(
    ("made", "trouble"),
    [
        ({"text": "#!/bin/sh\n", "mode": 0o644}, "it is not executable (chmod +x)"),
        ({"text": "#!/bin/sh\n", "mode": 0o777}, "everybody may change it"),
        ({"text": "#!/bin/sh\n", "sidecar": ""}, "there is no broken.toml beside it"),
        ({"text": "#!/bin/sh\n", "sidecar": "name ="}, "broken.toml is not TOML"),
        ({"text": "#!/bin/sh\n", "sidecar": "version = '1'"}, "broken.toml gives it no name"),
        ({"text": "#!/bin/sh\n", "sidecar": "name = 'a\\tb'\nversion = '1'"}, "calls it"),
        ({"text": "#!/bin/sh\n", "sidecar": "name = 'a\t'\nversion = 1.0"}, "gives it no version"),
        ({"text": "#!/bin/sh\n", "sidecar": "name = 'a'"}, "gives it no version"),
        ({"text": "#!/bin/sh\r\n"}, "its lines end as on Windows (CR LF)"),
        ({"text": ""}, "it is empty"),
        ({"text": "#!/bin/sh\n", "sidecar": "name = 'a'\nversion = 'x'"}, "gives it no version"),
        ({"text": "#!/nowhere/ruby -w\n"}, 'its first line asks for "/nowhere/ruby"'),
        ({"text": "#!/usr/bin/env nowhere-at-all\n"}, 'asks for "nowhere-at-all"'),
        (
            {"text": "#!/bin/sh\n", "sidecar": "name = 'own'\nversion = '1'"},
            '"own" is an interpreter of the runner itself',
        ),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(
    folder: Path, made: dict[str, Any], trouble: str
) -> None:
    put(folder, "broken", **made)
    put(folder, "sound", "#!/bin/sh\n")
    findings = look_into([folder], ["own"])
    assert [found.skill["name"] for found in findings.found] == ["acme/sound"]
    (told,) = findings.troubles
    assert told.startswith(f"{folder / 'broken'} is not used as an interpreter: ")
    assert trouble in told


def test_two_of_one_name_are_told_and_an_earlier_folder_replaces(
    tmp_path: Path, folder: Path
) -> None:
    for name in ("one", "two"):
        put(folder, name, "#!/bin/sh\n", 'name = "same"\nversion = "1"\n')
    put(tmp_path / "later", "three", "#!/bin/sh\n", 'name = "same"\nversion = "2"\n')
    findings = look_into([folder, tmp_path / "later"])
    assert [found.path for found in findings.found] == [folder / "one"]
    (told,) = findings.troubles
    assert 'one beside it is called "same" too' in told


def test_what_cannot_be_read_is_told(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "dangling").symlink_to(tmp_path / "nowhere")
    (folder / "gone.toml").write_text("name = 'gone'\nversion = '1'\n")
    assert look_into([folder, folder / "gone.toml"]).troubles == [
        (
            f"{folder / 'dangling'} is not used as an interpreter: "
            "it cannot be read, or is a link that leads nowhere."
        ),
        (
            f"{folder / 'gone.toml'} is not used as an interpreter: "
            "it describes gone, which is not there."
        ),
    ]


@pytest.mark.parametrize(
    ("make", "trouble"),
    [
        (Path.mkdir, "odd.toml cannot be read (Is a directory)"),
        (lambda path: path.write_bytes(b'name = "\xf6"'), "odd.toml is not UTF-8"),
    ],
)
def test_a_description_that_is_none_is_told(
    folder: Path, make: Callable[[Path], object], trouble: str
) -> None:
    path = put(folder, "odd", "#!/bin/sh\n", "")
    make(path.with_name("odd.toml"))
    assert look_into([folder]).troubles == [f"{path} is not used as an interpreter: {trouble}."]


def test_a_folder_that_may_not_be_read_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("courier_backend.runner.interpreters.folder.os.listdir", refuse)
    (told,) = look_into([folder]).troubles
    assert told.startswith(f"{folder} is not used as an interpreter: it cannot be read")
    assert (str(folder), 0, 0, 0) in marks_of([folder])


def test_a_folder_that_everybody_may_change_is_not_looked_into(folder: Path) -> None:
    put(folder, "sound", "#!/bin/sh\n")
    before = marks_of([folder])
    folder.chmod(0o777)
    findings = look_into([folder])
    assert findings.found == []
    assert findings.troubles == [
        f"{folder} is not looked into: everybody may change it; take that right away (chmod o-w)."
    ]
    assert marks_of([folder]) != before


def test_what_is_no_interpreter_is_left_alone(folder: Path) -> None:
    put(folder, "README.md", "words", "", 0o644)
    put(folder, ".hidden", "words", "", 0o644)
    (folder / "helpers").mkdir()
    findings = look_into([folder, folder / "nowhere"])
    assert (findings.found, findings.troubles) == ([], [])


def test_the_marks_of_a_folder_change_with_what_is_in_it(folder: Path) -> None:
    path = put(folder, "one", "#!/bin/sh\n")
    before = marks_of([folder])
    assert marks_of([folder]) == before
    path.chmod(0o700)
    assert marks_of([folder]) != before


def test_a_trouble_is_logged_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(folder, "broken", "#!/bin/sh\n", mode=0o600)
    interpreters = Interpreters([folder])
    with caplog.at_level(logging.WARNING):
        interpreters.skills()
        put(folder, "sound", "#!/bin/sh\n")
        interpreters.skills()
    assert len(caplog.messages) == 1
    assert "broken is not used" in caplog.messages[0]


# ---- python


@pytest.mark.parametrize(
    "command",
    [
        {"script": "import json\nprint(inputs['A'])\noutput['SUM'] = int(inputs['A']) + 1"},
        {"linux": ["print(inputs['A'])", "output['SUM'] = int(inputs['A']) + 1"]},
        ["print(inputs['A'])", "output['SUM'] = int(inputs['A']) + 1"],
        {"script": "print(inputs['A'])\noutput = {'SUM': int(inputs['A']) + 1}"},
    ],
)
async def test_python_executes_a_script(node: Node, command: object) -> None:
    lines = await node.run(asking("python", command, inputs={"A": "41"}))
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["outputs"]) == ("success", {"SUM": "42"})
    assert text_of(lines, "stderr") == "41\n", "what it prints is diagnostics"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def", "SyntaxError: "),
        ("import sys; sys.exit(3)", "the script ended with 3"),
        ("import sys; sys.exit(True)", "the script ended with True"),
        ("output[(1, 2)] = 3", "what is in `output` cannot be told as JSON: keys must be"),
        ("output['A'] = float('nan')", "what is in `output` cannot be told as JSON: Out of"),
        ("output['A'] = output", "what is in `output` cannot be told as JSON: Circular"),
        ("import sys; sys.exit('no more')", "the script ended with no more"),
    ],
)
async def test_python_tells_what_went_wrong(node: Node, script: str, reason: str) -> None:
    ended = one(await node.run(asking("python", {"script": script})), "attempt-finished")
    assert (ended["status"], ended["reasonCode"]) == ("failure", "exit-code")
    assert ended["reason"].startswith(reason)


async def test_python_wants_its_output_to_stay_a_dictionary(node: Node) -> None:
    ended = one(await node.run(asking("python", {"script": "output = 3"})), "attempt-finished")
    assert ended["reason"] == 'ended well, but the "output" of its answer is no object'


async def test_python_tells_names_of_files_in_strange_letters(node: Node) -> None:
    script = r"import os; output['NAME'] = os.fsdecode(b'\xf6')"
    ended = one(await node.run(asking("python", {"script": script})), "attempt-finished")
    assert ended["outputs"] == {"NAME": "?"}


async def test_python_children_cannot_spoil_its_answer(node: Node) -> None:
    script = "import subprocess, sys\nsubprocess.run(['echo', 'from a child'])\nsys.exit()"
    lines = await node.run(asking("python", {"script": script}))
    assert one(lines, "attempt-finished")["status"] == "success"
    assert text_of(lines, "stderr") == "from a child\n"


async def test_python_without_a_script_says_so(node: Node) -> None:
    ended = one(await node.run(asking("python", {"windows": ["pass"]})), "attempt-finished")
    assert 'the command has neither "script" nor "linux"' in ended["reason"]
