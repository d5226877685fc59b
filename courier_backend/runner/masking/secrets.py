"""What a run must not tell: the values of the names that its job marks sensitive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.sensitive import hidden
from courier_backend.model.variables import sensitive_names, value_text
from courier_backend.runner.masking.mask import Mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from courier_backend.runner.values.inputs import Inputs

_LONGEST: Final = 1000
"""Of a sentence, in characters; all of it stands in the evidence."""


_NAMING: Final = ("inputs", "expectedInputs", "outputFieldRules")


class Secrets:
    """The sensitive names of a job, those `known` by now, and what hides the values that they have.

    A value counts in every step, wherever in the job it stands: a process that one step left
    behind may print into the output of another.
    """

    def __init__(
        self,
        steps: Sequence[Mapping[str, Any]],
        outputs: Mapping[str, object] | None = None,
        seen: Iterable[str] = (),
    ) -> None:
        """`outputs`: what the steps so far have given; `seen`: other values that are secret."""
        self.names = sensitive_names(steps)
        found = list(_values(steps, self.names)) if self.names else []
        self._written = {
            name for step in steps for field in _NAMING for name in step.get(field) or {}
        }
        self.known = {name for name, _ in found}
        self._values = [*(value for _, value in found), *seen]
        self.mask = Mask()
        self.learn(outputs or {})

    def learn(self, outputs: Mapping[str, object]) -> None:
        """Hide the sensitive ones of these, too."""
        if self.names:
            given = self.names & outputs.keys()
            self.known |= given
            self._values += [value_text(outputs[name]) for name in given]
            self.mask = Mask(self._values)

    def marked(self, inputs: Inputs) -> Inputs:
        """Inputs in which also those count as sensitive that hold such a value somewhere."""
        if self.mask.is_empty:
            return inputs
        holding = {n for n, value in inputs.values.items() if self.mask.text(value) != value}
        return replace(inputs, sensitive=inputs.sensitive | holding)

    def only(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The sensitive ones of some values by name."""
        return {name: value for name, value in values.items() if name in self.names}

    def sentence(self, text: str) -> str:
        """What a program said of itself, as a sentence that may be told: masked, on one line."""
        masked = " ".join(self.mask.text(text).split())
        return masked if len(masked) <= _LONGEST else f"{masked[: _LONGEST - 1]}…"

    def _name(self, name: str) -> str:
        """A name as it may be told: programs call their outputs as they like."""
        return name if name in self._written else self.mask.text(name)

    def told(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values by name as they may be told."""
        if not self.names:
            return dict(values)
        return {
            self._name(name): hidden() if name in self.names else self.mask.value(value)
            for name, value in values.items()
        }


def _values(steps: Sequence[Mapping[str, Any]], names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What inputs and defaults say, by name."""
    for step in steps:
        given, expected = step.get("inputs") or {}, step.get("expectedInputs") or {}
        for name in names:
            if name in given:
                yield name, value_text(given[name])
            default = (expected.get(name) or {}).get("default")
            if default is not None:
                yield name, value_text(default)
