"""The inputs of a step: everything that it can name, and which of it is secret.

Of several values for a name the nearest to the step counts: what its own `inputs` say, else what
an earlier step gave as an output (the latest of them), else the default of its `expectedInputs`.
The facts of the node are there besides, as `node.<name>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from courier_backend.model.problems import shown
from courier_backend.model.status import ReasonCode
from courier_backend.model.value_types import WANTED, type_named, typed
from courier_backend.model.variables import FACTS, default_of, value_text
from courier_backend.runner.interpreters.interpreter import StepFault

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOLD_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Inputs:
    """The values by name.

    `sensitive`: the names whose values are secret, whether they have one here or not; `named`:
    those that the step itself names, which are told and kept as its inputs.
    """

    values: dict[str, str]
    sensitive: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    @property
    def given(self) -> dict[str, str]:
        """The values without the facts of the node."""
        return {n: value for n, value in self.values.items() if not n.startswith(FACTS)}

    @property
    def told(self) -> dict[str, str]:
        """The values that the step itself names."""
        return {name: value for name, value in self.values.items() if name in self.named}


def fact_values(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts of a node as inputs."""
    return {f"{FACTS}{name}": value_text(value) for name, value in facts.items()}


def resolve_inputs(
    step: Mapping[str, Any],
    outputs: Mapping[str, str],
    facts: Mapping[str, str],
    sensitive: frozenset[str] = frozenset(),
) -> Inputs:
    """The inputs of a step. `outputs` of the steps before it; `facts` as `fact_values` has them.

    A value is brought to the form of its type; one that is none of its type is left as it is, for
    `check_inputs` to tell. An optional input that nothing gives is empty text.
    """
    expected: Mapping[str, Mapping[str, Any]] = step.get("expectedInputs") or {}
    literals = {name: value_text(value) for name, value in (step.get("inputs") or {}).items()}
    values = {**facts, **_defaults(expected), **outputs, **literals}
    for name, wanted in expected.items():
        if name in values:
            values[name] = typed(values[name], _type_of(wanted)) or values[name]
        elif not wanted.get("required"):
            values[name] = ""
    return Inputs(values, sensitive, frozenset({*expected, *literals}))


def check_inputs(step: Mapping[str, Any], inputs: Inputs) -> None:
    """See that the step has what it needs, before anything is executed.

    Raises:
        StepFault: a required input has no value, or a value is none of its type.
    """
    expected: Mapping[str, Mapping[str, Any]] = step.get("expectedInputs") or {}
    if missing := [name for name in expected if name not in inputs.values]:
        raise StepFault(ReasonCode.MISSING_INPUT, _missing(missing))
    wrong = [_wrong(name, wanted, inputs) for name, wanted in expected.items()]
    if sentences := [sentence for sentence in wrong if sentence]:
        raise StepFault(ReasonCode.WRONG_INPUT, "; ".join(sentences))


def _defaults(expected: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    found = {name: default_of(wanted) for name, wanted in expected.items()}
    return {name: value_text(value) for name, value in found.items() if value is not None}


def _type_of(wanted: Mapping[str, Any]) -> str:
    return type_named(str(wanted.get("type") or ""))


def _missing(names: list[str]) -> str:
    what = "input" if len(names) == 1 else "inputs"
    has = "has" if len(names) == 1 else "have"
    return (
        f"the required {what} {', '.join(names)} {has} no value: "
        "the step gives none, no earlier step did, and there is no default"
    )


def _wrong(name: str, wanted: Mapping[str, Any], inputs: Inputs) -> str:
    """Why a value will not do; an optional input that nothing gave is no fault."""
    value, kind = inputs.values[name], _type_of(wanted)
    if typed(value, kind) is not None or (not value and not wanted.get("required")):
        return ""
    told = "" if name in inputs.sensitive else f", not {shown(value)}"
    return f"the input {name} must be {WANTED[kind]}{told}"


def shortened(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as the end of a step tells them: of all but the first bytes only how many there are.

    They come out of the job file and out of earlier steps, and were told there.
    """
    told: dict[str, Any] = {}
    room = _TOLD_BYTES
    for name, value in inputs.items():
        size = len(orjson.dumps(value))
        told[name] = value if size <= room else f"({size:,} bytes)"
        room -= size if size <= room else 0
    return told
