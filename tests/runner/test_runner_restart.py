"""Runners that are killed: nothing promised is lost, nothing is executed twice."""

import asyncio
import os
import shutil
import signal
import uuid
from collections.abc import AsyncIterator, Callable
from itertools import islice
from pathlib import Path

import httpx
import pytest
from runner_harness import (
    Node,
    RunnerProcess,
    alive,
    failing,
    gone,
    is_type,
    one,
    runner_inside,
    runner_process,
    says,
    statuses,
    step,
    text_of,
    until,
    until_cut,
)

from courier_backend.runner.execution.process import StepProcess
from courier_backend.runner.journal.files import newest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30) as made:
        yield made


async def killed_while(home: Path, client: httpx.AsyncClient, *steps: dict[str, object]) -> str:
    """Order a run, kill the runner when its first step speaks; gives the run's id."""
    running = RunnerProcess(home)
    node = running.node(client)
    order = node.order(*steps)
    async with node.ordered(order) as lines:
        said = await until(lines, says("up"))
        # Asking for output puts what was said so far on disk, without waiting a moment.
        path = f"runs/{order['runId']}/steps/{said['step']}/attempts/1/output"
        assert "up" in (await node.get(path)).text
        running.kill()
        await until_cut(lines)
    return str(order["runId"])


async def test_what_was_running_is_ended_and_told_as_interrupted(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    home = tmp_path / "runner"
    run_id = await killed_while(
        home,
        client,
        step("echo x >> ran; setsid sleep 300 & echo up $!; wait"),
        step("echo never >> ran"),
    )
    with runner_process(home) as running:
        node = running.node(client)
        lines = await node.events(run_id)
        assert (node.home / "ran").read_text() == "x\n", "an attempt is executed at most once"
        path = f"runs/{run_id}/steps/1/attempts/1/output"
        sleeper = int((await node.get(path)).text.split()[1])
    told = statuses(lines)
    assert [line["seq"] for line in told] == list(range(1, 7))
    ended = one(lines, "attempt-finished")
    assert (ended["status"], ended["reasonCode"]) == ("failure", "interrupted")
    assert ended["stdoutBytes"] == len(f"up {sleeper}\n"), "its output so far is kept"
    assert ended["evidence"]["state"] == "ready"
    assert one(lines, "evidence")["sha256"] == ended["evidence"]["sha256"]
    run = one(lines, "run-finished")
    assert (run["status"], run["reasonCode"]) == ("failure", "interrupted")
    await gone(sleeper)
    assert not alive(sleeper)


async def test_an_interrupted_attempt_is_retried_only_where_the_job_allows_it(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    home = tmp_path / "runner"
    again = 'echo "$COURIER_ATTEMPT" >> ran; echo up; test -e second || exec sleep 300'
    run_id = await killed_while(
        home, client, step("true"), step(f"touch_second() {{ :; }}; {again}", retryCount=1)
    )
    (home / "nodes/0/second").touch()
    with runner_process(home) as running:
        node = running.node(client)
        lines = await node.events(run_id)
        ran = (node.home / "ran").read_text().split()
    assert ran == [f"{run_id}/2/1", f"{run_id}/2/2"]
    ends = [line for line in lines if line["type"] == "attempt-finished"]
    assert [(end["step"], end["reasonCode"]) for end in ends] == [
        (1, ""),
        (2, "interrupted"),
        (2, ""),
    ]
    assert one(lines, "run-finished")["status"] == "success"


async def test_a_cancel_outlives_the_runner_that_was_told(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    home = tmp_path / "runner"
    running = RunnerProcess(home)
    node = running.node(client)
    deaf = "trap '' TERM; echo up; while :; do sleep 1; done"
    order = node.order(step(deaf, retryCount=3), step("echo never"))
    async with node.ordered(order) as lines:
        await until(lines, says("up"))
        await node.delete(order["runId"])
        running.kill()
        await until_cut(lines)
    async with runner_inside(home, adjust=lambda host: setattr(host, "grace_seconds", 0.2)) as (
        _,
        (again,),
    ):
        told = await again.events(order["runId"])
    assert one(told, "attempt-finished")["status"] == "canceled"
    assert one(told, "run-finished")["status"] == "canceled"


async def test_finished_waiting_and_released_runs_are_all_there_again(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    home = tmp_path / "runner"
    running = RunnerProcess(home)
    node = running.node(client)
    noise = "head -c 100000 /dev/urandom > $COURIER_EVIDENCE_DIR/noise; echo said"
    done, released, busy, waiting, stopped = (
        node.order(step(command))
        for command in (noise, "true", "echo up; sleep 300", "echo waited", "touch never")
    )
    before = await node.lines(done)
    await node.lines(released)
    await node.release(released["runId"])
    await node.delete(stopped["runId"])
    async with node.ordered(busy) as lines, node.ordered(waiting) as behind:
        await until(lines, says("up"))
        assert (await until(behind, is_type("received")))["place"] == 1
        running.kill()
        await until_cut(lines)
    with runner_process(home) as running:
        node = running.node(client)
        after = await node.events(done["runId"])
        assert statuses(after) == statuses(before)
        assert one(after, "evidence") == one(before, "evidence")
        assert (await node.post("runs", released)).status_code == 410
        assert one(await node.events(busy["runId"]), "run-finished")["status"] == "failure"
        assert text_of(await node.lines(stopped)) == ""
        late = await node.events(waiting["runId"])
        assert one(late, "run-finished")["status"] == "success"
        assert not (node.home / "never").exists()


async def test_a_planned_retry_goes_on_after_a_restart(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    home = tmp_path / "runner"
    running = RunnerProcess(home)
    node = running.node(client)
    flaky = step(
        "echo x >> ran; test -e second",
        retryCount=1,
        failureBehavior=failing(delaySeconds=1),
    )
    order = node.order(flaky)
    async with node.ordered(order) as lines:
        await until(lines, is_type("attempt-finished"))
        running.kill()
        await until_cut(lines)
    (node.home / "second").touch()
    with runner_process(home) as running:
        told = await running.node(client).events(order["runId"])
    assert one(told, "run-finished")["status"] == "success"
    assert (node.home / "ran").read_text() == "x\nx\n"


async def test_at_the_gate_nothing_has_run_when_the_runner_dies(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    """The process is there, its start is on disk, and the runner is killed before the gate."""
    home = tmp_path / "runner"
    running = RunnerProcess(home, program=("-c", KEEPS_THE_GATE_SHUT))
    node = running.node(client)
    order = node.order(step("echo x >> ran"))
    async with node.ordered(order) as lines:
        child = (await until(lines, is_type("attempt-started")))["pid"]
        assert alive(child), "it waits at its gate"
        running.kill()
        await until_cut(lines)
    await gone(child)
    with runner_process(home) as running:
        node = running.node(client)
        told = await node.events(order["runId"])
        assert not (node.home / "ran").exists()
    assert one(told, "attempt-started")["pid"] == child
    assert one(told, "attempt-finished")["reasonCode"] == "interrupted"


KEEPS_THE_GATE_SHUT = """
from courier_backend.runner.__main__ import main
from courier_backend.runner.execution.process import StepProcess

StepProcess.open_gate = lambda process, on_end, opening: None
main()
"""


async def test_a_process_killed_at_its_gate_is_a_failure_like_any(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "runner") as (_, (node,)):
        order = node.order(step("touch ran"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(StepProcess, "open_gate", killed_first(StepProcess.open_gate))
            lines = await node.lines(order)
        assert one(lines, "attempt-finished")["signal"] == "SIGKILL"
        assert not (node.home / "ran").exists()


OpenGate = Callable[[StepProcess, Callable[[], None], bytes], None]


def killed_first(open_gate: OpenGate) -> OpenGate:
    def opened(process: StepProcess, on_end: Callable[[], None], opening: bytes) -> None:
        os.kill(process.pid, signal.SIGKILL)
        open_gate(process, on_end, opening)

    return opened


async def test_a_clean_end_leaves_no_process_and_a_later_runner_says_interrupted(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    home = tmp_path / "runner"
    running = RunnerProcess(home)
    node = running.node(client)
    order = node.order(step("setsid sleep 300 & echo up $!; wait"))
    async with node.ordered(order) as lines:
        sleeper = int((await until(lines, says("up")))["text"].split()[1])
        assert await asyncio.to_thread(running.end) == 0
        await until_cut(lines)
    assert not alive(sleeper)
    assert not (home / "runner.json").exists()
    with runner_process(home) as running:
        told = await running.node(client).events(order["runId"])
    assert one(told, "attempt-finished")["reasonCode"] == "interrupted"


async def test_a_home_that_was_copied_goes_on_under_a_new_journal(tmp_path: Path) -> None:
    home, copy = tmp_path / "runner", tmp_path / "copy"
    async with runner_inside(home) as (runner, (node,)):
        order = node.order(step("echo x >> ../../../ran; cat go"))
        await asyncio.to_thread(os.mkfifo, node.home / "go")
        async with node.ordered(order) as lines:
            await until(lines, is_type("attempt-started"))
            shutil.copytree(home, copy, ignore=shutil.ignore_patterns("go", "runner.lock"))
            await asyncio.to_thread((node.home / "go").write_text, "on")
            await until(lines, is_type("run-finished"))
        journal_id = runner.journal_id
    async with runner_inside(home) as (runner, _):
        assert runner.journal_id == journal_id, "a restart alone changes nothing"
    async with runner_inside(copy) as (runner, (node,)):
        assert runner.journal_id != journal_id
        told = await node.events(order["runId"])
    run = one(told, "run-finished")
    assert (run["status"], run["reasonCode"]) == ("failure", "interrupted")
    assert (tmp_path / "ran").read_text() == "x\n"


@pytest.mark.parametrize(
    ("harm", "same"),
    [
        (lambda text: text + b'{"t":"line","run":"torn', True),
        (lambda text: text.replace(b'{"t":"order"', b'{"t:"order"', 1), False),
        (lambda text: text[:0], False),
    ],
)
async def test_a_torn_end_is_no_harm_and_a_damaged_middle_is(
    tmp_path: Path, harm: Callable[[bytes], bytes], same: bool
) -> None:
    home = tmp_path / "runner"
    async with runner_inside(home) as (runner, (node,)):
        order = node.order(step("true"))
        await node.lines(order)
        journal_id = runner.journal_id
    path = newest(home / "journal")
    assert path is not None
    with path.open("r+b") as file:
        harmed = harm(file.read())
        file.seek(0)
        file.truncate()
        file.write(harmed)
    async with runner_inside(home) as (runner, (node,)):
        assert (runner.journal_id == journal_id) is same
        answer = await node.get(f"runs/{order['runId']}/events")
        assert answer.status_code == (200 if same else 404)


async def test_nodes_that_a_smaller_runner_does_not_host_come_back_with_their_runs(
    tmp_path: Path,
) -> None:
    home = tmp_path / "runner"
    async with runner_inside(home, nodes=2, seed=3) as (_, nodes):
        order = nodes[1].order(step("true"))
        before = await nodes[1].lines(order)
        ids = [node.id for node in nodes]
    async with runner_inside(home, nodes=1, seed=3) as (_, nodes):
        assert [node.id for node in nodes] == ids[:1]
    async with runner_inside(home, nodes=3, seed=3) as (_, nodes):
        assert [node.id for node in nodes][:2] == ids
        assert statuses(await nodes[1].events(order["runId"])) == statuses(before)


async def test_many_runs_survive_many_kills_and_none_is_executed_twice(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    home = tmp_path / "runner"
    orders: dict[str, int] = {}
    for count in (3, 7, 12):
        running = RunnerProcess(home, "--nodes", "20", "--seed", "5")
        nodes = [running.node(client, index) for index in range(20)]
        ends = [
            asyncio.create_task(_ordered(node, orders, index)) for index, node in enumerate(nodes)
        ]
        for done in islice(asyncio.as_completed(ends), count):
            await done
        running.kill()
        await asyncio.gather(*ends, return_exceptions=True)
    with runner_process(home, "--nodes", "20", "--seed", "5") as running:
        for run_id, index in orders.items():
            node = running.node(client, index)
            answer = await node.get(f"runs/{run_id}/events")
            if answer.status_code != 404:
                assert '"run-finished"' in answer.text
    ran = [line for path in home.glob("nodes/*/ran") for line in path.read_text().splitlines()]
    assert len(ran) == len(set(ran))


async def _ordered(node: Node, orders: dict[str, int], index: int) -> None:
    order = node.order(step('echo "$COURIER_ATTEMPT" >> ran'), run_id=str(uuid.uuid4()))
    orders[order["runId"]] = index
    await node.lines(order)
