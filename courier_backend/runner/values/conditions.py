"""Whether a step is to be executed: all of its conditions must hold."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.problems import shown
from courier_backend.runner.values.patterns import PatternFault, search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from courier_backend.runner.values.inputs import Inputs

_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?\s*")


def unmet(conditions: Sequence[Mapping[str, Any]], inputs: Inputs) -> str:
    """Why a step is skipped, as a sentence about the first condition that does not hold; or "".

    A name without a value is not comparable with anything: the condition does not hold, negated or
    not. A pattern that cannot be searched for in time tells nothing either.
    """
    for condition in conditions:
        if sentence := _unmet(condition, inputs):
            return sentence
    return ""


def _unmet(condition: Mapping[str, Any], inputs: Inputs) -> str:
    name, operator = str(condition["inputName"]), str(condition["operator"])
    wanted, negate = str(condition.get("value") or ""), bool(condition.get("negate"))
    told = f"the condition {name} {'not ' * negate}{operator} {shown(wanted)} does not hold"
    value = inputs.values.get(name)
    if value is None:
        return f"{told}: {name} has no value"
    try:
        holds = _OPERATORS[operator](value, wanted)
    except PatternFault as fault:
        return f"{told}: {fault}"
    if holds is not negate:
        return ""
    return told if name in inputs.sensitive else f"{told}: it is {shown(value)}"


def _order(value: str, wanted: str) -> int:
    """Below, equal, above: as numbers where both are, else as text."""
    if _NUMBER.fullmatch(value) and _NUMBER.fullmatch(wanted):
        left, right = Decimal(value.strip()), Decimal(wanted.strip())
        return (left > right) - (left < right)
    return (value > wanted) - (value < wanted)


_OPERATORS: Final[dict[str, Callable[[str, str], bool]]] = {
    "eq": lambda value, wanted: _order(value, wanted) == 0,
    "gt": lambda value, wanted: _order(value, wanted) > 0,
    "gte": lambda value, wanted: _order(value, wanted) >= 0,
    "lt": lambda value, wanted: _order(value, wanted) < 0,
    "lte": lambda value, wanted: _order(value, wanted) <= 0,
    "matches": lambda value, wanted: search(wanted, value) is not None,
    "startsWith": lambda value, wanted: value.startswith(wanted),
    "endsWith": lambda value, wanted: value.endswith(wanted),
    "contains": lambda value, wanted: wanted in value,
}
