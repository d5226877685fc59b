"""A runner as on another machine: started by hand, with a home of its own, taken in by address."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.courier import Courier
from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.courier import Item


@contextmanager
def runner(home: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], Item]]:
    """A runner with its only node, once it answers; ended at the end."""
    command = [sys.executable, "-m", "courier_backend", "runner", "--home", str(home), *words]
    ours, theirs = os.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "COURIER_HOME"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment
    ) as process:
        os.close(theirs)
        try:
            with os.fdopen(ours, encoding="utf-8") as told:
                assert "answers; this takes it into a fleet" in told.readline()
                words_of_advice = told.readline().split()
            [node] = json.loads((home / "runner.json").read_text())["nodes"]
            assert words_of_advice == ["courier", *add(home, node)]
            yield process, node
        finally:
            process.kill()


def add(home: Path, node: Item) -> list[str]:
    return ["node", "add", node["url"], "--token-file", str(home / "runner.json")]


def test_taken_in_lost_and_back_at_another_port(tmp_path: Path) -> None:
    home = tmp_path / "far"
    with Courier(tmp_path / "home") as courier:
        with runner(home, "--name", "far") as (process, node):
            courier.command(*add(home, node), "--tag", "role=db")
            submitted = courier.submit(job([group([node["id"]])], [step("sleep 60")]))
            [run] = courier.runs(submitted["instanceId"])
            until_running(courier, run["runId"])
            process.send_signal(signal.SIGKILL)
            process.wait()
        with runner(home) as (_, moved):
            assert (moved["id"], moved["token"]) == (node["id"], node["token"])
            courier.command(*add(home, moved))
            done = courier.command("wait", submitted["instanceId"], check=False)
            [run] = courier.runs(submitted["instanceId"])
            again = courier.submit(job([group([node["id"]])], [step("true")]))
            assert courier.command("wait", again["instanceId"]).returncode == 0
            known = courier.answer("node", "show", node["id"], "--format", "json")["item"]

    assert done.returncode == 1
    assert (run["status"], run["reasonCode"]) == ("failure", "interrupted")
    assert (known["name"], known["tags"]) == ("far", {"role": "db"})


def until_running(courier: Courier, run_id: str) -> None:
    """Hear from the log that the first attempt began."""
    with subprocess.Popen(
        [sys.executable, "-m", "courier_backend", "logs", run_id, "-f"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=courier.environment,
    ) as logs:
        assert logs.stderr is not None
        assert "step 1" in logs.stderr.readline()
        logs.kill()
