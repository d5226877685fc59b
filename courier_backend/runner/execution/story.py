"""``attempt.json``: what was executed, how it ended, what it used and what it left."""

from datetime import datetime
from typing import Any

from courier_backend.model.times import system_clock, to_text
from courier_backend.runner.execution.attempt import Task
from courier_backend.runner.execution.outcome import Outcome
from courier_backend.runner.interpreters.interpreter import Interpreter


def story_of(
    task: Task, interpreter: Interpreter, outcome: Outcome, started_at: datetime
) -> dict[str, Any]:
    """The story of an attempt that has ended. What people wrote or programs said is masked."""
    order, secrets = task.run.order, task.secrets
    mask = secrets.mask
    return {
        "runId": order["runId"],
        "instanceId": order["instanceId"],
        "jobId": order["jobId"],
        "nodeId": order["nodeId"],
        "step": task.number,
        "attempt": task.attempt,
        "name": mask.value(task.step.get("name", "")),
        "interpreter": interpreter.skill["name"],
        "interpreterVersion": interpreter.skill["version"],
        "interpreterPath": interpreter.path,
        "command": mask.value(task.program.shown),
        "asked": mask.value(task.program.asked),
        "inputs": secrets.told(task.inputs.told),
        "status": outcome.status,
        "reasonCode": outcome.reason_code,
        "reason": mask.text(outcome.reason),
        "exitCode": outcome.exit_code,
        "signal": outcome.signal_name,
        "startedAt": to_text(started_at),
        "finishedAt": to_text(system_clock()),
        "durationSeconds": outcome.duration,
        "cpuSeconds": outcome.cpu_seconds,
        "maxMemoryBytes": outcome.memory_bytes,
        "limits": task.limits,
        "limitsNotEnforced": outcome.unmet_limits,
        "stdoutBytes": task.stdout.total,
        "stderrBytes": task.stderr.total,
        "outputTrouble": task.stdout.trouble or task.stderr.trouble,
        "outputs": secrets.told(outcome.outputs),
        "outputsMissing": mask.value(outcome.missing_outputs),
        "runContext": mask.value(outcome.context),
        "leftRunning": mask.value(outcome.left_running),
    }
