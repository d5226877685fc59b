"""Whether a node meets the constraints of a filter (pure). Constraints are ANDed, values ORed."""

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from courier_backend.targeting.resolve import NodeView


def matches(node: "NodeView", constraints: Mapping[str, Any]) -> bool:
    """Whether all constraints hold.

    Raises:
        BadInput: a kind of constraint that cannot be judged yet, or a pattern that is none.
    """
    other = [key for key, value in constraints.items() if value and key != "attributes"]
    if other:
        raise BadInput(f"Filters by {', '.join(sorted(other))} cannot be used yet.")
    return all(_attribute(node, each) for each in constraints.get("attributes") or ())


def _attribute(node: "NodeView", constraint: Mapping[str, Any]) -> bool:
    text = _value(node, constraint["name"], constraint.get("namespace") or ())
    wanted = [str(each) for each in constraint["value"]]
    match constraint["operator"]:
        case "=":
            return text in wanted
        case "!=":
            return text not in wanted
        case "MATCHES":
            return text is not None and any(_search(pattern, text) for pattern in wanted)
        case _:
            return text is not None and any(part in text for part in wanted)


def _value(node: "NodeView", name: str, namespaces: Collection[str]) -> str | None:
    """A tag or a fact as text; None where the node has no such attribute."""
    if (not namespaces or "tags" in namespaces) and name in node.tags:
        return node.tags[name]
    if not namespaces or any(each != "tags" for each in namespaces):
        value = node.facts.get(name)
        return None if value is None else str(value)
    return None


def _search(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error as error:
        raise BadInput(f'"{pattern}" is not a pattern: {error}.') from error
