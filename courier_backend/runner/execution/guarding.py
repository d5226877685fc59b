"""Sensitive outputs: hidden from the moment they are known, or refused."""

from collections.abc import Mapping
from typing import Any

from courier_backend.model.sensitive import SHORTEST_BYTES, is_too_short
from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.model.variables import value_text
from courier_backend.runner.execution.outcome import Outcome
from courier_backend.runner.masking.secrets import Secrets
from courier_backend.runner.values.outputs import required_missing


def guard_outputs(secrets: Secrets, outcome: Outcome, rules: Mapping[str, Any]) -> None:
    """Hide the sensitive outputs from here on; one too short to be hidden makes a failure.

    One that is blank is no value: it was not found, which is a failure where it is required.
    """
    given = {name: value_text(value) for name, value in secrets.only(outcome.outputs).items()}
    short = {name: text for name, text in given.items() if is_too_short(text)}
    blank = {name: "it is empty" for name, text in short.items() if not text.strip()}
    for name in short:
        del outcome.outputs[name]
    outcome.leftover_secrets = {
        name: text for name, text in outcome.leftover_secrets.items() if not is_too_short(text)
    }
    secrets.learn({**outcome.leftover_secrets, **outcome.outputs})
    outcome.missing_outputs = {**outcome.missing_outputs, **blank}
    if not outcome.is_success:
        return
    if sentence := _too_short([*(short.keys() - blank.keys())]) or required_missing(rules, blank):
        outcome.status = StepStatus.FAILURE
        outcome.reason_code, outcome.reason = ReasonCode.MISSING_OUTPUT, sentence


def _too_short(names: list[str]) -> str:
    if not names:
        return ""
    return (
        f"the output {min(names)} is sensitive, but its value is shorter than "
        f"{SHORTEST_BYTES} bytes, so it could not be hidden"
    )
