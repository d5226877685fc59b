"""One attempt of a step: from the gate to the last byte of its output."""

from __future__ import annotations

import asyncio
import errno
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.model.times import system_clock
from courier_backend.runner.execution.census import Seen
from courier_backend.runner.execution.commands import command_of
from courier_backend.runner.execution.environment import step_environment
from courier_backend.runner.execution.outcome import Outcome, stopped
from courier_backend.runner.execution.output_cipher import OutputCipher
from courier_backend.runner.execution.pipes import OutputPipe, StreamName
from courier_backend.runner.execution.process import StepProcess
from courier_backend.runner.execution.spool import Spool
from courier_backend.runner.execution.stopping import end_tree
from courier_backend.runner.interpreters.gate import OPEN

if TYPE_CHECKING:
    from courier_backend.runner.execution.host import Host, NodeHost
    from courier_backend.runner.interpreters.interpreter import Program
    from courier_backend.runner.masking.secrets import Secrets
    from courier_backend.runner.runs.run import Run
    from courier_backend.runner.values.inputs import Inputs

_SHOWN_COMMAND: Final = 200
_REAP_SECONDS: Final = 2.0


@dataclass(slots=True)
class Task:
    """What is to be attempted, and where what comes of it is kept."""

    run: Run
    node: NodeHost
    number: int
    step: dict[str, Any]
    attempt: int
    program: Program
    inputs: Inputs
    secrets: Secrets
    stdout: Spool = field(init=False)
    stderr: Spool = field(init=False)
    evidence_folder: Path | None = None
    interrupted: bool = False

    def __post_init__(self) -> None:
        bounds, hidden = self.node.host.bounds, self.hides
        if hidden:
            self.run.hidden.add((self.number, self.attempt))
        self.stdout = Spool(self.stem("stdout"), bounds, OutputCipher() if hidden else None)
        self.stderr = Spool(self.stem("stderr"), bounds, OutputCipher() if hidden else None)

    @property
    def key(self) -> str:
        """The attempt in file names."""
        return f"{self.run.id}-{self.number}-{self.attempt}"

    @property
    def mark(self) -> str:
        """What every process of the attempt bears."""
        return f"{self.run.id}/{self.number}/{self.attempt}"

    @property
    def hides(self) -> bool:
        """Whether its output may hold a sensitive value that is not known before it has ended."""
        rules = self.step.get("outputFieldRules") or {}
        names = self.secrets.names
        return bool(names) and (not names.isdisjoint(rules) or self.program.conclude is not None)

    @property
    def limits(self) -> dict[str, Any]:
        """The limits of the step."""
        limits: dict[str, Any] = self.step.get("limits") or {}
        return limits

    @property
    def folder(self) -> Path:
        """Where it works: the input `dir` that the step itself names, else where steps begin.

        Raises:
            RuntimeError: it begins with ``~``, and there is no such home.
        """
        wanted = self.inputs.told.get("dir", "")
        try:
            return self.node.folder / Path(wanted).expanduser() if wanted else self.node.folder
        except RuntimeError as error:
            raise RuntimeError(f'nobody\'s home is "{Path(wanted).parts[0]}"') from error

    def flush(self) -> None:
        """Put the output so far where others can read it."""
        self.stdout.flush()
        self.stderr.flush()

    def stem(self, ending: str) -> Path:
        """A file of this attempt in the node's spool."""
        return self.node.spool / f"{self.key}.{ending}"


class Attempt:
    """Executes a task once. `start` spawns it at its gate, `finish` lets it run to its end."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[str] = self._loop.create_future()
        self._exited = asyncio.Event()
        self._process: StepProcess | None = None
        self._fault = ""
        self.started_at = system_clock()

    @property
    def pid(self) -> int:
        """The process; 0 when it could not be started."""
        return self._process.pid if self._process else 0

    @property
    def private(self) -> dict[str, Any]:
        """What a restart needs to find the process again."""
        start = self._process.start if self._process else 0
        folder = self._task.evidence_folder
        told = {"pid": self.pid, "start": start, "boot": self._host.boot_id}
        return told | {"evidence": folder.name if folder else ""}

    @property
    def _host(self) -> Host:
        return self._task.node.host

    def start(self) -> None:
        """Spawn the process; it waits at its gate. A failure is kept for `finish`."""
        task = self._task
        try:
            folder = task.folder
            task.evidence_folder = task.node.slots.take()
            if not folder.is_dir():
                self._fault = f'the working folder "{folder}" does not exist on this node'
                return
            environment = {
                **task.node.environment,
                **step_environment(
                    dict(task.run.order),
                    task.number,
                    task.inputs.given,
                    task.mark,
                    str(task.evidence_folder),
                ),
                **task.program.environment,
            }
            with command_of(task) as command:
                self._process = StepProcess(
                    command.arguments, environment, folder, command.descriptors
                )
        except (OSError, ValueError, RuntimeError) as error:
            self._fault = f"the process could not be started: {_sentence(error)}"
        else:
            self._host.orphans.started(self._process.pid)

    async def finish(self) -> Outcome:
        """Open the gate and see the process to its end."""
        if self._process is None:
            return Outcome(StepStatus.FAILURE, ReasonCode.SPAWN_FAILED, self._fault)
        begun = self._loop.time()
        self.started_at = system_clock()
        try:
            outcome = await self._run(self._process)
        finally:
            self._host.orphans.buried(self._process.pid)
        outcome.duration = round(self._loop.time() - begun, 6)
        return outcome

    def abandon(self) -> None:
        """End the process at its gate: it never ran."""
        if self._process is not None:
            self._process.abandon()
            self._host.orphans.buried(self._process.pid)

    async def _run(self, process: StepProcess) -> Outcome:
        confined = self._host.limiter.confine(process.pid, self._task.limits)
        process.restore_file_limit(*self._host.file_limit)
        pipes = [self._pipe("stdout", process.stdout), self._pipe("stderr", process.stderr)]
        timer = self._arm_timeout()
        self._task.run.on_cancel = lambda: self._decide("cancel")
        self._task.run.flush_output = self._task.flush
        process.open_gate(self._exit, OPEN + (self._task.program.stdin or b""))
        try:
            how = await self._over
            left = await self._end(process) if how != "end" else []
            await self._drain(pipes)
        except Exception:
            process.signal_group(signal.SIGKILL)
            raise
        finally:
            self._task.run.on_cancel = None
            self._task.run.flush_output = None
            if timer is not None:
                timer.cancel()
            for pipe in pipes:
                pipe.close()
            self._host.limiter.release(confined)
        outcome = _outcome(how, process, self._task.limits, left)
        outcome.unmet_limits = confined.unmet
        outcome.memory_bytes = max(outcome.memory_bytes, confined.most_bytes)
        if confined.ran_out_of_memory and outcome.status is StepStatus.FAILURE:
            outcome.reason_code = ReasonCode.OUT_OF_MEMORY
            most = int(self._task.limits["memoryBytes"])
            outcome.reason += f": it needed more memory than its limit, {most:,} bytes"
        outcome.left_running = await self._left_running(process) if how == "end" else []
        return outcome

    def _pipe(self, name: StreamName, descriptor: int) -> OutputPipe:
        task = self._task
        head = {"step": task.number, "attempt": task.attempt}
        spool = task.stdout if name == "stdout" else task.stderr
        mask, hidden = task.secrets.mask, task.hides
        return OutputPipe(descriptor, name, head, task.run, spool, mask, hidden=hidden)

    def _arm_timeout(self) -> asyncio.TimerHandle | None:
        seconds = float(self._task.limits.get("timeoutSeconds") or 0)
        return self._loop.call_later(seconds, self._decide, "timeout") if seconds > 0 else None

    def _exit(self) -> None:
        self._exited.set()
        self._decide("end")

    def _decide(self, how: str) -> None:
        if not self._over.done():
            self._over.set_result(how)

    async def _end(self, process: StepProcess) -> list[Seen]:
        """End the whole tree; the group at once, the rest as it is found."""
        process.signal_group(signal.SIGTERM, signal.SIGCONT)
        host = self._host
        left = await end_tree(self._task.mark, process.pid, host.census, host.grace_seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(_REAP_SECONDS):
                await self._exited.wait()
        host.orphans.left_by(self._task.mark)
        return left

    async def _drain(self, pipes: list[OutputPipe]) -> None:
        """What is in the pipes still counts; one that others hold open is read a second more."""
        for pipe in pipes:
            pipe.drain()
        still_open = [pipe for pipe in pipes if pipe.is_open]
        if still_open:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._host.drain_seconds):
                    for pipe in still_open:
                        await pipe.ended()

    async def _left_running(self, process: StepProcess) -> list[dict[str, Any]]:
        """What the attempt leaves behind; looked for only when there is a sign of it."""
        mask = self._task.secrets.mask
        if not self._host.orphans.left_by(self._task.mark) and not process.has_company():
            return []
        snapshot = await self._host.census.fresh()
        return [
            {"pid": seen.pid, "command": mask.text(_command_of(seen.pid))[:_SHOWN_COMMAND]}
            for seen in snapshot.of(self._task.mark, None)
        ]


def _outcome(how: str, process: StepProcess, limits: dict[str, Any], left: list[Seen]) -> Outcome:
    outcome = _verdict(how, process, limits)
    if left:
        pids = ", ".join(str(seen.pid) for seen in left)
        outcome.reason_code = ReasonCode.CANCEL_UNCONFIRMED
        outcome.reason = f"{outcome.reason}; these processes could not be ended: {pids}"
    if process.ending is not None:
        outcome.exit_code = process.ending.exit_code
        outcome.signal_name = process.ending.signal_name
        outcome.cpu_seconds = process.ending.cpu_seconds
        outcome.memory_bytes = process.ending.memory_bytes
    return outcome


def _verdict(how: str, process: StepProcess, limits: dict[str, Any]) -> Outcome:
    if how != "end":
        return stopped(how, limits)
    ending = process.ending
    if ending is None or ending.signal_name is not None:
        name = ending.signal_name if ending else "an unknown signal"
        return Outcome(StepStatus.FAILURE, ReasonCode.SIGNAL, f"ended by {name}")
    if ending.exit_code:
        sentence = f"ended with exit code {ending.exit_code}"
        return Outcome(StepStatus.FAILURE, ReasonCode.EXIT_CODE, sentence)
    return Outcome(StepStatus.SUCCESS)


def _command_of(pid: int) -> str:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b" ".join(words).decode(errors="replace").strip()
    return ""


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.E2BIG:
        return "its inputs and its command are too long together; keep long values in files"
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
