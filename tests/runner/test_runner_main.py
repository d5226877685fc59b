"""The runner as a process: what it says when it cannot start, what it leaves, when it leaves."""

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from runner_harness import (
    PATIENCE,
    RunnerProcess,
    is_type,
    runner_inside,
    runner_process,
    says,
    step,
    text_of,
    until,
)

from courier_backend.runner.execution.clockwork import start_ticks
from courier_backend.runner.http.server import bind


def started(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "courier_backend.runner", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_what_it_announces(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with runner_process(home, "--nodes", "3", "--seed", "9", "--first", "250") as running:
        told = running.told
        assert stat.S_IMODE((home / "runner.json").stat().st_mode) == 0o600
        assert told["pid"] == running.process.pid
        assert told["startTime"] == start_ticks(running.process.pid)
        assert set(told) == {"url", "pid", "startTime", "version", "build", "nodes"}
        names = [node["name"] for node in told["nodes"]]
        assert names == ["lab-0251", "lab-0252", "lab-0253"]
        for index, node in enumerate(told["nodes"]):
            assert node["url"] == f"{told['url']}/nodes/{node['id']}"
            assert node["home"] == str(home / "nodes" / str(index))
            answer = httpx.get(
                f"{node['url']}/v1/node", headers={"authorization": f"Bearer {node['token']}"}
            )
            assert answer.json()["nodeId"] == node["id"]
        assert running.end() == 0
    assert not (home / "runner.json").exists()


def test_a_second_runner_in_a_home_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with runner_process(home) as running:
        second = started("--home", str(home))
        assert second.returncode == 1
        assert second.stderr == (
            f"Another runner already lives in {home}; end it or give another --home.\n"
        )
        assert (home / "runner.json").exists()
        assert running.process.poll() is None


def test_a_taken_port_and_a_home_that_is_a_file(tmp_path: Path) -> None:
    with bind("127.0.0.1:0", insecure_listen=False) as bound:
        listen = f"127.0.0.1:{bound.getsockname()[1]}"
        taken = started("--home", str(tmp_path / "home"), "--listen", listen)
    assert taken.returncode == 1
    assert taken.stderr == f"Cannot listen on {listen}: Address already in use.\n"
    (tmp_path / "file").write_text("")
    broken = started("--home", str(tmp_path / "file"))
    assert (broken.returncode, broken.stderr.count("\n")) == (1, 1)
    open_to_all = started("--home", str(tmp_path / "home"), "--listen", "0.0.0.0:0")
    assert (open_to_all.returncode, open_to_all.stderr.count("\n")) == (2, 1)


def test_a_journal_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "journal").write_text("")
    broken = started("--home", str(home))
    assert broken.returncode == 1
    assert broken.stderr.startswith(f"The home {home} cannot be used: ")
    assert broken.stderr.count("\n") == 1


@pytest.mark.anyio
async def test_it_leaves_when_nothing_is_left_to_do(tmp_path: Path) -> None:
    home = tmp_path / "home"
    running = RunnerProcess(home, "--idle-seconds", "0.5")
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        node = running.node(client)
        order = node.order(step("true"))
        await node.lines(order)
        await node.release(order["runId"])
    assert running.process.wait(PATIENCE) == 0
    running.process.communicate()
    assert not (home / "runner.json").exists()


@pytest.mark.anyio
async def test_it_makes_room_for_another_unless_it_is_at_work(tmp_path: Path) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        with runner_process(tmp_path) as running:
            node = running.node(client)
            order = node.order(step("echo up; read -r _ < ../../fifo"))
            os.mkfifo(tmp_path / "fifo")
            async with node.ordered(order) as lines:
                await until(lines, says("up"))
                running.process.send_signal(signal.SIGUSR1)
                assert (await node.get("node")).json()["activeRuns"] == 1
                (tmp_path / "fifo").write_text("go\n")
                ended = await until(lines, is_type("run-finished"))
            assert ended["status"] == "success"
            while (await node.get("node")).json()["activeRuns"]:
                continue
            running.process.send_signal(signal.SIGUSR1)
            assert running.process.wait(PATIENCE) == 0
            running.process.communicate()


@pytest.mark.anyio
async def test_a_run_that_was_not_released_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with runner_inside(tmp_path / "home") as (runner, (node,)):
        order = node.order(step("true"))
        await node.lines(order)
        later = time.monotonic() + 1000
        monkeypatch.setattr("courier_backend.runner.runner.monotonic", lambda: later)
        assert runner.idle_seconds() == 0
        await node.release(order["runId"])
        assert runner.idle_seconds() == 0
        later += 700
        assert runner.idle_seconds() == pytest.approx(700)


@pytest.mark.anyio
async def test_a_node_of_its_own_works_in_the_users_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users_home = tmp_path / "user"
    users_home.mkdir()
    monkeypatch.setenv("HOME", str(users_home))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        with runner_process(tmp_path / "home", "--name", "given", lab=False) as running:
            node = running.node(client)
            lines = await node.run(step("pwd; ulimit -Sn"))
            facts = (await node.get("node")).json()["facts"]
    assert text_of(lines) == f"{users_home}\n{soft}\n"
    assert node.name == "given"
    assert "site" not in facts, "its facts are true ones"


def test_an_idle_runner_sleeps_and_is_small(tmp_path: Path) -> None:
    with runner_process(tmp_path / "home") as running:
        pid = running.process.pid
        before = ticks_of(pid)
        time.sleep(1)  # what is measured is one second of doing nothing
        assert ticks_of(pid) - before <= 1, "at most a hundredth of a second in a second"
        status = Path(f"/proc/{pid}/status").read_text()
        resident = int(status.split("VmRSS:")[1].split()[0])
        assert resident < 45_000


def ticks_of(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def test_it_imports_little() -> None:
    script = (
        "import sys, courier_backend.runner.main; "
        "print([m for m in ('pydantic', 'fastapi', 'starlette', 'sqlalchemy', 'textual', 'httpx')"
        " if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"
