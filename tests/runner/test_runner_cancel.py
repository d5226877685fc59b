"""Canceling: what runs is ended with everything it started, what waits never starts."""

import asyncio
import io
import json
import os
import signal
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from runner_harness import (
    Node,
    alive,
    failing,
    is_type,
    one,
    runner_inside,
    runner_process,
    says,
    step,
    text_of,
    until,
)

from courier_backend.runner.execution.host import Host

pytestmark = pytest.mark.anyio

FAMILY = """
sh -c 'sleep 300' &
setsid sh -c 'echo free $$; exec sleep 300' &
(trap '' TERM; echo deaf; while :; do sleep 1; done) &
echo all up; wait
"""

LEFT = """
setsid sleep 300 >/dev/null 2>&1 &
until grep -q sleep /proc/$!/comm; do :; done; echo $!
"""


def short_grace(host: Host) -> None:
    host.grace_seconds = 0.5


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with runner_inside(tmp_path / "runner", adjust=short_grace) as (_, nodes):
        yield nodes[0]


async def test_cancel_ends_the_whole_family(node: Node) -> None:
    order = node.order(step(FAMILY), step("echo never"))
    async with node.ordered(order) as lines:
        pid = (await until(lines, is_type("attempt-started")))["pid"]
        text = ""
        while not all(word in text for word in ("free", "deaf", "all up")):
            text += (await until(lines, is_type("output")))["text"]
        free = int(text.split("free ")[1].split()[0])
        answer = await node.delete(order["runId"])
        assert answer.status_code == 202
        rest = [line async for line in lines]
    ended = one(rest, "attempt-finished")
    assert (ended["status"], ended["reasonCode"]) == ("canceled", "operator")
    assert one(rest, "step-finished")["status"] == "canceled"
    assert one(rest, "run-finished")["status"] == "canceled"
    assert ended["evidence"]["state"] == "ready"
    assert not alive(pid)
    assert not alive(free), "a process of another session is found by its mark"
    assert text_of(rest).count("never") == 0


async def test_a_process_that_exits_on_the_signal_is_not_killed(node: Node) -> None:
    polite = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done"
    order = node.order(step(polite))
    async with node.ordered(order) as lines:
        await until(lines, says("ready"))
        await node.delete(order["runId"])
        rest = [line async for line in lines]
    assert "bye" in text_of(rest)
    ended = one(rest, "attempt-finished")
    assert (ended["status"], ended["exitCode"]) == ("canceled", 0)


async def test_cancel_during_a_pause_is_immediate(node: Node) -> None:
    order = node.order(
        step("exit 1", retryCount=1, failureBehavior=failing(delaySeconds=3000)),
    )
    async with node.ordered(order) as lines:
        ended = await until(lines, is_type("attempt-finished"))
        assert ended["retryInSeconds"] == 3000
        await node.delete(order["runId"])
        rest = [line async for line in lines]
    ended = one(rest, "step-finished")
    assert (ended["status"], ended["reasonCode"]) == ("canceled", "operator")
    assert ended["reason"] == "stopped on request before it ran again"
    assert one(rest, "run-finished")["status"] == "canceled"


async def test_the_second_run_waits_and_goes_when_it_is_canceled(node: Node) -> None:
    first, second, third = (node.order(step(f"echo {n}; cat gate")) for n in "123")
    gate = node.home / "gate"
    await asyncio.to_thread(os.mkfifo, gate)
    async with (
        node.ordered(first) as one_lines,
        node.ordered(second) as two_lines,
        node.ordered(third) as three_lines,
    ):
        await until(one_lines, is_type("attempt-started"))
        received = await until(two_lines, is_type("received"))
        assert (received["waiting"], received["place"]) == (True, 1)
        received = await until(three_lines, is_type("received"))
        assert (received["waiting"], received["place"]) == (True, 2)
        await node.delete(second["runId"])
        rest = [line async for line in two_lines]
        assert [line["type"] for line in rest] == ["run-finished"]
        assert rest[0]["status"] == "canceled"
        await asyncio.to_thread(gate.write_text, "through\n")
        assert one([line async for line in one_lines], "run-finished")["status"] == "success"
        await until(three_lines, is_type("attempt-started"))
        await asyncio.to_thread(gate.write_text, "through\n")
        assert one([line async for line in three_lines], "run-finished")["status"] == "success"


async def test_a_run_canceled_before_it_came_executes_nothing(node: Node) -> None:
    order = node.order(step("touch ran"))
    answer = await node.delete(order["runId"])
    assert (answer.status_code, answer.json()["known"]) == (202, False)
    unseen = await node.get(f"runs/{order['runId']}/events")
    assert unseen.status_code == 404
    lines = await node.lines(order)
    assert [line["type"] for line in lines] == ["received", "run-finished"]
    assert lines[1]["status"] == "canceled"
    assert not (node.home / "ran").exists()


async def test_canceling_what_has_ended_changes_nothing(node: Node) -> None:
    order = node.order(step("true"))
    before = await node.lines(order)
    assert (await node.delete(order["runId"])).status_code == 202
    assert await node.lines(order) == before


async def test_many_cancels_share_the_look_at_all_processes(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "many", nodes=30, adjust=short_grace) as (_, nodes):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_cancel_one(node)) for node in nodes]
        assert all(task.result() for task in tasks)


async def _cancel_one(node: Node) -> bool:
    order = node.order(step("(sleep 300; true) & echo $!; wait"))
    async with node.ordered(order) as lines:
        child = int((await until(lines, is_type("output")))["text"])
        await node.delete(order["runId"])
        ended = await until(lines, is_type("run-finished"))
    return ended["status"] == "canceled" and not alive(child)


async def test_what_a_step_leaves_running_is_listed_and_left_alone(tmp_path: Path) -> None:
    async with httpx.AsyncClient() as client:
        with runner_process(tmp_path / "own") as running:
            node = running.node(client)
            order = node.order(step(LEFT))
            lines = await node.lines(order)
            path = f"runs/{order['runId']}/steps/1/attempts/1/evidence"
            zipped = (await node.get(path)).content
            pid = int(text_of(lines))
            assert alive(pid)
            story = json.loads(zipfile.ZipFile(io.BytesIO(zipped)).read("attempt.json"))
            os.kill(pid, signal.SIGKILL)
    assert [left["pid"] for left in story["leftRunning"]] == [pid]
    assert story["leftRunning"][0]["command"] == "sleep 300"
    assert one(lines, "run-finished")["status"] == "success"
