"""Steps that restart the machine: nothing here ever does; boots are simulated or pretended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from runner_harness import (
    RunnerProcess,
    is_type,
    one,
    runner_inside,
    statuses,
    step,
    text_of,
    until,
    until_cut,
)

from courier_backend.runner.interpreters.interpreter import StepFault
from courier_backend.runner.interpreters.programs import find_program
from courier_backend.runner.interpreters.restart import when
from courier_backend.runner.runs.word import Word

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runner_harness import Line

    from courier_backend.runner.execution.host import Host
    from courier_backend.runner.runner import Runner

pytestmark = pytest.mark.anyio

INTERPRETER = {"name": "chef-platform/restart-interpreter"}


def restarting(time: object = 1, **more: Any) -> Line:
    command = {"exec": "machine_reboot", "args": {"time": time}}
    return step("unused", **{"interpreter": INTERPRETER, "command": command, **more})


KEEPS_THE_GATE_SHUT = """
from courier_backend.runner.__main__ import main
from courier_backend.runner.execution.process import StepProcess

StepProcess.open_gate = lambda process, on_end, opening: None
main()
"""


NEVER_TELLS_AN_END = """
import asyncio
from courier_backend.runner.__main__ import main
from courier_backend.runner.execution.attempt import Attempt

async def never(attempt):
    await asyncio.Event().wait()

Attempt.finish = never
main()
"""


def is_active(line: Line) -> bool:
    return line["type"] == "step-started" and line.get("interim") == "active"


def booted_as(boot: str, dry_seconds: float = 0.0) -> Callable[[Host], None]:
    def adjust(host: Host) -> None:
        host.boot_id, host.dry_boot_seconds = boot, dry_seconds

    return adjust


class Shutdown:
    """A `shutdown` that only writes down what it is asked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.path, self._told = folder / "shutdown", folder / "told"
        self.does("echo asked")

    def does(self, script: str) -> None:
        self.path.write_text(f'#!/bin/sh\necho "$*" >> {self._told}\n{script}\n')
        self.path.chmod(0o755)

    def told(self) -> list[str]:
        return self._told.read_text().splitlines() if self._told.exists() else []


@pytest.fixture
def shutdown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shutdown:
    fake = Shutdown(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{fake.path.parent}:{os.environ['PATH']}")
    assert find_program("shutdown", os.environ) == str(fake.path), "never the real one"
    return fake


def for_real(runner: Runner) -> None:
    """As on a node that is not of the lab; `shutdown` sees to it that nothing happens."""
    for node in runner.nodes.values():
        node.host.dry_restart = False


async def test_in_the_lab_a_boot_is_only_simulated(tmp_path: Path, shutdown: Shutdown) -> None:
    async with runner_inside(tmp_path / "runner", adjust=booted_as("boot")) as (_, (node,)):
        lines = await node.run(restarting(), step("echo after"))
    assert shutdown.told() == []
    told = [(line["type"], line.get("interim", "")) for line in statuses(lines)]
    assert told == [
        ("received", ""),
        ("step-started", ""),
        ("attempt-started", ""),
        ("step-started", "active"),
        ("attempt-finished", ""),
        ("step-finished", ""),
        ("step-started", ""),
        ("attempt-started", ""),
        ("attempt-finished", ""),
        ("step-finished", ""),
        ("run-finished", ""),
    ]
    assert text_of(lines) == "dry: the machine is not restarted (shutdown -r +1)\nafter\n"
    assert one(lines, "run-finished")["status"] == "success"


async def test_the_run_goes_on_after_the_boot(tmp_path: Path, shutdown: Shutdown) -> None:
    home = tmp_path / "runner"
    async with runner_inside(home, adjust=booted_as("first")) as (runner, (node,)):
        for_real(runner)
        order = node.order(restarting(2), step("echo after >> boots"))
        async with node.ordered(order) as lines:
            active = await until(lines, is_active)
    assert (active["step"], active["attempt"]) == (1, 1)
    assert shutdown.told() == ["-r +2"]
    assert not (node.home / "boots").exists()
    async with runner_inside(home, adjust=booted_as("second")) as (_, (node,)):
        told = await node.events(order["runId"])
        evidence = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/output?stream=stdout")
    assert one(told, "run-finished")["status"] == "success"
    first = next(line for line in told if line["type"] == "attempt-finished")
    assert (first["status"], first["exitCode"]) == ("success", 0)
    assert evidence.text == "asked\n", "what it said before the boot is kept"
    assert (node.home / "boots").read_text() == "after\n"
    assert shutdown.told() == ["-r +2"], "it is never asked for twice"


async def test_a_cancel_that_found_nobody_while_the_machine_booted_comes_in_time(
    tmp_path: Path, shutdown: Shutdown
) -> None:
    home = tmp_path / "runner"
    async with runner_inside(home, adjust=booted_as("first")) as (runner, (node,)):
        for_real(runner)
        order = node.order(restarting("now"), step("echo after >> boots"))
        async with node.ordered(order) as lines:
            await until(lines, is_active)
    async with runner_inside(home, adjust=booted_as("second")) as (_, (node,)):
        async with node.followed("events?after=0") as lines:
            await until(lines, is_type("step-finished"))
        await node.delete(order["runId"])
        told = await node.events(order["runId"])
    assert shutdown.told() == ["-r now"]
    assert one(told, "run-finished")["status"] == "canceled"
    assert {line["step"] for line in told if line["type"] == "step-started"} == {1}


async def test_a_run_of_an_earlier_runner_goes_on_without_a_word_too() -> None:
    word = Word(0.01)
    await word.wait()


async def test_a_runner_that_starts_again_without_a_boot_waits_on(
    tmp_path: Path, shutdown: Shutdown
) -> None:
    home = tmp_path / "runner"
    async with runner_inside(home, adjust=booted_as("first")) as (runner, (node,)):
        for_real(runner)
        order = node.order(restarting(), step("echo after"))
        async with node.ordered(order) as lines:
            await until(lines, is_active)
    async with (
        runner_inside(home, adjust=booted_as("first", dry_seconds=300)) as (_, (node,)),
        node.followed(f"runs/{order['runId']}/events") as lines,
    ):
        await until(lines, is_active)
        await node.delete(order["runId"])
        ended = await until(lines, is_type("attempt-finished"))
    assert ended["status"] == "canceled"
    assert shutdown.told()[0] == "-r +1"


async def test_a_boot_before_the_asking_was_told_counts_as_well(tmp_path: Path) -> None:
    """The machine may go down faster than the journal is written."""
    home = tmp_path / "runner"
    held = step("unused", interpreter=INTERPRETER, command=["machine_reboot"])
    async with httpx.AsyncClient(timeout=30) as client:
        running = RunnerProcess(home, program=("-c", KEEPS_THE_GATE_SHUT))
        node = running.node(client)
        order = node.order(held, step("echo after"))
        async with node.ordered(order) as lines:
            await until(lines, is_type("attempt-started"))
            running.kill()
            await until_cut(lines)
    async with runner_inside(home, adjust=booted_as("another boot")) as (_, (node,)):
        told = await node.events(order["runId"])
    assert one(told, "run-finished")["status"] == "success"


async def test_an_order_that_never_started_is_not_taken_for_one_that_did(tmp_path: Path) -> None:
    home, nowhere = tmp_path / "runner", {"dir": str(tmp_path / "nowhere")}
    async with httpx.AsyncClient(timeout=30) as client:
        running = RunnerProcess(home, program=("-c", NEVER_TELLS_AN_END))
        node = running.node(client)
        order = node.order(restarting(inputs=nowhere), step("echo after"))
        async with node.ordered(order) as lines:
            assert (await until(lines, is_type("attempt-started")))["pid"] == 0
            running.kill()
            await until_cut(lines)
    async with runner_inside(home, adjust=booted_as("another boot")) as (_, (node,)):
        told = await node.events(order["runId"])
    assert one(told, "run-finished")["reasonCode"] == "interrupted"


async def test_a_cancel_withdraws_the_restart(tmp_path: Path, shutdown: Shutdown) -> None:
    async with runner_inside(tmp_path / "runner") as (runner, (node,)):
        for_real(runner)
        order = node.order(restarting(30), step("echo never"))
        async with node.ordered(order) as lines:
            await until(lines, is_active)
            await node.delete(order["runId"])
            ended = await until(lines, is_type("attempt-finished"))
            run = await until(lines, is_type("run-finished"))
    assert (ended["status"], ended["reasonCode"]) == ("canceled", "operator")
    assert ended["reason"] == "stopped on request; the restart was withdrawn"
    assert run["status"] == "canceled"
    assert shutdown.told() == ["-r +30", "-c"]


async def test_a_restart_that_cannot_be_withdrawn_is_not_called_canceled_for_sure(
    tmp_path: Path, shutdown: Shutdown
) -> None:
    shutdown.does('test "$1" = -r')
    async with runner_inside(tmp_path / "runner") as (runner, (node,)):
        for_real(runner)
        order = node.order(restarting(30))
        async with node.ordered(order) as lines:
            await until(lines, is_active)
            await node.delete(order["runId"])
            ended = await until(lines, is_type("attempt-finished"))
    assert ended["reasonCode"] == "cancel-unconfirmed"
    assert "the machine may still go down" in ended["reason"]


async def test_a_machine_that_does_not_go_down_in_time_is_a_time_out(
    tmp_path: Path, shutdown: Shutdown
) -> None:
    limits = {"cores": 0, "cpu": 1, "timeoutSeconds": 1}
    async with runner_inside(tmp_path / "runner") as (runner, (node,)):
        for_real(runner)
        lines = await node.run(restarting(limits=limits))
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["reasonCode"]) == ("timeout", "step-timeout")
    assert shutdown.told() == ["-r +1", "-c"]


async def test_a_refused_restart_fails_like_any_command(tmp_path: Path, shutdown: Shutdown) -> None:
    shutdown.does("echo must be root >&2; exit 1")
    async with runner_inside(tmp_path / "runner") as (runner, (node,)):
        for_real(runner)
        lines = await node.run(restarting(), step("echo never"))
    ended = one(lines, "attempt-finished")
    assert (ended["reasonCode"], ended["exitCode"]) == ("exit-code", 1)
    assert ended["reason"] == "the restart was refused: must be root"
    assert text_of(lines, "stderr") == "must be root\n"
    assert not any(is_active(line) for line in lines)


async def test_without_shutdown_nothing_begins(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "runner") as (runner, (node,)):
        for_real(runner)
        host = next(iter(runner.nodes.values())).host
        host.environment["PATH"] = str(tmp_path)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("courier_backend.runner.interpreters.restart._PLACES", ("/nowhere",))
            lines = await node.run(restarting())
    ended = one(lines, "step-finished")
    assert (ended["reasonCode"], ended["numAttempts"]) == ("interpreter-missing", 0)
    assert (
        "needs shutdown, which is not on this node (looked for in PATH, /nowhere)"
        in (ended["reason"])
    )


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (["machine_reboot"], "+1"),
        ({"exec": "machine_restart"}, "+1"),
        ({"exec": "machine_reboot", "args": {}}, "+1"),
        ({"exec": "machine_reboot", "args": {"time": 5}}, "+5"),
        ({"exec": "machine_reboot", "args": {"time": "5"}}, "+5"),
        ({"exec": "machine_reboot", "args": {"time": 0}}, "+0"),
        ({"exec": "machine_reboot", "args": {"time": "now"}}, "now"),
    ],
)
def test_when_the_restart_is_wanted(command: object, wanted: str) -> None:
    assert when(command) == wanted


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ({"linux": ["reboot"]}, 'it has no "exec" (one of machine_reboot, machine_restart)'),
        ({"exec": "halt"}, '"exec" is "halt", not one of'),
        (["machine_reboot", "now"], 'it has no "exec"'),
        ({"exec": "machine_reboot", "args": ["now"]}, '"args" is a list, not an object'),
        ({"exec": "machine_reboot", "args": {"time": "soon"}}, '"args.time" is "soon"'),
        ({"exec": "machine_reboot", "args": {"time": -1}}, '"args.time" is -1'),
        ({"exec": "machine_reboot", "args": {"time": True}}, '"args.time" is true'),
        ({"exec": "machine_reboot", "args": {"time": 1441}}, '"args.time" is 1441'),
    ],
)
def test_what_cannot_be_understood_restarts_nothing(command: object, said: str) -> None:
    with pytest.raises(StepFault) as fault:
        when(command)
    assert said in fault.value.sentence
