"""Sensitive values on a runner: hidden in what leaves it, and in what it keeps in its home."""

import asyncio
import base64
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from runner_harness import (
    Node,
    RunnerProcess,
    is_type,
    one,
    runner_inside,
    says,
    step,
    text_of,
    until,
    until_cut,
)

from bench.leaks import leaks, shapes_of
from courier_backend.model.protocol import Skill
from courier_backend.runner.execution.host import Host
from courier_backend.runner.execution.spool import SpoolBounds
from courier_backend.runner.interpreters.interpreter import Answer, Program
from courier_backend.runner.interpreters.registry import Interpreters
from courier_backend.runner.interpreters.request import Request
from courier_backend.runner.interpreters.shell import ShellInterpreter
from courier_backend.runner.masking.mask import MASKED

pytestmark = pytest.mark.anyio

SECRET = 'hunt3r/2 "häse"'
NEEDS = {"PASSWORD": {"required": True, "sensitive": True}}
VARIABLE = "$COURIER_INPUT_PASSWORD"
Line = dict[str, Any]


def secretive(*commands: str, **more: Any) -> Line:
    return step(*commands, inputs={"PASSWORD": SECRET}, expectedInputs=NEEDS, **more)


def member(lines: list[Line], name: str) -> bytes:
    return zipped(lines).read(name)


def zipped(lines: list[Line]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(base64.b64decode(one(lines, "evidence")["data"])))


def shown(lines: list[Line]) -> bytes:
    """Everything that left the runner, evidence unpacked."""
    archive = zipped(lines)
    inside = b"".join(archive.read(name) + name.encode() for name in archive.namelist())
    return json.dumps(lines, ensure_ascii=False).encode() + json.dumps(lines).encode() + inside


def assert_hidden(lines: list[Line], value: str = SECRET) -> None:
    everything = shown(lines)
    assert not [shape for shape in shapes_of(value) if shape in everything]


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with runner_inside(tmp_path / "home") as (_, nodes):
        yield nodes[0]


async def test_output_is_masked_live_and_in_the_evidence(node: Node) -> None:
    lines = await node.run(
        secretive(
            f'printf "it is %s\\n" "{VARIABLE}"; printf %s "{VARIABLE}" | base64',
            f'printf "%s" "{VARIABLE}" >&2',
        )
    )
    assert one(lines, "run-finished")["status"] == "success"
    assert text_of(lines) == f"it is {MASKED}\n{MASKED}\n"
    assert member(lines, "stdout.log").decode() == text_of(lines)
    assert member(lines, "stderr.log").decode() == MASKED
    ended = one(lines, "attempt-finished")
    assert ended["stdoutBytes"] == len(member(lines, "stdout.log"))
    assert_hidden(lines)


async def test_a_value_that_comes_in_pieces_is_masked(node: Node) -> None:
    pieces = "".join(f"printf '\\{octet:03o}'; sleep 0.02; " for octet in SECRET.encode())
    lines = await node.run(secretive(f"printf '<'; {pieces} printf '>'"))
    assert text_of(lines) == f"<{MASKED}>"
    offsets = [(line["offset"], line["bytes"]) for line in lines if line["type"] == "output"]
    assert offsets[0][0] == 0
    assert sum(size for _, size in offsets) == len(f"<{MASKED}>".encode())
    assert_hidden(lines)


async def test_inputs_are_told_as_sensitive_and_others_masked(node: Node) -> None:
    secret_step = step(
        "exit 3",
        inputs={"PASSWORD": SECRET, "URL": f"http://u:{SECRET}@host"},
        expectedInputs=NEEDS,
    )
    lines = await node.run(secret_step)
    ended = one(lines, "step-finished")
    assert ended["inputs"] == {
        "PASSWORD": {"sensitive": True},
        "URL": f"http://u:{MASKED}@host",
    }
    assert json.loads(member(lines, "attempt.json"))["inputs"] == ended["inputs"]
    assert_hidden(lines)


async def test_a_command_that_holds_the_value_is_masked_and_on_no_command_line(node: Node) -> None:
    own = "tr '\\0' ' ' < /proc/$$/cmdline"
    lines = await node.run(secretive(f"echo '{SECRET}' > /dev/null; {own}; echo; echo done"))
    assert "/proc/self/fd/" in text_of(lines)
    assert text_of(lines).endswith("\ndone\n")
    assert_hidden(lines)


async def test_what_is_left_running_is_named_without_the_value(node: Node) -> None:
    lines = await node.run(secretive(f"sh -c 'sleep 60 # '\"{VARIABLE}\" >/dev/null 2>&1 &"))
    left = json.loads(member(lines, "attempt.json"))["leftRunning"]
    for process in left:
        os.kill(process["pid"], signal.SIGKILL)
    assert f"sh -c sleep 60 # {MASKED}" in [process["command"] for process in left]
    assert_hidden(lines)


async def test_files_of_the_evidence_are_masked_large_ones_too(node: Node) -> None:
    lines = await node.run(
        secretive(
            f'cd "$COURIER_EVIDENCE_DIR"; printf "a %s b" "{VARIABLE}" > small',
            f'head -c 1000000 /dev/zero > big; printf "%s" "{VARIABLE}" >> big',
            "head -c 1000000 /dev/zero >> big",
            f'printf x > "$(printf %s "{VARIABLE}" | tr / _ | base64)"',
        )
    )
    archive = zipped(lines)
    assert archive.read("files/small").decode() == f"a {MASKED} b"
    assert archive.read("files/big") == bytes(1000000) + MASKED.encode() + bytes(1000000)
    assert_hidden(lines)


async def test_an_earlier_step_may_not_tell_the_value_of_a_later_one(node: Node) -> None:
    lines = await node.run(step(f"printf '%s' '{SECRET}'"), secretive("true"))
    assert text_of(lines) == MASKED
    texts = json.dumps(lines, ensure_ascii=False)
    assert "hunt3r" not in texts


async def test_a_home_never_holds_the_value(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with runner_inside(home) as (runner, (node,)):
        order = node.order(secretive(f'echo "{VARIABLE}"; echo up; read -r _ < fifo || sleep 60'))
        async with node.ordered(order) as lines:
            await until(lines, says("up"))
            path = f"runs/{order['runId']}/steps/1/attempts/1/output"
            assert (await node.get(path)).text == f"{MASKED}\nup\n"
            assert leaks(home, SECRET) == []
            await node.delete(order["runId"])
            await until(lines, is_type("run-finished"))
        assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
        assert runner.ledger.runs[order["runId"]].snapshot()[0].startswith(b'{"t":"order"')
        assert SECRET.encode() not in b"".join(runner.ledger.runs[order["runId"]].snapshot())
    assert leaks(home, SECRET) == []


async def test_a_runner_without_secrets_makes_no_key(tmp_path: Path) -> None:
    async with runner_inside(tmp_path) as (_, (node,)):
        await node.run(step("true"))
    assert not (tmp_path / "secret.key").exists()


async def test_an_order_that_cannot_be_sealed_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with runner_inside(tmp_path) as (runner, (node,)):
        await asyncio.to_thread((tmp_path / "secret.key").write_bytes, b"short")
        url, order = f"{node.url}/v1/runs", node.order(secretive("true"))
        answer = await node.client.post(url, headers=node.headers, json=order)
        assert (answer.status_code, answer.json()["code"]) == (409, "bad-order")
        assert "is damaged: it has not 32 bytes" in answer.text
        assert runner.ledger.runs == {}


async def test_a_sealed_order_is_taken_up_after_a_kill(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with httpx.AsyncClient(timeout=30) as client:
        running = RunnerProcess(home)
        node = running.node(client)
        order = node.order(
            secretive("test -e once && exit 0; touch once; echo up; sleep 60", retryCount=1),
            secretive(f"test \"{VARIABLE}\" = '{SECRET}' && echo same"),
        )
        async with node.ordered(order) as lines:
            await until(lines, says("up"))
            running.kill()
            await until_cut(lines)
        assert leaks(home, SECRET) == []
        again = RunnerProcess(home)
        try:
            told = await again.node(client).events(order["runId"])
            assert one(told, "run-finished")["status"] == "success"
        finally:
            again.end()
    assert leaks(home, SECRET) == []


async def test_a_journal_whose_key_is_lost_is_not_trusted(tmp_path: Path) -> None:
    async with runner_inside(tmp_path) as (_, (node,)):
        order = node.order(secretive("true"))
        await node.lines(order)
        journal_id = (await node.get("node")).json()["journalId"]
    await asyncio.to_thread((tmp_path / "secret.key").write_bytes, bytes(32))
    async with runner_inside(tmp_path) as (_, (node,)):
        assert (await node.get("node")).json()["journalId"] != journal_id
        assert (await node.get(f"runs/{order['runId']}/events?after=0")).status_code == 404


TOKEN = "tok-7f/9+a=b"
MAKES = f"printf 'token=%s\\n' '{TOKEN[:5]}''{TOKEN[5:]}'"


def taking(expression: str = "token=(.*)", **more: Any) -> Line:
    return {
        "sourceType": "output",
        "source": "stdout",
        "extractMethod": "regEx",
        "expression": expression,
        "required": False,
        "sensitive": True,
        **more,
    }


async def test_a_sensitive_output_is_given_to_later_steps_and_shown_nowhere(node: Node) -> None:
    lines = await node.run(
        step(MAKES, f"{MAKES} >&2", outputFieldRules={"TOKEN": taking()}),
        step(
            'printf "%s" "$COURIER_INPUT_TOKEN" | wc -c; echo "got $COURIER_INPUT_TOKEN"',
            expectedInputs={"TOKEN": {"required": True, "sensitive": False}},
        ),
    )
    assert one(lines, "run-finished")["status"] == "success"
    first, second = [line for line in lines if line["type"] == "step-finished"]
    assert first["outputs"] == {"TOKEN": {"sensitive": True}}
    assert second["inputs"] == {"TOKEN": {"sensitive": True}}
    assert text_of(lines).split() == [str(len(TOKEN)), "got", MASKED]
    zips = evidence_of(lines)
    assert zips[0].read("stdout.log").decode() == f"token={MASKED}\n"
    assert zips[0].read("stderr.log").decode() == f"token={MASKED}\n"
    told = json.loads(zips[0].read("attempt.json"))
    assert told["outputs"] == {"TOKEN": {"sensitive": True}}
    assert_nowhere(lines, TOKEN)


@pytest.mark.parametrize("end", ["exit 1", "sleep 60"])
async def test_what_a_failed_attempt_gave_stays_hidden_later(node: Node, end: str) -> None:
    """The output of the last attempt takes its place as a value, and not as a secret."""
    first = "if test ! -e kept; then printf '%s' 'first-''9c1' > kept; printf 'token='; cat kept; "
    lines = await node.run(
        step(
            f"{first} {end}; fi; cat kept; printf ' token=%s' 'second-''44e'",
            outputFieldRules={"TOKEN": taking()},
            limits={"timeoutSeconds": 1},
            retryCount=1,
        ),
        step("cat kept; printf ' %s' $COURIER_INPUT_TOKEN"),
    )
    assert one(lines, "run-finished")["status"] == "success"
    assert evidence_of(lines)[1].read("stdout.log").decode() == f"{MASKED} token={MASKED}"
    assert text_of(lines) == f"{MASKED} {MASKED}"
    assert_nowhere(lines, "first-9c1")


def evidence_of(lines: list[Line]) -> list[zipfile.ZipFile]:
    found = [line["data"] for line in lines if line["type"] == "evidence"]
    return [zipfile.ZipFile(io.BytesIO(base64.b64decode(data))) for data in found]


def assert_nowhere(lines: list[Line], value: str) -> None:
    """In no member of any evidence, and in no line besides commands, which the order itself has."""
    inside = [archive.read(n) for archive in evidence_of(lines) for n in archive.namelist()]
    everything = json.dumps(lines).encode() + b"".join(inside)
    assert not [shape for shape in shapes_of(value) if shape in everything]


async def test_output_with_a_sensitive_rule_is_hidden_until_the_step_ends(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "home") as (_, (node,)):
        waits = "mkfifo go; echo $$ > pid; read -r _ < go"
        order = node.order(step(MAKES, waits, outputFieldRules={"TOKEN": taking()}))
        async with node.ordered(order) as lines:
            told = await until(lines, is_type("output"))
            assert (told["text"], told["bytes"], told["hidden"]) == ("", 0, len(TOKEN) + 7)
            path = f"runs/{order['runId']}/steps/1/attempts/1/output"
            answer = await node.get(path)
            assert (answer.content, answer.headers["courier-total"]) == (b"", "0")
            assert leaks(tmp_path / "home", TOKEN) == []
            await asyncio.to_thread((node.home / "go").write_text, "\n")
            await until(lines, is_type("run-finished"))
        assert (await node.get(path)).text == f"token={MASKED}\n"
    assert leaks(tmp_path / "home", TOKEN) == []


async def test_output_in_which_the_sensitive_value_was_not_found_is_withheld(node: Node) -> None:
    lines = await node.run(
        step(f"{MAKES}; echo oops >&2; exit 4", outputFieldRules={"TOKEN": taking("key=(.*)")})
    )
    assert one(lines, "attempt-finished")["reason"] == "ended with exit code 4"
    (archive,) = evidence_of(lines)
    assert archive.read("stdout.log") == (
        b"[%d bytes are withheld: they may hold TOKEN, a sensitive output that was not found "
        b"in them]\n" % (len(TOKEN) + 7)
    )
    assert archive.read("stderr.log") == b"oops\n"
    assert_nowhere(lines, TOKEN)


@pytest.mark.parametrize("source", ["a.json", "./x/../a.json", "link", "files/a.json"])
async def test_an_artifact_in_which_the_value_was_not_found_is_left_out(
    node: Node, source: str
) -> None:
    """However it is named; where nothing is called so, it may be any of them."""
    rule = taking("$.token", sourceType="artifact", source=source, extractMethod="jsonPath")
    put = f'cd "$COURIER_EVIDENCE_DIR"; {MAKES} > a.json'
    lines = await node.run(
        step(f"{put}; mkdir x; ln -s a.json link", outputFieldRules={"TOKEN": rule})
    )
    (archive,) = evidence_of(lines)
    assert "files/a.json" not in archive.namelist()
    left, *_ = json.loads(archive.read("attempt.json"))["filesLeftOut"]
    assert left["name"] == "files/a.json"
    assert "sensitive output" in left["reason"]
    assert_nowhere(lines, TOKEN)


@pytest.mark.parametrize("required", [True, False])
async def test_a_sensitive_output_that_is_empty_was_not_found(node: Node, required: bool) -> None:
    lines = await node.run(
        step("echo token=; echo other", outputFieldRules={"TOKEN": taking(required=required)})
    )
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["outputs"]) == ("failure" if required else "success", {})
    assert ("TOKEN" in ended["reason"]) is required
    (archive,) = evidence_of(lines)
    assert json.loads(archive.read("attempt.json"))["outputsMissing"] == {"TOKEN": "it is empty"}
    assert archive.read("stdout.log").startswith(b"[13 bytes are withheld: they may hold TOKEN")


async def test_a_sensitive_output_that_is_too_short_fails_the_attempt(node: Node) -> None:
    lines = await node.run(step("echo token=abc", outputFieldRules={"TOKEN": taking()}))
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["reasonCode"]) == ("failure", "missing-output")
    assert ended["reason"] == (
        "the output TOKEN is sensitive, but its value is shorter than 4 bytes, "
        "so it could not be hidden"
    )
    assert ended["outputs"] == {}
    (archive,) = evidence_of(lines)
    assert b"abc" not in archive.read("stdout.log")


async def test_a_long_hidden_output_is_masked_where_it_was_cut(tmp_path: Path) -> None:
    def small(host: Host) -> None:
        host.bounds = SpoolBounds(head=20_000, tail=10_000)

    token = "AAQQZZXXYYKKWWVV"
    async with runner_inside(tmp_path / "home", adjust=small) as (_, (node,)):
        # The head ends, and the tail begins, in the middle of the token.
        parts = [
            f"printf 'token={token}\\n'",
            f"head -c {20_000 - 23 - 8} /dev/zero; printf '%s' {token}",
            "head -c 50000 /dev/zero",
            f"printf '%s' {token}; head -c {10_000 - 8} /dev/zero",
        ]
        lines = await node.run(step(*parts, outputFieldRules={"TOKEN": taking()}))
    kept = evidence_of(lines)[0].read("stdout.log")
    assert kept.startswith(f"token={MASKED}\n".encode())
    assert token[:2].encode() not in kept
    assert not any(part in kept for part in (b"VV", b"KK", b"ZZ"))
    assert b"bytes left out here" in kept


async def test_a_sensitive_output_reaches_later_steps_after_a_kill(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with httpx.AsyncClient(timeout=30) as client:
        running = RunnerProcess(home)
        node = running.node(client)
        order = node.order(
            step(MAKES, outputFieldRules={"TOKEN": taking()}),
            step("test -e once && exit 0; touch once; echo up; sleep 60", retryCount=1),
            step(f"test \"$COURIER_INPUT_TOKEN\" = '{TOKEN[:5]}''{TOKEN[5:]}' && echo same"),
        )
        async with node.ordered(order) as lines:
            await until(lines, says("up"))
            running.kill()
            await until_cut(lines)
        assert leaks(home, TOKEN) == []
        again = RunnerProcess(home)
        try:
            told = await again.node(client).events(order["runId"])
            assert one(told, "run-finished")["status"] == "success"
        finally:
            again.end()
    assert leaks(home, TOKEN) == []


async def test_hidden_output_of_an_interrupted_attempt_is_withheld(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with httpx.AsyncClient(timeout=30) as client:
        running = RunnerProcess(home)
        order = running.node(client).order(
            step(f"{MAKES}; sleep 60", outputFieldRules={"TOKEN": taking()})
        )
        async with running.node(client).ordered(order) as lines:
            await until(lines, is_type("output"))
            await running.node(client).get(f"runs/{order['runId']}/steps/1/attempts/1/output")
            running.kill()
            await until_cut(lines)
        again = RunnerProcess(home)
        try:
            told = await again.node(client).events(order["runId"])
        finally:
            again.end()
    (archive,) = evidence_of(told)
    assert not archive.read("stdout.log").startswith(b"token")
    assert_nowhere(told, TOKEN)
    assert leaks(home, TOKEN) == []


class Speaking:
    """An interpreter whose program names its outputs itself, and prints them as it runs."""

    def __init__(self, output: dict[str, str]) -> None:
        self.path = "/bin/sh"
        self.skill: Skill = {"name": "speaking", "version": "1.0.0"}
        self._output = output

    def program(self, _: Request) -> Program:
        said = json.dumps(self._output).encode()
        return Program("exec cat", [], stdin=said, conclude=self._conclude)

    def _conclude(self, _code: int, said: bytes) -> Answer:
        return Answer(outputs=json.loads(said))


async def spoken(tmp_path: Path, output: dict[str, str], *later: Line, **given: Any) -> list[Line]:
    def adjust(host: Host) -> None:
        host.interpreters = Interpreters((), [Speaking(output), ShellInterpreter()])

    async with runner_inside(tmp_path / "home", adjust=adjust) as (_, (node,)):
        return await node.run(step("unused", interpreter={"name": "speaking"}, **given), *later)


async def test_what_an_interpreter_names_itself_is_hidden_when_a_later_step_says_so(
    tmp_path: Path,
) -> None:
    wants = {"TOKEN": {"required": True, "sensitive": True}}
    lines = await spoken(
        tmp_path,
        {"TOKEN": TOKEN, "PLACE": "here"},
        step('printf "%s %s" "$COURIER_INPUT_PLACE" "$COURIER_INPUT_TOKEN"', expectedInputs=wants),
    )
    assert one(lines, "run-finished")["status"] == "success"
    assert text_of(lines) == f"here {MASKED}"
    first = evidence_of(lines)[0].read("stdout.log").decode()
    assert json.loads(first) == {"TOKEN": MASKED, "PLACE": "here"}
    assert_nowhere(lines, TOKEN)
    assert leaks(tmp_path / "home", TOKEN) == []


async def test_a_secret_that_is_known_keeps_nothing_back_of_what_an_interpreter_says(
    tmp_path: Path,
) -> None:
    lines = await spoken(
        tmp_path,
        {"PLACE": "at hunter2.PLACE", "hunter2.PLACE": "named so"},
        inputs={"PASSWORD": "hunter2.PLACE", "hunter2": "as in the file"},
        expectedInputs={"PASSWORD": {"required": True, "sensitive": True}},
    )
    (archive,) = evidence_of(lines)
    masked = {"PLACE": f"at {MASKED}", MASKED: "named so"}
    assert json.loads(archive.read("stdout.log")) == masked
    assert one(lines, "step-finished")["outputs"] == masked
    assert_nowhere(lines, "hunter2.PLACE")


async def test_what_an_interpreter_was_to_name_and_did_not_is_withheld(tmp_path: Path) -> None:
    wants = {"TOKEN": {"required": False, "sensitive": True}}
    lines = await spoken(tmp_path, {"TOKN": TOKEN}, step("true", expectedInputs=wants))
    assert b"withheld: they may hold TOKEN" in evidence_of(lines)[0].read("stdout.log")


def test_nothing_of_cryptography_is_loaded_before_there_is_a_secret() -> None:
    code = (
        "import sys, courier_backend.runner.main, courier_backend.runner.masking.secrets; "
        "sys.exit(any(name.startswith('cryptography') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class Stumbling(ShellInterpreter):
    """A shell with a fault of ours in it, which tells what it was about."""

    def program(self, request: Request) -> Program:
        if request.name == "stumble":
            raise RuntimeError(f"who could execute {request.inputs}")
        return super().program(request)


async def test_what_is_told_of_a_fault_of_ours_hides_outputs_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def adjust(host: Host) -> None:
        host.interpreters = Interpreters((), [Stumbling()])

    rule = {"sourceType": "output", "extractMethod": "content", "sensitive": True}
    async with runner_inside(tmp_path, adjust=adjust) as (_, (node,)):
        lines = await node.run(
            step("printf drawn-from-afar", outputFieldRules={"KEY": rule}),
            step("true", name="stumble"),
        )
    end = one(lines, "run-finished")
    assert "who could execute" in end["reason"]
    assert "who could execute" in caplog.text
    assert "drawn-from-afar" not in json.dumps(lines) + caplog.text
