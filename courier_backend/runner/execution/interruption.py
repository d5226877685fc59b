"""Attempts that were running when an earlier runner of this home ended."""

from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.runner.execution.attempt import Task
from courier_backend.runner.execution.clockwork import start_ticks
from courier_backend.runner.execution.outcome import Outcome
from courier_backend.runner.execution.progress import Progress
from courier_backend.runner.execution.spool import Spool
from courier_backend.runner.execution.stopping import end_tree


def interrupted_task(task: Task, progress: Progress) -> Task:
    """The task with the output that was kept so far, and its evidence folder."""
    bounds = task.node.host.bounds
    task.interrupted = True
    task.stdout = Spool.found(task.stem("stdout"), bounds)
    task.stderr = Spool.found(task.stem("stderr"), bounds)
    name = str((progress.private or {}).get("evidence") or "")
    task.evidence_folder = task.node.spool / name if name else None
    return task


async def end_interrupted(task: Task, progress: Progress) -> Outcome:
    """End what is left of the attempt, and say what became of it."""
    host = task.node.host
    known = progress.private or {}
    rebooted = known.get("boot", "") != host.boot_id
    pid, start = int(known.get("pid") or 0), int(known.get("start") or 0)
    ours = pid and not rebooted and start_ticks(pid) == start
    left = await end_tree(task.mark, pid if ours else None, host.census, host.grace_seconds)
    if task.run.cancel_asked:
        return Outcome(StepStatus.CANCELED, ReasonCode.OPERATOR, "stopped on request")
    cause = "the machine was restarted" if rebooted else "the runner was restarted"
    reason = f"{cause} while it ran, so what it did is not known"
    if left:
        reason += f"; still running: {', '.join(str(seen.pid) for seen in left)}"
    return Outcome(StepStatus.FAILURE, ReasonCode.INTERRUPTED, reason)
