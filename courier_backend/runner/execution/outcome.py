"""How an attempt ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courier_backend.model.status import ReasonCode, StepStatus


@dataclass(slots=True)
class Outcome:
    """The end of one attempt, as it is told and kept.

    `leftover_secrets`: values that are no outputs, since it ran out of time, and are hidden.
    """

    status: StepStatus
    reason_code: ReasonCode = ReasonCode.NONE
    reason: str = ""
    exit_code: int | None = None
    signal_name: str | None = None
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    duration: float = 0.0
    unmet_limits: list[str] = field(default_factory=list)
    left_running: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    leftover_secrets: dict[str, Any] = field(default_factory=dict)
    missing_outputs: dict[str, str] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether the step may go on to the next."""
        return self.status is StepStatus.SUCCESS


def stopped(how: str, limits: Mapping[str, Any]) -> Outcome:
    """The outcome of an attempt that was stopped: on request (`cancel`), or by its limit."""
    if how == "cancel":
        return Outcome(StepStatus.CANCELED, ReasonCode.OPERATOR, "stopped on request")
    sentence = f"not done after {limits.get('timeoutSeconds')} s, its limit"
    return Outcome(StepStatus.TIMEOUT, ReasonCode.STEP_TIMEOUT, sentence)
