"""A job definition: what to run, where, and when.

`Job` is the root; its parts stand in `target`, `filter` and `step`. `normal()` gives the wire
form, with every key that Chef Courier echoes; `Job.model_validate` reads that form again. Files
written by people are read by `parse`, which reports all of their problems.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from courier_backend.model.definition import Definition
from courier_backend.model.filter import Filter
from courier_backend.model.step import (
    Backoff,
    Condition,
    ExpectedInput,
    FailureBehavior,
    Interpreter,
    Limits,
    OutputRule,
    SkillBounds,
    Step,
)
from courier_backend.model.target import BatchSize, Group, NumRuns, SuccessCriterion, Target

__all__ = [
    "Actions",
    "Backoff",
    "BatchSize",
    "Condition",
    "ExceptionRule",
    "ExpectedInput",
    "FailureBehavior",
    "Filter",
    "Group",
    "Interpreter",
    "Job",
    "Limits",
    "NumRuns",
    "OutputRule",
    "SkillBounds",
    "Step",
    "SuccessCriterion",
    "Target",
]

Overlap = Literal["queue", "skip", "parallel"]
Missed = Literal["run-once", "run-all", "skip"]


class ExceptionRule(Definition):
    """A window in which the job does not run: each occurrence of the rule, so many minutes."""

    rrule: str
    duration: Annotated[int, Field(ge=1, le=366 * 24 * 60)]


class Actions(Definition):
    """The steps, in order."""

    access_mode: Literal["agent"] = "agent"
    steps: Annotated[list[Step], Field(min_length=1)]

    def normal(self) -> dict[str, Any]:
        """The wire form, as a run order carries it."""
        return {"accessMode": self.access_mode, "steps": [step.normal() for step in self.steps]}


class Job(Definition):
    """A job definition."""

    name: Annotated[str, Field(min_length=1, max_length=500)]
    description: str = ""
    schedule_rule: str
    exception_rules: list[ExceptionRule] = Field(default_factory=list)
    allow_manual_execution: bool = False
    overlap: Overlap = "queue"
    missed: Missed = "run-once"
    target: Target
    actions: Actions

    def normal(self) -> dict[str, Any]:
        """The wire form: every key that Chef Courier echoes, and ours."""
        return {
            "name": self.name,
            "description": self.description,
            "scheduleRule": self.schedule_rule,
            "exceptionRules": [rule.model_dump(by_alias=True) for rule in self.exception_rules],
            "allowManualExecution": self.allow_manual_execution,
            "overlap": self.overlap,
            "missed": self.missed,
            "target": self.target.normal(),
            "actions": self.actions.normal(),
        }
