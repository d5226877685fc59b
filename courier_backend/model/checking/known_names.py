"""What a step can name: its inputs, outputs of earlier steps, facts of the node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from courier_backend.model.checking.values import object_at, text_at
from courier_backend.model.commands import INTERPRETERS
from courier_backend.model.variables import FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping


class EarlierOutputs:
    """What earlier steps give.

    One with an interpreter of somebody's own (`open`) may give outputs that no rule names.
    """

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.open = False

    def add(self, step: dict[str, Any]) -> None:
        """The outputs of one more step."""
        self.names |= dict.fromkeys(object_at(step, "outputFieldRules"))
        self.open |= text_at(object_at(step, "interpreter"), "name") not in INTERPRETERS

    def may_give(self, name: str) -> bool:
        """Whether a value may come from there."""
        return self.open or name in self.names


class Known:
    """The names that one step can use. `names`: those that are sure, but for facts."""

    def __init__(self, step: dict[str, Any], outputs: EarlierOutputs) -> None:
        own = {**object_at(step, "inputs"), **object_at(step, "expectedInputs")}
        self.names: Mapping[str, object] = {**own, **outputs.names}
        self._outputs = outputs

    def may_have(self, name: str) -> bool:
        """Whether the name may have a value when the step begins."""
        known = name in self.names or self._outputs.may_give(name)
        return known or name.startswith(FACTS)
