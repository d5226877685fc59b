"""Steps on a real node: shells, order, environment, failures, retries, limits."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from runner_harness import (
    Node,
    alive,
    failing,
    limits,
    one,
    runner_inside,
    statuses,
    step,
    text_of,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with runner_inside(tmp_path / "runner") as (_, nodes):
        yield nodes[0]


async def test_a_run_is_told_from_received_to_finished(node: Node) -> None:
    lines = await node.run(step("echo hello"))
    told = statuses(lines)
    assert [line["type"] for line in told] == [
        "received",
        "step-started",
        "attempt-started",
        "attempt-finished",
        "step-finished",
        "run-finished",
    ]
    assert [line["seq"] for line in told] == [1, 2, 3, 4, 5, 6]
    assert all(line["time"].endswith("Z") for line in told)
    assert told[0] | {"time": ""} == {
        "seq": 1,
        "time": "",
        "type": "received",
        "waiting": False,
        "place": 0,
    }
    started = told[1]
    assert started["interpreter"] == "chef-platform/shell-interpreter"
    assert started["interpreterVersion"] == "1.0.18"
    assert started["interpreterPath"] == "/bin/sh"
    ended = told[3]
    assert (ended["status"], ended["exitCode"], ended["signal"]) == ("success", 0, None)
    assert (ended["stdoutBytes"], ended["stderrBytes"]) == (6, 0)
    assert ended["retryInSeconds"] is None
    assert (told[5]["status"], told[5]["reasonCode"], told[5]["reason"]) == ("success", "", "")
    assert text_of(lines) == "hello\n"


async def test_lines_share_a_shell_and_stop_at_the_first_that_fails(node: Node) -> None:
    lines = await node.run(
        step("cd /tmp; export GIVEN=on", 'echo "$PWD $GIVEN"; (exit 7)', "echo never")
    )
    assert text_of(lines) == "/tmp on\n"
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["exitCode"], ended["reasonCode"]) == ("failure", 7, "exit-code")
    run = one(lines, "run-finished")
    assert (run["status"], run["reasonCode"]) == ("failure", "exit-code")
    assert "exit code 7" in run["reason"]


@pytest.mark.parametrize(
    ("commands", "code", "said"),
    [
        (["echo 'unclosed", "echo never"], 2, ""),
        (["cat <<END\nin a document\nEND", "echo after"], 0, "in a document\nafter\n"),
        (["# only a comment", "echo after"], 0, "after\n"),
        (["echo one; #", "echo two"], 0, "one\ntwo\n"),
        (["exit 3", "echo never"], 3, ""),
        (["cat; echo no input"], 0, "no input\n"),
        (["nowhere-to-be-found"], 127, ""),
        (["false; echo goes on within a line"], 0, "goes on within a line\n"),
    ],
)
async def test_each_line_is_a_command_of_its_own(
    node: Node, commands: list[str], code: int, said: str
) -> None:
    lines = await node.run(step(*commands))
    assert one(lines, "attempt-finished")["exitCode"] == code
    assert text_of(lines) == said


async def test_a_script_too_long_for_a_command_line_runs_all_the_same(node: Node) -> None:
    filler = "# " + "x" * 200_000
    lines = await node.run(step(f"{filler}\necho long; cat"))
    assert text_of(lines) == "long\n"
    assert one(lines, "run-finished")["status"] == "success"


async def test_a_signal_is_named(node: Node) -> None:
    lines = await node.run(step("kill -9 $$"))
    ended = one(lines, "attempt-finished")
    assert (ended["exitCode"], ended["signal"], ended["reasonCode"]) == (None, "SIGKILL", "signal")


async def test_the_environment_of_a_step(node: Node) -> None:
    order = node.order(step("env; pwd", inputs={"greeting word": "hello"}))
    lines = await node.lines(order)
    told = dict(line.split("=", 1) for line in text_of(lines).splitlines() if "=" in line)
    assert told["COURIER_NODE_ID"] == node.id
    assert told["COURIER_NODE_HOME"] == str(node.home)
    assert told["COURIER_JOB_ID"] == order["jobId"]
    assert told["COURIER_INSTANCE_ID"] == order["instanceId"]
    assert told["COURIER_RUN_ID"] == order["runId"]
    assert told["COURIER_STEP"] == "1"
    assert told["COURIER_ATTEMPT"] == f"{order['runId']}/1/1"
    assert Path(told["COURIER_EVIDENCE_DIR"]).is_relative_to(node.home)
    assert told["COURIER_FACT_KERNEL_NAME"] == "Linux"
    assert told["COURIER_INPUT_GREETING_WORD"] == "hello"
    assert text_of(lines).splitlines()[-1] == str(node.home)
    assert "COURIER_HOME" not in told, "what is our own business stays ours"


async def test_inputs_dir_is_the_working_folder(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    lines = await node.run(step("pwd", inputs={"dir": str(folder)}))
    assert text_of(lines) == f"{folder}\n"
    lines = await node.run(step("pwd", inputs={"dir": str(folder / "none")}))
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["reasonCode"]) == ("failure", "spawn-failed")
    assert "does not exist" in ended["reason"]


async def test_values_beyond_the_environment_fail_the_attempt_alone(node: Node) -> None:
    lines = await node.run(step("true", inputs={f"V{n}": "x" * 120_000 for n in range(30)}))
    ended = one(lines, "attempt-finished")
    assert ended["reasonCode"] == "spawn-failed"
    assert ended["reason"].endswith("too long together; keep long values in files")


async def test_a_null_byte_fails_the_attempt_alone(node: Node) -> None:
    lines = await node.run(step("echo a\0b"))
    assert one(lines, "attempt-finished")["reasonCode"] == "spawn-failed"
    assert one(lines, "run-finished")["status"] == "failure"


async def test_a_failed_step_ends_the_run_and_an_ignored_one_does_not(node: Node) -> None:
    lines = await node.run(
        step("exit 1", failureBehavior=failing("retryThenIgnore")),
        step("echo second; exit 2"),
        step("echo never"),
    )
    ends = [line for line in lines if line["type"] == "step-finished"]
    assert [(end["step"], end["status"], end["ignored"]) for end in ends] == [
        (1, "failure", True),
        (2, "failure", False),
    ]
    assert text_of(lines) == "second\n"
    assert one(lines, "run-finished")["status"] == "failure"


async def test_retries_are_counted_and_their_pauses_told(node: Node) -> None:
    again = step(
        'echo "$COURIER_ATTEMPT" >> "$COURIER_NODE_HOME/tries"; test "$(wc -l < tries)" -ge 3',
        retryCount=5,
        failureBehavior=failing(type="linear", delaySeconds=0.01),
    )
    order = node.order(again)
    lines = await node.lines(order)
    ends = [line for line in lines if line["type"] == "attempt-finished"]
    assert [end["retryInSeconds"] for end in ends] == [0.01, 0.02, None]
    assert one(lines, "step-finished")["numAttempts"] == 3
    assert one(lines, "run-finished")["status"] == "success"
    tries = (node.home / "tries").read_text().split()
    assert tries == [f"{order['runId']}/1/{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"interpreter": {"name": "chef-platform/inspec-interpreter"}}, "interpreter-missing"),
        ({"interpreter": {"name": "acme/shell"}}, "interpreter-missing"),
        ({"command": {"windows": ["dir"]}}, "no-command-for-platform"),
        ({"command": {"linux": []}}, "no-command-for-platform"),
        ({"command": {"exec": "scan"}}, "no-command-for-platform"),
        (
            {
                "interpreter": {
                    "name": "chef-platform/shell-interpreter",
                    "skill": {"minVersion": "2", "maxVersion": ""},
                }
            },
            "version-out-of-bounds",
        ),
        (
            {
                "interpreter": {
                    "name": "chef-platform/shell-interpreter",
                    "skill": {"minVersion": "", "maxVersion": "0.9"},
                }
            },
            "version-out-of-bounds",
        ),
    ],
)
async def test_what_cannot_be_executed_here_fails_before_it_starts(
    node: Node, change: dict[str, object], code: str
) -> None:
    lines = await node.run(step("echo never", **change))
    ended = one(lines, "step-finished")
    assert (ended["status"], ended["reasonCode"], ended["numAttempts"]) == ("failure", code, 0)
    assert one(lines, "run-finished")["reasonCode"] == code


@pytest.mark.parametrize(
    "change",
    [
        {"command": ["echo plain list"]},
        {"interpreter": {"name": "chef/courier-interpreter/os/shell"}},
        {
            "interpreter": {
                "name": "chef-platform/shell-interpreter",
                "skill": {"minVersion": "1", "maxVersion": "1.1"},
            }
        },
    ],
)
async def test_older_spellings_run(node: Node, change: dict[str, object]) -> None:
    lines = await node.run(step("echo fine", **change))
    assert one(lines, "run-finished")["status"] == "success"


async def test_an_attempt_past_its_limit_is_ended_with_all_it_started(node: Node) -> None:
    lines = await node.run(
        step("sleep 300 & echo $!; wait", limits=limits(timeoutSeconds=1)), step("echo never")
    )
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["reasonCode"]) == ("timeout", "step-timeout")
    run = one(lines, "run-finished")
    assert (run["status"], run["reasonCode"]) == ("failure", "step-timeout")
    assert not alive(int(text_of(lines)))


async def test_an_ignored_time_out_goes_on(node: Node) -> None:
    lines = await node.run(
        step(
            "sleep 300",
            limits=limits(timeoutSeconds=1),
            failureBehavior=failing("retryThenIgnore"),
        ),
        step("echo second"),
    )
    assert text_of(lines) == "second\n"
    assert one(lines, "run-finished")["status"] == "success"


async def test_cores_confine_the_whole_step(node: Node) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one CPU cannot be confined further")
    lines = await node.run(step("nproc", limits=limits(cores=1)))
    assert text_of(lines) == "1\n"


async def test_a_step_gets_the_file_limit_of_the_runners_start(node: Node) -> None:
    lines = await node.run(step("ulimit -Sn"))
    assert text_of(lines) == "1024\n"


async def test_a_run_without_steps_succeeds(node: Node) -> None:
    assert one(await node.run(), "run-finished")["status"] == "success"


async def test_runs_on_two_nodes_go_on_at_the_same_time(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "two", nodes=2) as (_, nodes):
        meeting = tmp_path / "meeting"
        await asyncio.to_thread(os.mkfifo, meeting)
        written, read = await asyncio.gather(
            nodes[0].run(step(f"echo met > {meeting}")), nodes[1].run(step(f"cat {meeting}"))
        )
        assert text_of(read) == "met\n"
        assert one(written, "run-finished")["status"] == "success"
