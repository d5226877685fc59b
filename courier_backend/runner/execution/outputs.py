"""What the outputs of an attempt make of it: a required one that is missing is a failure."""

import asyncio
from collections.abc import Mapping
from typing import Any

from courier_backend.model.status import ReasonCode, StepStatus
from courier_backend.model.variables import FACTS, NAME, value_text
from courier_backend.runner.execution.attempt import Task
from courier_backend.runner.execution.outcome import Outcome
from courier_backend.runner.execution.spool import HELD_BYTES
from courier_backend.runner.values.no_value import NoValue
from courier_backend.runner.values.outputs import (
    Taken,
    required_missing,
    room_for,
    room_taken,
    take,
)
from courier_backend.runner.values.sources import Sources


async def with_outputs(task: Task, outcome: Outcome, earlier: Mapping[str, str]) -> Outcome:
    """The outcome with the outputs of the step's rules and those that its program named itself.

    An attempt that failed by itself has outputs too (its exit code, above all), as the run may go
    on; one that was stopped has none.
    """
    rules = task.step.get("outputFieldRules") or {}
    named, outcome.outputs = outcome.outputs, {}
    by_itself = outcome.is_success or outcome.exit_code is not None or outcome.signal_name
    if outcome.status not in {StepStatus.SUCCESS, StepStatus.FAILURE} or not by_itself:
        outcome.leftover_secrets = await _leftovers(task, outcome, room_for(earlier))
        return outcome
    taken = Taken()
    room = _name_outputs(taken, named, room_for(earlier))
    if rules:
        found = await _take(task, outcome, rules, room)
        taken.missing |= {name: why for name, why in found.missing.items() if name not in named}
        taken.values |= found.values
    outcome.outputs, outcome.missing_outputs = dict(taken.values), taken.missing
    if outcome.is_success and (sentence := required_missing(rules, taken.missing)):
        outcome.status = StepStatus.FAILURE
        outcome.reason_code, outcome.reason = ReasonCode.MISSING_OUTPUT, sentence
    return outcome


def _name_outputs(taken: Taken, outputs: dict[str, object], room: int) -> int:
    """Take the outputs that an interpreter's program gave by name, as text; gives what is left."""
    for name, value in outputs.items():
        text = value_text(value)
        try:
            _check_name(name)
            room -= room_taken(text, room)
        except NoValue as why:
            taken.missing[name] = str(why)
        else:
            taken.values[name] = text
    return room


def _check_name(name: str) -> None:
    """Rules are checked with the job file; what a program says is not known before."""
    if not NAME.fullmatch(name) or name.startswith(FACTS):
        raise NoValue("no output can be called so")


async def _leftovers(task: Task, outcome: Outcome, room: int) -> dict[str, str]:
    """What an attempt that ran out of time would have given as secrets: it may turn up again."""
    rules = task.secrets.only(task.step.get("outputFieldRules") or {})
    if not rules or outcome.status is not StepStatus.TIMEOUT:
        return {}
    return dict((await _take(task, outcome, rules, room)).values)


async def _take(
    task: Task, outcome: Outcome, rules: Mapping[str, Mapping[str, Any]], room: int
) -> Taken:
    sources = Sources(
        task.stdout, task.stderr, outcome.exit_code, task.folder, task.evidence_folder
    )
    if all(
        sources.is_at_hand(rule, HELD_BYTES) and rule.get("extractMethod") in {"content", "", None}
        for rule in rules.values()
    ):
        return take(rules, sources, room)
    return await asyncio.to_thread(take, rules, sources, room)
