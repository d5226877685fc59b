"""Sensitive outputs: hidden from the moment they are known, or refused."""

from courier_backend.model.sensitive import SHORTEST_BYTES, is_too_short
from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.model.variables import value_text
from courier_backend.runner.execution.outcome import Outcome
from courier_backend.runner.masking.secrets import Secrets


def guard_outputs(secrets: Secrets, outcome: Outcome) -> None:
    """Hide the sensitive outputs from here on; one too short to be hidden makes a failure."""
    short = [
        name
        for name, value in secrets.only(outcome.outputs).items()
        if is_too_short(value_text(value))
    ]
    for name in short:
        del outcome.outputs[name]
    secrets.learn(outcome.outputs)
    if short and outcome.is_success:
        outcome.status = StepStatus.FAILURE
        outcome.reason_code = ReasonCode.MISSING_OUTPUT
        outcome.reason = (
            f"the output {short[0]} is sensitive, but its value is shorter than "
            f"{SHORTEST_BYTES} bytes, so it could not be hidden"
        )
