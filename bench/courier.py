"""A whole Courier in a home of its own: backend, runners and lab as real processes.

Used by the bench and by the tests that need all of it. Whatever was started is ended again.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil

FINAL: Final = frozenset({"success", "failure", "canceled", "skipped"})
_JOBS: Final = "/courier/scheduler-api/v1/jobs"
_STATE: Final = "/courier/state-api/v1"
_POLL_SECONDS: Final = 0.02
_CALL_SECONDS: Final = 120
_KEPT_SECONDS: Final = 2
_COMMAND_SECONDS: Final = 300

Item = dict[str, Any]


class Refused(Exception):
    """The backend or a command answered with an error."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status


class Courier:
    """An installation under `home`; use it as a context."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("COURIER_")
        } | {"COURIER_HOME": str(home)}
        self._connection: http.client.HTTPConnection | None = None
        self._token = ""
        self._used_at = 0.0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    # Commands, as a person or a script gives them.

    def command(
        self, *arguments: str, check: bool = True, timeout: float = _COMMAND_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run ``courier …`` to its end; its output as text."""
        done = subprocess.run(
            [sys.executable, "-m", "courier_backend", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )
        if check and done.returncode != 0:
            raise Refused(done.returncode, done.stderr or done.stdout)
        return done

    def answer(self, *arguments: str) -> Item:
        """The JSON that ``courier …`` prints."""
        answer: Item = json.loads(self.command(*arguments).stdout)
        return answer

    # Processes.

    def start(self) -> None:
        """Bring the backend up and learn where it answers."""
        self.command("backend", "start")
        self._connect()

    def start_directly(self) -> float:
        """Bring the backend up as a child of this process; seconds until it answers."""
        command = [sys.executable, "-m", "courier_backend.backend", "--detached"]
        begin = time.perf_counter()
        subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL)
        if not wait_until(self._answers, 60):
            raise TimeoutError("the backend does not answer")
        return time.perf_counter() - begin

    def kill(self) -> None:
        """SIGKILL the backend, as a crash would."""
        pid = self.backend_pid
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(pid), 10)
        self._disconnect()

    def end(self) -> None:
        """Stop the lab, the backend and this machine's runner; kill what does not go."""
        pids = [*self.pids(), *self.runner_pids()]
        self._disconnect()
        for words in (("lab", "down"), ("backend", "stop", "--all")):
            with suppress(Refused, subprocess.TimeoutExpired):
                self.command(*words, timeout=60)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for pid in pids:
            if not wait_until(lambda pid=pid: not is_alive(pid), 15):  # type: ignore[misc]  # bound
                os.kill(pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        """The backend, if it runs."""
        try:
            return [self.backend_pid]
        except (OSError, ValueError, http.client.HTTPException):
            return []

    @property
    def backend_pid(self) -> int:
        """The process that answers (the announced one may be that of the backend before)."""
        return int(self.call("GET", "/courier/backend/v1/status")["item"]["pid"])

    def runner_pids(self) -> list[int]:
        """Every runner process of this home that lives."""
        files = [*self.home.glob("data/lab/*/runner.json"), self.builtin_file]
        pids = [int(json.loads(file.read_text())["pid"]) for file in files if file.exists()]
        return [pid for pid in pids if is_alive(pid)]

    @property
    def builtin_file(self) -> Path:
        """What the runner of this machine's own node wrote about itself."""
        return self.home / "data" / "node" / "runner.json"

    def lab(self, nodes: int, seed: int = 1) -> list[Item]:
        """A lab of that many nodes."""
        words = ("lab", "up", "--nodes", str(nodes), "--seed", str(seed), "--format", "json")
        items: list[Item] = self.answer(*words)["items"]
        return items

    # The API.

    def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Item:
        """One exchange; JSON in, JSON out.

        Raises:
            Refused: it answered with an error.
        """
        if self._connection is None or time.monotonic() - self._used_at > _KEPT_SECONDS:
            self._disconnect()
            self._connect()
        assert self._connection is not None
        self._used_at = time.monotonic()
        sent = None if body is None else json.dumps(body).encode()
        told = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            self._connection.request(method, path, sent, told | (headers or {}))
            response = self._connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException):
            self._disconnect()
            raise
        if response.status >= 400:
            raise Refused(response.status, text)
        answer: Item = json.loads(text)
        return answer

    @staticmethod
    def download(url: str) -> bytes:
        """What a signed link leads to; no token goes along."""
        with urlopen(url, timeout=_CALL_SECONDS) as response:
            content: bytes = response.read()
        return content

    def submit(self, job: Item) -> Item:
        """Accept a job; `id`, `instanceId`, ...."""
        item: Item = self.call("POST", _JOBS, job)["item"]
        return item

    def instance(self, instance_id: str) -> Item:
        """An instance as it is now."""
        item: Item = self.call("GET", f"{_STATE}/instance/{instance_id}")["item"]
        return item

    def runs(self, instance_id: str, size: int = 1000) -> list[Item]:
        """The runs of an instance (the first `size`)."""
        path = f"{_STATE}/instance/{instance_id}/runs?pagination.size={size}"
        items: list[Item] = self.call("GET", path)["items"]
        return items

    def steps(self, run_id: str) -> list[Item]:
        """The steps of a run."""
        items: list[Item] = self.call("GET", f"{_STATE}/run/{run_id}/steps")["items"]
        return items

    def finish(self, instance_id: str, seconds: float = 120, poll: float = _POLL_SECONDS) -> Item:
        """Wait until an instance is final."""
        end = time.monotonic() + seconds
        while (item := self.instance(instance_id))["status"] not in FINAL:
            if time.monotonic() > end:
                raise TimeoutError(f"instance {instance_id} is still {item['status']}: {item}")
            time.sleep(poll)
        return item

    def _answers(self) -> bool:
        with suppress(OSError, ValueError, http.client.HTTPException, Refused):
            self._connect()
            answer = self.call("GET", "/healthz?nonce=1")
            return bool(answer["status"] == "ok")
        return False

    def announced(self) -> Item:
        """What the backend wrote about itself: `url`, `token`, `pid`."""
        told: Item = json.loads((self.home / "run" / "backend.json").read_text())
        return told

    def _connect(self) -> None:
        told = self.announced()
        place = urlsplit(told["url"])
        self._token = told["token"]
        self._connection = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=_CALL_SECONDS
        )

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def is_alive(pid: int) -> bool:
    """Whether a process lives (a zombie does not)."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether something came true in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True


@contextmanager
def lab_of(home: Path, nodes: int) -> Iterator[tuple[Courier, list[str]]]:
    """A Courier with a lab (none of 0 nodes); gives it and the ids of the lab's nodes."""
    with Courier(home) as courier:
        yield courier, [node["id"] for node in courier.lab(nodes)] if nodes else []
