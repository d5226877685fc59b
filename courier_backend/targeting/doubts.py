"""What in a filter names nothing that any node has: most likely a slip of the pen (pure)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from courier_backend.model.attributes import AGENT, TAGS
from courier_backend.model.suggest import nearest
from courier_backend.targeting.filters import in_places, reader
from courier_backend.targeting.view import NodeView


def doubts(constraints: Mapping[str, Any], nodes: Collection[NodeView]) -> list[str]:
    """A sentence for each attribute and skill that no node has; none where there are no nodes.

    Archived nodes do not count: they are never targeted.
    """
    nodes = [node for node in nodes if not node.archived]
    if not nodes:
        return []
    found = [_attribute(each, nodes) for each in constraints.get("attributes") or ()]
    found += [_skill(each["name"], nodes) for each in constraints.get("skills") or ()]
    return [sentence for sentence in dict.fromkeys(found) if sentence]


def _attribute(constraint: Mapping[str, Any], nodes: Collection[NodeView]) -> str:
    name, namespaces = constraint["name"], constraint.get("namespace") or ()
    if any(map(reader(name, namespaces), nodes)):
        return ""
    sentence = f'no node has an attribute "{name}"{in_places(namespaces)}'
    elsewhere = sorted({space for space, known in _attributes(nodes) if known == name})
    if elsewhere:
        return f"{sentence}, but{in_places(elsewhere)}"
    return sentence + _meant(name, sorted({known for _, known in _attributes(nodes)}))


def _attributes(nodes: Collection[NodeView]) -> Iterator[tuple[str, str]]:
    """Namespace and name of each."""
    for node in nodes:
        for space, values in ((AGENT, node.facts), (TAGS, node.tags), *node.attributes.items()):
            yield from ((space, name) for name in values)


def _skill(name: str, nodes: Collection[NodeView]) -> str:
    known = {skill for node in nodes for skill in node.skills}
    return "" if name in known else f'no node has a skill "{name}"' + _meant_skill(name, known)


def _meant_skill(name: str, known: Collection[str]) -> str:
    """Also one of which the name is a part: `shell` of `chef-platform/shell-interpreter`."""
    parts = [each for each in sorted(known) if name.casefold() in each.casefold()]
    return f'; did you mean "{parts[0]}"?' if len(parts) == 1 else _meant(name, sorted(known))


def _meant(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    return f'; did you mean "{near}"?' if near else ""
