"""A real runner on a real port, inside the test or as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from courier_backend.runner.assembly import Setup, assemble_nodes
from courier_backend.runner.execution.clockwork import boot_id
from courier_backend.runner.execution.host import Host
from courier_backend.runner.home.announcement import announce
from courier_backend.runner.http.app import RunnerApp
from courier_backend.runner.http.server import bind, make_server, url_of
from courier_backend.runner.runner import Runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

Line = dict[str, Any]
PATIENCE = 30.0
MODULE = ("-m", "courier_backend.runner")


class Node:
    """One node, asked over HTTP."""

    def __init__(self, told: dict[str, str], client: httpx.AsyncClient) -> None:
        self.id = told["id"]
        self.url = told["url"]
        self.token = told["token"]
        self.name = told["name"]
        self.home = Path(told["home"])
        self.client = client
        self.headers = {"authorization": f"Bearer {self.token}"}

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"{self.url}/v1/{path}", headers=self.headers)

    async def delete(self, run_id: str) -> httpx.Response:
        return await self.client.delete(f"{self.url}/v1/runs/{run_id}", headers=self.headers)

    async def post(self, path: str, body: object) -> httpx.Response:
        return await self.client.post(f"{self.url}/v1/{path}", headers=self.headers, json=body)

    async def release(self, *run_ids: str) -> httpx.Response:
        return await self.post("release", {"runIds": list(run_ids)})

    def order(self, *steps: Line, run_id: str = "") -> Line:
        return {
            "runId": run_id or str(uuid.uuid4()),
            "instanceId": str(uuid.uuid4()),
            "jobId": str(uuid.uuid4()),
            "nodeId": self.id,
            "groupNumber": 0,
            "actions": {"accessMode": "agent", "steps": list(steps)},
        }

    async def run(self, *steps: Line) -> list[Line]:
        """Order a run of these steps and read it to its end."""
        return await self.lines(self.order(*steps))

    async def lines(self, order: Line) -> list[Line]:
        async with self.ordered(order) as lines:
            return [line async for line in lines]

    @asynccontextmanager
    async def ordered(self, order: Line) -> AsyncIterator[AsyncIterator[Line]]:
        """Order a run; its lines as they come."""
        request = self.client.stream(
            "POST", f"{self.url}/v1/runs", headers=self.headers, json=order
        )
        async with request as response:
            if response.status_code != 200:
                raise AssertionError((await response.aread()).decode())
            yield parsed(response)

    @asynccontextmanager
    async def followed(self, path: str) -> AsyncIterator[AsyncIterator[Line]]:
        """Follow ``runs/ID/events`` or ``events``."""
        request = self.client.stream("GET", f"{self.url}/v1/{path}", headers=self.headers)
        async with request as response:
            assert response.status_code == 200
            yield parsed(response)

    async def events(self, run_id: str, after: int = 0) -> list[Line]:
        async with self.followed(f"runs/{run_id}/events?after={after}") as lines:
            return [line async for line in lines]


async def parsed(response: httpx.Response) -> AsyncIterator[Line]:
    async for line in response.aiter_lines():
        yield json.loads(line)


async def until(lines: AsyncIterator[Line], wanted: Callable[[Line], bool]) -> Line:
    """Read on until a line that is wanted."""
    async for line in lines:
        if wanted(line):
            return line
    raise AssertionError("the stream ended before it came")


async def until_cut(lines: AsyncIterator[Line]) -> None:
    """Read on until the stream is cut off before the run was finished."""
    with contextlib.suppress(httpx.RemoteProtocolError):
        async for line in lines:
            assert line["type"] != "run-finished"


def is_type(kind: str) -> Callable[[Line], bool]:
    return lambda line: line["type"] == kind


def says(text: str) -> Callable[[Line], bool]:
    return lambda line: line["type"] == "output" and text in line["text"]


def step(*commands: str, **more: Any) -> Line:
    """A step of the shell, in the normal form."""
    return {
        "name": "a step",
        "description": "",
        "interpreter": {
            "name": "chef-platform/shell-interpreter",
            "skill": {"minVersion": "1.0.0", "maxVersion": "1.9.99"},
        },
        "command": {"linux": list(commands)},
        "inputs": {},
        "expectedInputs": {},
        "outputFieldRules": {},
        "conditions": [],
        "retryCount": 0,
        "failureBehavior": {
            "action": "retryThenFail",
            "retryBackoffStrategy": {"type": "none", "delaySeconds": 0, "arguments": []},
        },
        "limits": {"cores": 0, "cpu": 1, "timeoutSeconds": 0},
        **more,
    }


def failing(action: str = "retryThenFail", **backoff: Any) -> Line:
    strategy = {"type": "none", "delaySeconds": 0, "arguments": [], **backoff}
    return {"action": action, "retryBackoffStrategy": strategy}


def limits(**given: Any) -> Line:
    return {"cores": 0, "cpu": 1, "timeoutSeconds": 0, **given}


def statuses(lines: list[Line]) -> list[Line]:
    return [line for line in lines if "seq" in line]


def one(lines: list[Line], kind: str) -> Line:
    found = [line for line in lines if line["type"] == kind]
    assert len(found) == 1, [line["type"] for line in lines]
    return found[0]


def text_of(lines: list[Line], stream: str = "stdout") -> str:
    return "".join(
        line["text"] for line in lines if line["type"] == "output" and line["stream"] == stream
    )


@asynccontextmanager
async def runner_inside(
    home: Path,
    nodes: int = 1,
    adjust: Callable[[Host], None] | None = None,
    heartbeat: float = 5.0,
    **setup: Any,
) -> AsyncIterator[tuple[Runner, list[Node]]]:
    """A runner in this process, on a port of its own."""
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    host = Host(boot_id(), (1024, 1024))
    if adjust is not None:
        adjust(host)
    made = assemble_nodes(Setup(home, nodes, **{"lab": True, **setup}), host)
    runner = Runner(home, made, host, heartbeat)
    await runner.resume()
    bound = bind("127.0.0.1:0", insecure_listen=False)
    ready = asyncio.Event()
    server = make_server(RunnerApp(runner), ready.set, runner.pulse.end_all)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    await ready.wait()
    announce(home, url_of(bound), made)
    told = json.loads((home / "runner.json").read_text())
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        try:
            yield runner, [Node(item, client) for item in told["nodes"]]
        finally:
            server.end()
            await serving
            await runner.close()


class RunnerProcess:
    """A runner as a process of its own."""

    def __init__(
        self, home: Path, *arguments: str, program: tuple[str, ...] = MODULE, lab: bool = True
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        command = [sys.executable, *program, "--home", str(home), *["--lab"] * lab, *arguments]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
        self.told = self._wait()

    def _wait(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(FileNotFoundError):
                told: dict[str, Any] = json.loads((self.home / "runner.json").read_text())
                if told["pid"] == self.process.pid:
                    return told
            if self.process.poll() is not None:
                raise AssertionError(self.said())
            time.sleep(0.01)
        raise AssertionError("the runner did not come up")

    def node(self, client: httpx.AsyncClient, index: int = 0) -> Node:
        return Node(self.told["nodes"][index], client)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def said(self) -> str:
        _, error = self.process.communicate(timeout=PATIENCE)
        return error.decode()


@contextlib.contextmanager
def runner_process(home: Path, *arguments: str, lab: bool = True) -> Iterator[RunnerProcess]:
    """A runner process that is gone afterwards, whatever happens."""
    running = RunnerProcess(home, *arguments, lab=lab)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end()


def alive(pid: int) -> bool:
    """Whether a process runs (a dead one that nobody buried yet does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in {"Z", "X"}


async def gone(*pids: int) -> None:
    """Wait until processes have ended."""
    async with asyncio.timeout(PATIENCE):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                descriptor = os.pidfd_open(pid)
                try:
                    await readable(descriptor)
                finally:
                    os.close(descriptor)


async def readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
