"""What happens to nodes."""

from typing import Any, Final

from courier_backend.model.errors import Conflict
from courier_backend.store.batch import Values
from courier_backend.store.known import KnownNode
from courier_backend.store.projection.note import Note, as_json, micros
from courier_backend.store.tables import node_facts, nodes

_AS_THEY_ARE: Final = {
    "name": "name",
    "url": "url",
    "token": "token",
    "builtin": "builtin",
    "lab": "lab",
    "journalId": "journal_id",
    "version": "version",
    "capacity": "capacity",
    "factsRevision": "facts_revision",
    "archived": "archived",
    "health": "health",
    "healthReason": "health_reason",
    "latencySeconds": "latency_seconds",
    "clockSkewSeconds": "clock_skew_seconds",
}
_AS_JSON: Final = {"tags": "tags", "skills": "skills", "attributes": "attributes"}
_TIMES: Final = {"lastContactAt": "last_contact_at", "healthSince": "health_since"}


def node_added(note: Note) -> None:
    """A new node."""
    node_id = note.event.node_id or note.data["nodeId"]
    if note.known.has_node(node_id):
        raise Conflict(f"Node {node_id} is in the fleet already.")
    values = _values(note.data)
    node = KnownNode(
        note.numbers.node, node_id, values.get("health", "unknown"), values.get("archived", False)
    )
    note.numbers.node += 1
    note.known.nodes[node.id] = node
    note.known.removed.discard(node.id)
    row: Values = {"no": node.no, "id": node.id, "created_at": note.now}
    note.batch.insert(nodes, (node.no,), row | values)
    note.batch.count("nodes", 0, node.standing, 1)
    _note_facts(note, node)


def node_changed(note: Note, node: KnownNode) -> None:
    """New values of a node."""
    values = _values(note.data)
    before = node.standing
    node.health = values.get("health", node.health)
    node.archived = values.get("archived", node.archived)
    if node.standing != before:
        note.batch.move("nodes", 0, before, node.standing)
    note.batch.update(nodes, (node.no,), values)
    _note_facts(note, node)


def node_removed(note: Note, node: KnownNode) -> None:
    """A node left the fleet. Its runs, and the facts that it had then, stay."""
    del note.known.nodes[node.id]
    note.known.removed.add(node.id)
    note.batch.delete(nodes, (node.no,))
    note.batch.count("nodes", 0, node.standing, -1)


def _values(data: dict[str, Any]) -> Values:
    values: Values = {column: data[key] for key, column in _AS_THEY_ARE.items() if key in data}
    for key, column in _AS_JSON.items():
        if key in data:
            values[column] = as_json(data[key])
    for key, column in _TIMES.items():
        if data.get(key):
            values[column] = micros(data[key])
    return values


def _note_facts(note: Note, node: KnownNode) -> None:
    """Facts are kept by revision: history shows what a node was when a run was made for it."""
    if "facts" not in note.data:
        return
    row: Values = {
        "no": note.numbers.facts,
        "node_id": node.id,
        "revision": note.data.get("factsRevision", 1),
        "recorded_at": note.now,
        "facts": as_json(note.data["facts"]),
    }
    note.numbers.facts += 1
    note.batch.insert(node_facts, (row["no"],), row)
