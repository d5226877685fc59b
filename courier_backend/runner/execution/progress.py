"""How far a run has come: read from what it told, so that a restart goes on from there."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from courier_backend.model.times import from_text
from courier_backend.model.variables import value_text
from courier_backend.runner.runs.run import Run


@dataclass(slots=True)
class Progress:
    """Where to go on. `step`: the step to begin or go on with; `attempt`: the last one begun.

    `open_attempt`: it was begun and never told to have ended; `private` is what finds its process.
    `last`: the line of the last attempt of the step that ended; `outputs`: what the steps that
    ended gave, the later ones over the earlier.
    """

    step: int = 1
    step_begun: bool = False
    attempt: int = 0
    open_attempt: bool = False
    begun_at: datetime | None = None
    private: dict[str, Any] | None = None
    last: dict[str, Any] | None = None
    failed: dict[str, Any] | None = None
    finished: bool = False
    outputs: dict[str, str] = field(default_factory=dict)

    def after(self, line: dict[str, Any]) -> "Progress":
        """Where to go on after the end of a step."""
        return Progress(step=line["step"] + 1, outputs={**self.outputs, **outputs_of(line)})


def outputs_of(line: dict[str, Any]) -> dict[str, str]:
    """What a step that has ended gives to the later ones."""
    return {name: value_text(value) for name, value in line["outputs"].items()}


def progress_of(run: Run) -> Progress:
    """What the lines of a run say."""
    progress = Progress()
    for seq, raw in enumerate(run.lines, 1):
        _take(progress, orjson.loads(raw), run.privates.get(seq))
    return progress


def _take(progress: Progress, line: dict[str, Any], private: dict[str, Any] | None) -> None:
    kind = line["type"]
    if kind == "step-started":
        progress.step, progress.step_begun = line["step"], True
        progress.attempt, progress.last = 0, None
    elif kind == "attempt-started":
        progress.attempt, progress.open_attempt = line["attempt"], True
        progress.begun_at, progress.private = from_text(line["time"]), private
    elif kind == "attempt-finished":
        progress.open_attempt, progress.last = False, line
    elif kind == "step-finished":
        _take_step_end(progress, line)
    elif kind == "run-finished":
        progress.finished = True


def _take_step_end(progress: Progress, line: dict[str, Any]) -> None:
    """The next step follows, unless this one ended the run."""
    progress.step, progress.step_begun = line["step"] + 1, False
    progress.attempt, progress.last = 0, None
    progress.outputs.update(outputs_of(line))
    if line["status"] in {"failure", "timeout", "canceled"} and not line["ignored"]:
        progress.failed = line
