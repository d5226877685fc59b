"""Attempts that restart the machine: they end with the boot, and the run goes on behind it.

That the machine has booted is told by its boot id. The boot ends this very process, so it is
usually a later runner of the same home that sees it.
"""

import asyncio
import subprocess
from contextlib import suppress
from datetime import datetime
from typing import Final

from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.model.times import system_clock
from courier_backend.runner.execution.attempt import Task
from courier_backend.runner.execution.interruption import end_interrupted
from courier_backend.runner.execution.outcome import Outcome, stopped
from courier_backend.runner.execution.progress import Progress

_WITHDRAW_SECONDS: Final = 5.0
_SAID_BYTES: Final = 300
_WITHDRAWN: Final = "the restart was withdrawn"
_STILL_COMING: Final = "the restart could not be withdrawn, so the machine may still go down"


async def wait_for_boot(task: Task, begun_at: datetime, asked: Outcome) -> Outcome:
    """Wait until the boot is there, a cancel, or the limit of the step.

    `asked`: how the asking ended (well); it is the outcome once the machine has booted.
    """
    how = await _first_of(task, begun_at)
    asked.duration = _seconds_since(begun_at)
    if how == "boot":
        return asked
    outcome = stopped(how, task.limits)
    outcome.duration = asked.duration
    withdrawn = await _withdraw(task)
    outcome.reason = f"{outcome.reason}; {_WITHDRAWN if withdrawn else _STILL_COMING}"
    if not withdrawn:
        outcome.reason_code = ReasonCode.CANCEL_UNCONFIRMED
    return outcome


def note_refusal(task: Task, outcome: Outcome) -> None:
    """Let the reason of an order that was refused say why, in the words of who refused it."""
    said = task.stderr.part(0, _SAID_BYTES).decode(errors="replace").split("\n")
    words = [line.strip() for line in said if line.strip()]
    if words and outcome.reason_code is ReasonCode.EXIT_CODE:
        outcome.reason = f"the restart was refused: {words[-1]}"


async def take_up_restart(task: Task, progress: Progress) -> Outcome:
    """What became of a restart that an earlier runner asked for, if it could start that at all."""
    known = progress.private or {}
    begun_at = progress.begun_at or system_clock()
    asked = Outcome(StepStatus.SUCCESS, exit_code=0, duration=_seconds_since(begun_at))
    if known.get("pid") and known.get("boot", "") != task.node.host.boot_id:
        return asked
    if progress.restarting:
        return await wait_for_boot(task, begun_at, asked)
    return await end_interrupted(task, progress)


async def _first_of(task: Task, begun_at: datetime) -> str:
    loop = asyncio.get_running_loop()
    over: asyncio.Future[str] = loop.create_future()

    def decide(how: str) -> None:
        if not over.done():
            over.set_result(how)

    timers = []
    if task.node.dry_restart:
        timers.append(loop.call_later(task.node.host.dry_boot_seconds, decide, "boot"))
    if limit := float(task.limits.get("timeoutSeconds") or 0):
        left = max(0.0, limit - _seconds_since(begun_at))
        timers.append(loop.call_later(left, decide, "timeout"))
    task.run.on_cancel = lambda: decide("cancel")
    if task.run.cancel_asked:
        decide("cancel")
    try:
        return await over
    finally:
        task.run.on_cancel = None
        for timer in timers:
            timer.cancel()


async def _withdraw(task: Task) -> bool:
    """Take the order to restart back; whether that was possible."""
    command = task.program.withdraw
    if not command:
        return True
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(  # noqa: ASYNC220  our reaper must know it before it can end
            command, stdin=quiet, stdout=quiet, stderr=quiet, env=task.node.environment
        )
    except OSError:
        return False
    orphans = task.node.host.orphans
    orphans.started(process.pid)
    with suppress(subprocess.TimeoutExpired):
        await asyncio.to_thread(process.wait, _WITHDRAW_SECONDS)
    if process.poll() is None:
        process.kill()
        await asyncio.to_thread(process.wait)
    orphans.buried(process.pid)
    return process.returncode == 0


def _seconds_since(moment: datetime) -> float:
    return round(max(0.0, (system_clock() - moment).total_seconds()), 6)
