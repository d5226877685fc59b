"""Nodes as the API shows them: what the store holds, with what is known of them right now."""

from collections.abc import Mapping, Sequence

from courier_backend.delivery.directory import KnownNode
from courier_backend.model.attributes import TAGS
from courier_backend.model.times import ZERO_TIME, to_text
from courier_backend.model.wire import NodeItem


def live_item(item: NodeItem, node: KnownNode) -> NodeItem:
    """A stored node with its last contact, which alone is not worth an event."""
    at = to_text(node.last_contact) if node.last_contact else item["lastContactAt"] or ZERO_TIME
    return item | {
        "healthStatus": node.health,
        "healthReason": node.health_reason,
        "healthSince": to_text(node.health_since) if node.health_since else ZERO_TIME,
        "lastContactAt": at,
        "latencySeconds": node.latency_seconds,
        "clockSkewSeconds": node.clock_skew_seconds,
    }


def described(
    node: KnownNode, attributes: Sequence[tuple[str, str, str]]
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The tags and the other attributes of a node, with these put in; "" takes one away."""
    spaces = {TAGS: dict(node.tags), **{name: dict(own) for name, own in node.attributes.items()}}
    for space, name, value in attributes:
        values = spaces.setdefault(space, {})
        if value:
            values[name] = value
        else:
            values.pop(name, None)
    tags = spaces.pop(TAGS)
    return tags, {space: values for space, values in spaces.items() if values}


def merged(tags: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """The tags with these put in; None takes one away."""
    wanted = {**tags, **changes}
    return {name: value for name, value in wanted.items() if value is not None}
