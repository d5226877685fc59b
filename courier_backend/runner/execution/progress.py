"""How far a run has come: read from what it told, so that a restart goes on from there."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from courier_backend.model.times import from_text
from courier_backend.model.variables import value_text
from courier_backend.runner.runs.run import Run

_GIVING: Final = frozenset({"attempt-finished", "step-finished"})


@dataclass(slots=True)
class Progress:
    """Where to go on. `step`: the step to begin or go on with; `attempt`: the last one begun.

    `open_attempt`: it was begun and never told to have ended; `private` is what finds its process;
    `restarting`: it has asked for a restart of the machine. `last`: the line of the last attempt
    of the step that ended; `outputs`: what the steps that ended gave, the later ones over the
    earlier; `sensitive_outputs`: those of `last`; `seen`: every sensitive output that any attempt
    gave, also one that failed or was done anew: what it printed may turn up again.
    """

    step: int = 1
    step_begun: bool = False
    attempt: int = 0
    open_attempt: bool = False
    restarting: bool = False
    begun_at: datetime | None = None
    private: dict[str, Any] | None = None
    last: dict[str, Any] | None = None
    failed: dict[str, Any] | None = None
    finished: bool = False
    outputs: dict[str, str] = field(default_factory=dict)
    sensitive_outputs: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    @property
    def is_fresh(self) -> bool:
        """Whether nothing of the run was begun yet."""
        return self.step == 1 and not self.step_begun and not self.finished

    def after(self, line: dict[str, Any], given: dict[str, Any]) -> "Progress":
        """Where to go on after the end of a step that gave these outputs."""
        outputs = {**self.outputs, **texts(given)}
        return Progress(step=line["step"] + 1, outputs=outputs, seen=self.seen)


def texts(outputs: dict[str, Any]) -> dict[str, str]:
    """Outputs as later steps find them."""
    return {name: value_text(value) for name, value in outputs.items()}


def progress_of(run: Run) -> Progress:
    """What the lines of a run say."""
    progress = Progress()
    for seq, raw in enumerate(run.lines, 1):
        line, private = orjson.loads(raw), run.privates.get(seq)
        _take(progress, line, private)
        if line["type"] in _GIVING and (sensitive := run.opened(private)):
            _take_sensitive(progress, line, sensitive)
    return progress


def _take(progress: Progress, line: dict[str, Any], private: dict[str, Any] | None) -> None:
    kind = line["type"]
    if kind == "step-started" and line.get("interim"):
        progress.restarting = True
    elif kind == "step-started":
        progress.step, progress.step_begun = line["step"], True
        progress.attempt, progress.last = 0, None
    elif kind == "attempt-started":
        progress.attempt, progress.open_attempt = line["attempt"], True
        progress.restarting = False
        progress.begun_at, progress.private = from_text(line["time"]), private
    elif kind == "attempt-finished":
        progress.open_attempt, progress.last = False, line
        progress.sensitive_outputs = {}
    elif kind == "step-finished":
        _take_step_end(progress, line)
    elif kind == "run-finished":
        progress.finished = True


def _take_sensitive(progress: Progress, line: dict[str, Any], sensitive: dict[str, Any]) -> None:
    progress.seen += texts(sensitive).values()
    if line["type"] == "step-finished":
        progress.outputs.update(texts(sensitive))
    elif line["outputs"]:
        progress.sensitive_outputs = sensitive


def _take_step_end(progress: Progress, line: dict[str, Any]) -> None:
    """The next step follows, unless this one ended the run."""
    progress.step, progress.step_begun = line["step"] + 1, False
    progress.attempt, progress.last, progress.sensitive_outputs = 0, None, {}
    progress.outputs.update(texts(line["outputs"]))
    if line["status"] in {"failure", "timeout", "canceled"} and not line["ignored"]:
        progress.failed = line
