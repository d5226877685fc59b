"""Whether a node meets the constraints of a filter (pure). Constraints are ANDed, values ORed."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from courier_backend.targeting.resolve import NodeView


def matches(node: "NodeView", constraints: Mapping[str, Any]) -> bool:
    """Whether all constraints hold.

    Raises:
        BadInput: a kind of constraint that cannot be judged yet.
    """
    other = [key for key, value in constraints.items() if value and key != "attributes"]
    if other:
        raise BadInput(f"Filters by {', '.join(sorted(other))} cannot be used yet.")
    return all(_attribute(node, each) for each in constraints.get("attributes") or ())


def _attribute(node: "NodeView", constraint: Mapping[str, Any]) -> bool:
    name = constraint["name"]
    value = node.tags.get(name, node.facts.get(name))
    text = "" if value is None else str(value)
    wanted = [str(each) for each in constraint["value"]]
    match constraint["operator"]:
        case "=":
            return text in wanted
        case "!=":
            return text not in wanted
        case "MATCHES":
            return any(re.search(pattern, text) for pattern in wanted)
        case _:
            return any(part in text for part in wanted)
