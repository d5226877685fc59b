"""Interpreters of one's own as skills of a fleet, and machines that boot within a run."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.courier import wait_until
from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.courier import Courier, Item

    JobFile = Callable[[dict[str, Any]], str]

RESTART = {"name": "chef-platform/restart-interpreter"}
SECONDS = 60.0
PRETENDS = """
import os
import courier_backend.runner.main as runner
runner.boot_id = lambda: os.environ["PRETENDED_BOOT"]
from courier_backend.runner.__main__ import main
raise SystemExit(main())
"""


def status_of(courier: Courier, run_id: str, number: int) -> str:
    steps = {each["stepNumber"]: each for each in courier.steps(run_id)}
    return str(steps[number]["status"]) if number in steps else ""


@pytest.fixture(scope="module")
def own(courier: Courier) -> Path:
    """An interpreter for all runners of this home."""
    folder = courier.home / "config" / "interpreters"
    folder.mkdir(parents=True)
    path = folder / "greeter"
    path.write_text('#!/bin/sh\necho \'{"status": 0, "output": {"WORD": "hello"}}\'\n')
    path.chmod(0o755)
    (folder / "greeter.toml").write_text('name = "acme/greeter"\nversion = "1.4.0"\n')
    return path


@pytest.fixture(scope="module")
def lab(courier: Courier, own: Path) -> list[Item]:
    """Two nodes that have it."""
    assert own.is_file()
    return courier.lab(2)


def test_an_interpreter_of_ones_own_is_a_skill_that_filters_find(
    courier: Courier, own: Path, lab: list[Item], job_file: JobFile
) -> None:
    skills = [{"name": "acme/greeter", "version": [">= 1.4.0", "< 2"]}]
    stage = {"name": "stage", "operator": "MATCHES", "value": ["."]}
    wanted = {"constraints": {"skills": skills, "attributes": [stage]}}
    chosen = group([], batch=2, nodeListType="filter", nodeIdentifiers=None, filter=wanted)
    steps = [
        step(interpreter={"name": "acme/greeter"}, command={"greet": True}, name="greet"),
        step('echo "$COURIER_INPUT_WORD there"', name="say"),
    ]
    path = job_file(job([chosen], steps))
    instance = courier.answer("run", path, "--format", "json")["item"]["instanceId"]
    assert courier.finish(instance)["status"] == "success"
    runs = courier.runs(instance)
    assert {run["nodeId"] for run in runs} == {node["id"] for node in lab}
    greet, _ = courier.steps(runs[0]["runId"])
    assert (greet["interpreterVersion"], greet["interpreterPath"]) == ("1.4.0", str(own))
    assert courier.command("logs", runs[0]["runId"]).stdout.endswith("hello there\n")


def test_in_the_lab_a_run_goes_on_after_a_simulated_boot(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    boot = step(interpreter=RESTART, command={"exec": "machine_reboot"}, name="boot")
    path = job_file(job([group([lab[1]["id"]])], [boot, step("echo after", name="after")]))
    instance = courier.answer("run", path, "--format", "json")["item"]["instanceId"]
    assert wait_until(lambda: bool(courier.runs(instance)), SECONDS)
    (run,) = courier.runs(instance)
    assert wait_until(lambda: status_of(courier, run["runId"], 1) == "active", SECONDS)
    assert courier.finish(instance)["status"] == "success"
    assert [each["status"] for each in courier.steps(run["runId"])] == ["success", "success"]
    told = courier.command("events", "list", "--run", run["runId"], "--limit", "50").stdout
    assert "waits for the machine to boot" in told


def test_a_run_goes_on_when_its_machine_has_booted(
    courier: Courier, tmp_path: Path, job_file: JobFile
) -> None:
    asked = tmp_path / "asked"
    tools = tmp_path / "bin"
    tools.mkdir()
    fake = tools / "shutdown"
    fake.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
    fake.chmod(0o755)
    machine = Machine(tmp_path / "machine", tools)
    with machine.up("first boot"):
        told = machine.told()
        courier.command(
            "node", "add", told["url"], "--token-file", str(machine.home / "runner.json")
        )
        boot = step(interpreter=RESTART, command=["machine_reboot"], name="boot")
        after = step(f"echo after >> {asked}", name="after")
        path = job_file(job([group([told["id"]])], [boot, after]))
        instance = courier.answer("run", path, "--format", "json")["item"]["instanceId"]
        assert wait_until(lambda: bool(courier.runs(instance)), SECONDS)
        (run,) = courier.runs(instance)
        assert wait_until(lambda: status_of(courier, run["runId"], 1) == "active", SECONDS)
    with machine.up("second boot"):
        assert courier.finish(instance)["status"] == "success"
    assert asked.read_text() == "-r +1\nafter\n", "it was asked for once"


class Machine:
    """A runner on a port of its own that pretends to boot; its `shutdown` is a fake."""

    def __init__(self, home: Path, tools: Path) -> None:
        self.home = home
        self._path = f"{tools}:{os.environ['PATH']}"
        assert shutil.which("shutdown", path=self._path) == str(tools / "shutdown")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]

    def told(self) -> Item:
        (node,) = json.loads((self.home / "runner.json").read_text())["nodes"]
        item: Item = node
        return item

    @contextmanager
    def up(self, boot: str) -> Iterator[None]:
        """Runs until the machine goes down."""
        words = ["--home", str(self.home), "--listen", f"127.0.0.1:{self._port}"]
        environment = {**os.environ, "PATH": self._path, "PRETENDED_BOOT": boot}
        process = subprocess.Popen([sys.executable, "-c", PRETENDS, *words], env=environment)
        try:
            assert wait_until((self.home / "runner.json").exists, SECONDS)
            yield
        finally:
            process.kill()
            process.wait()
