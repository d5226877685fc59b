"""The inputs of a step: everything that it can name, and which of it is secret.

Of several values for a name the nearest to the step counts: what its own `inputs` say, else what
an earlier step gave as an output (the latest of them), else the default of its `expectedInputs`.
The facts of the node are there besides, as `node.<name>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from courier_backend.model.variables import FACTS, value_text

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    """The inputs of a step. `outputs` of the steps before it; `facts` as `fact_values` has them."""
    expected = step.get("expectedInputs") or {}
    defaults = {
        name: value_text(wanted["default"])
        for name, wanted in expected.items()
        if wanted.get("default") is not None
    }
    literals = {name: value_text(value) for name, value in (step.get("inputs") or {}).items()}
    named = frozenset({*expected, *literals})
    return Inputs({**facts, **defaults, **outputs, **literals}, sensitive, named)
