"""A step begins, waits or ends: one update stands for all that happened since the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from courier_backend.model.errors import Conflict, NotFound
from courier_backend.model.event import NewEvent
from courier_backend.model.outside_bodies import StepUpdate, values_of
from courier_backend.model.sensitive import hidden
from courier_backend.model.status import FINAL_STEP, ReasonCode, RunStatus, StepStatus
from courier_backend.model.times import ZERO_TIME, from_text, to_text
from courier_backend.model.variables import sensitive_names
from courier_backend.model.wire import StepItem
from courier_backend.orchestrator.outside.about import Outside
from courier_backend.orchestrator.outside.runs import refuse_ended, take_in


def stepped(
    about: Outside, steps: Sequence[StepItem], number: int, update: StepUpdate
) -> list[NewEvent]:
    """How a step of the run is now.

    Raises:
        NotFound: the run has no such step.
        Conflict: the step or the run has ended.
    """
    step = next((each for each in steps if each["stepNumber"] == number), None)
    if step is None:
        raise NotFound(f"Run {about.run['runId']} has no step {number}: it has {len(steps)}.")
    refuse_ended(about.run, late_too=True)
    if step["startedAt"] != ZERO_TIME and step["status"] in FINAL_STEP:
        raise Conflict(f"Step {number} has ended already: {step['status']}.")
    begun = take_in(about) if about.run["status"] == RunStatus.PENDING else []
    status = RunStatus.RECEIVED if begun else RunStatus(about.run["status"])
    attempt = update.num_attempts or max(step["numAttempts"], 1)
    if attempt < step["numAttempts"]:
        raise Conflict(f"Step {number} is at attempt {step['numAttempts']} already.")
    under_way = _Step(about, step, update, attempt, status)
    return [*begun, *under_way.events()]


@dataclass(slots=True)
class _Step:
    """One update of a step, and the events that it stands for."""

    about: Outside
    step: StepItem
    update: StepUpdate
    attempt: int
    status: RunStatus

    def events(self) -> list[NewEvent]:
        """All of them, in order."""
        events = [self._started()]
        known = {each["attemptNumber"]: each for each in self.step["attempts"]}
        if self.update.status == "skipped":
            return [*events, self._finished(0)]
        for number in range(1, self.attempt + 1):
            if number not in known:
                events.append(self._attempt_started(number))
            open_one = number not in known or known[number]["status"] == StepStatus.RUNNING
            if number < self.attempt and open_one:
                events.append(self._attempt_finished(number, StepStatus.FAILURE, last=False))
        if self.update.status in FINAL_STEP:
            last = StepStatus(self.update.status)
            events += [self._attempt_finished(self.attempt, last, last=True)]
            events += [self._finished(self.attempt)]
        return events

    def _moves(self) -> dict[str, Any]:
        """The run works now, unless it was told to have timed out."""
        before = self.status
        if before is not RunStatus.TIMEOUT:
            self.status = RunStatus.RUNNING
        return {"from": before, "status": self.status}

    def _started(self) -> NewEvent:
        spec = self.step
        return self.about.told(
            "step-started",
            **self._moves(),
            step=spec["stepNumber"],
            name=self.update.name or spec["name"],
            interpreter=spec["interpreter"],
            interpreterVersion=self.update.interpreter_version or spec["interpreterVersion"],
            interpreterPath=self.update.interpreter_path or spec["interpreterPath"],
            stepStatus="active" if self.update.status == "active" else "running",
            startedAt=None if spec["startedAt"] == ZERO_TIME else spec["startedAt"],
        )

    def _attempt_started(self, number: int) -> NewEvent:
        step = self.step["stepNumber"]
        status = "active" if self.update.status == "active" else "running"
        return self.about.told(
            "attempt-started",
            **self._moves(),
            step=step,
            attempt=number,
            pid=0,
            stepStatus=status,
        )

    def _attempt_finished(self, number: int, status: StepStatus, *, last: bool) -> NewEvent:
        known = {each["attemptNumber"]: each["startedAt"] for each in self.step["attempts"]}
        began = known.get(number, to_text(self.about.now))
        return self.about.told(
            "attempt-finished",
            step=self.step["stepNumber"],
            attempt=number,
            status=status,
            exitCode=self.update.exit_code if last else None,
            signal=None,
            reasonCode=_step_code(status),
            reason=self.update.reason if last else "",
            startedAt=began,
            durationSeconds=max(0.0, (self.about.now - from_text(began)).total_seconds()),
            stdoutBytes=0,
            stderrBytes=0,
            outputs=self._values(self.update.outputs) if last else {},
            retryInSeconds=None if last else 0.0,
            evidence={"state": "none", "bytes": 0, "sha256": "", "inline": False, "reason": ""},
        )

    def _finished(self, attempts: int) -> NewEvent:
        status = StepStatus(self.update.status)
        return self.about.told(
            "step-finished",
            step=self.step["stepNumber"],
            status=status,
            ignored=False,
            numAttempts=attempts,
            reasonCode=_step_code(status),
            reason=self.update.reason,
            inputs=self._values(self.update.inputs),
            outputs=self._values(self.update.outputs),
        )

    def _values(self, told: dict[str, Any] | str) -> dict[str, Any]:
        """Inputs or outputs; of those that the steps mark sensitive, that there is one."""
        sensitive = sensitive_names(self.about.instance["actionSpec"]["steps"])
        return {
            name: hidden() if name in sensitive else value
            for name, value in values_of(told).items()
        }


def _step_code(status: StepStatus) -> str:
    codes = {StepStatus.FAILURE: ReasonCode.EXIT_CODE, StepStatus.TIMEOUT: ReasonCode.STEP_TIMEOUT}
    return str(codes.get(status, ReasonCode.NONE))
