"""One step of a run: its attempts, the pauses between them, its end."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from courier_backend.model.protocol import EvidenceNote
from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.model.times import from_text, system_clock, to_text
from courier_backend.runner.execution.attempt import Attempt, Task
from courier_backend.runner.execution.backoff import pause_before
from courier_backend.runner.execution.concluding import concluded
from courier_backend.runner.execution.evidence import make_evidence
from courier_backend.runner.execution.guarding import guard_outputs
from courier_backend.runner.execution.host import NodeHost
from courier_backend.runner.execution.interruption import end_interrupted, interrupted_task
from courier_backend.runner.execution.outcome import Outcome
from courier_backend.runner.execution.outputs import with_outputs
from courier_backend.runner.execution.progress import Progress, texts
from courier_backend.runner.execution.rebooting import (
    note_refusal,
    take_up_restart,
    wait_for_boot,
)
from courier_backend.runner.execution.requesting import request_of
from courier_backend.runner.execution.revealing import Revealing
from courier_backend.runner.execution.story import story_of
from courier_backend.runner.interpreters.interpreter import Interpreter, Program, StepFault
from courier_backend.runner.masking.secrets import Secrets
from courier_backend.runner.runs.run import Run
from courier_backend.runner.values.conditions import unmet
from courier_backend.runner.values.inputs import check_inputs, resolve_inputs, shortened

Line = dict[str, Any]


class StepExecution:
    """Executes one step, from wherever it stands."""

    def __init__(self, run: Run, node: NodeHost, progress: Progress) -> None:
        steps: list[dict[str, Any]] = run.order["actions"]["steps"]
        self._run = run
        self._node = node
        self._progress = progress
        self._number = progress.step
        self._step = steps[progress.step - 1]
        known = {**progress.outputs, **progress.sensitive_outputs}
        self._secrets = Secrets(steps, known, progress.seen)
        self._sensitive_outputs = dict(progress.sensitive_outputs)
        self._inputs = self._secrets.marked(
            resolve_inputs(self._step, progress.outputs, node.fact_values, self._secrets.names)
        )

    def given(self, line: Line) -> dict[str, Any]:
        """The outputs of the step, which `line` ended, sensitive ones too."""
        return {**line["outputs"], **self._sensitive_outputs} if line["outputs"] else {}

    async def execute(self) -> Line:
        """Go on to the end of the step; gives its ``step-finished``."""
        begun = self._progress.step_begun
        if not begun and (reason := await self._skipped()):
            self._begin(None)
            return self._end_with(StepStatus.SKIPPED, ReasonCode.CONDITIONS, reason, 0)
        try:
            check_inputs(self._step, self._inputs)
            interpreter = self._node.host.interpreters.named_by(self._step)
            program = interpreter.program(request_of(self._step, self._inputs, self._node))
        except StepFault as fault:
            if not begun:
                self._begin(None)
            made = self._progress.attempt
            return self._end_with(StepStatus.FAILURE, fault.code, fault.sentence, made)
        if not begun:
            self._begin(interpreter)
        return await self._attempts(interpreter, program)

    async def _skipped(self) -> str:
        """Why the step is skipped; "" when it is not. Patterns may take their time."""
        conditions = self._step.get("conditions") or []
        if any(condition["operator"] == "matches" for condition in conditions):
            return await asyncio.to_thread(unmet, conditions, self._inputs)
        return unmet(conditions, self._inputs)

    def _begin(self, interpreter: Interpreter | None, **interim: Any) -> None:  # noqa: ANN401
        wanted = self._step.get("interpreter") or {}
        self._run.tell(
            {
                "type": "step-started",
                "step": self._number,
                "name": self._secrets.mask.text(str(self._step.get("name") or "")),
                "interpreter": interpreter.skill["name"] if interpreter else wanted.get("name", ""),
                "interpreterVersion": interpreter.skill["version"] if interpreter else "",
                "interpreterPath": interpreter.path if interpreter else "",
                **interim,
            }
        )

    async def _attempts(self, interpreter: Interpreter, program: Program) -> Line:
        progress = self._progress
        number, last = progress.attempt, progress.last
        if progress.open_attempt:
            last = await self._close_open(interpreter, program)
        while last is None or last["retryInSeconds"] is not None:
            if last is not None:
                await self._pause(last)
            await self._run.may_go_on()
            if self._run.cancel_asked:
                break
            number += 1
            last = await self._attempt(interpreter, self._task(program, number))
        return self._end(last, number)

    def _task(self, program: Program, number: int) -> Task:
        return Task(
            self._run,
            self._node,
            self._number,
            self._step,
            number,
            program,
            self._inputs,
            self._secrets,
        )

    async def _attempt(self, interpreter: Interpreter, task: Task) -> Line:
        """The process is at its gate before its start is told, and runs only afterwards."""
        attempt = Attempt(task)
        attempt.start()
        head = {"step": task.number, "attempt": task.attempt}
        started = {"type": "attempt-started", **head, "pid": attempt.pid}
        try:
            self._run.tell(started, attempt.private)
            await self._run.written()
        except asyncio.CancelledError:
            attempt.abandon()
            raise
        if self._run.cancel_asked:
            attempt.abandon()
            never = "stopped on request before it ran"
            outcome = Outcome(StepStatus.CANCELED, ReasonCode.OPERATOR, never)
        else:
            outcome = await concluded(task, await attempt.finish())
            if task.program.restarts and outcome.is_success:
                outcome = await self._restart(interpreter, task, outcome, attempt.started_at)
            elif task.program.restarts:
                note_refusal(task, outcome)
            outcome = await with_outputs(task, outcome, self._progress.outputs)
        return await self._finish(interpreter, task, outcome, attempt.started_at)

    async def _restart(
        self, interpreter: Interpreter, task: Task, asked: Outcome, started_at: datetime
    ) -> Outcome:
        """The machine goes down now; what is known of the attempt must be on disk before."""
        task.flush()
        self._begin(interpreter, interim=StepStatus.ACTIVE, attempt=task.attempt)
        await self._run.written()
        return await wait_for_boot(task, started_at, asked)

    async def _close_open(self, interpreter: Interpreter, program: Program) -> Line:
        """An attempt that an earlier runner began: end what is left of it, and say so."""
        progress = self._progress
        task = interrupted_task(self._task(program, progress.attempt), progress)
        close = take_up_restart if program.restarts else end_interrupted
        outcome = await close(task, progress)
        return await self._finish(interpreter, task, outcome, progress.begun_at or system_clock())

    async def _finish(
        self, interpreter: Interpreter, task: Task, outcome: Outcome, started_at: datetime
    ) -> Line:
        """Tell the end of an attempt, and its evidence behind it."""
        self._run.files.update([*task.stdout.paths(), *task.stderr.paths()])
        guard_outputs(self._secrets, outcome, self._step.get("outputFieldRules") or {})
        self._sensitive_outputs = self._secrets.only(outcome.outputs) or outcome.leftover_secrets
        self._progress.seen += texts(self._sensitive_outputs).values()
        note, evidence = await make_evidence(
            task,
            story_of(task, interpreter, outcome, started_at),
            Revealing(task, outcome.outputs),
            tidy=not outcome.left_running,
        )
        ended = self._ended(task, outcome, started_at, note)
        line = self._run.tell(ended, self._run.sealed(self._sensitive_outputs))
        if evidence is not None:
            self._run.attach(*evidence)
        return line

    def _ended(
        self, task: Task, outcome: Outcome, started_at: datetime, note: EvidenceNote
    ) -> Line:
        return {
            "type": "attempt-finished",
            "step": task.number,
            "attempt": task.attempt,
            "status": outcome.status,
            "exitCode": outcome.exit_code,
            "signal": outcome.signal_name,
            "reasonCode": outcome.reason_code,
            "reason": self._secrets.sentence(outcome.reason),
            "startedAt": to_text(started_at),
            "durationSeconds": outcome.duration,
            "stdoutBytes": task.stdout.total,
            "stderrBytes": task.stderr.total,
            "outputs": self._secrets.told(outcome.outputs),
            "retryInSeconds": self._retry_in(task.attempt, outcome),
            "evidence": note,
        }

    def _retry_in(self, attempt: int, outcome: Outcome) -> float | None:
        """Seconds until the next attempt; None when this was the last."""
        stopped = outcome.status is StepStatus.CANCELED or self._run.cancel_asked
        if outcome.is_success or stopped or attempt > int(self._step.get("retryCount") or 0):
            return None
        behavior = self._step.get("failureBehavior") or {}
        return pause_before(attempt, behavior.get("retryBackoffStrategy") or {})

    async def _pause(self, last: Line) -> None:
        """Wait for the time of the retry, as it was told; a cancel ends the wait."""
        seconds = float(last["retryInSeconds"])
        due = from_text(last["time"]) + timedelta(seconds=seconds)
        left = min((due - system_clock()).total_seconds(), seconds)
        if left <= 0 or self._run.cancel_asked:
            return
        canceled = asyncio.Event()
        self._run.on_cancel = canceled.set
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await canceled.wait()
        finally:
            self._run.on_cancel = None

    def _end(self, last: Line | None, attempts: int) -> Line:
        """How the step ends after its last attempt."""
        if last is not None and last["status"] == StepStatus.SUCCESS:
            return self._end_with(StepStatus.SUCCESS, ReasonCode.NONE, "", attempts, last)
        if last is not None and last["status"] == StepStatus.CANCELED:
            return self._end_with(
                StepStatus.CANCELED, last["reasonCode"], last["reason"], attempts, last
            )
        if last is None or self._run.cancel_asked:
            reason = f"stopped on request before it ran{' again' if last else ''}"
            return self._end_with(StepStatus.CANCELED, ReasonCode.OPERATOR, reason, attempts, last)
        status = StepStatus(last["status"])
        return self._end_with(status, last["reasonCode"], last["reason"], attempts, last)

    def _end_with(
        self, status: StepStatus, code: str, reason: str, attempts: int, last: Line | None = None
    ) -> Line:
        behavior = self._step.get("failureBehavior") or {}
        failed = status in {StepStatus.FAILURE, StepStatus.TIMEOUT}
        sensitive = self._sensitive_outputs if last and last["outputs"] else {}
        return self._run.tell(
            {
                "type": "step-finished",
                "step": self._number,
                "status": status,
                "ignored": failed and behavior.get("action") == "retryThenIgnore",
                "numAttempts": attempts,
                "reasonCode": code,
                "reason": self._secrets.sentence(reason),
                "inputs": shortened(self._secrets.told(self._inputs.told)),
                "outputs": last["outputs"] if last else {},
            },
            self._run.sealed(sensitive),
        )
