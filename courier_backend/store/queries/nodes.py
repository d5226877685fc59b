"""Nodes: pages and one; the facts that a node had when a run was made for it."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from courier_backend.model.attributes import AGENT, TAGS, attribute_text
from courier_backend.model.status import IN_FLIGHT_RUN
from courier_backend.model.wire import AttributeItem, NodeItem, Pagination, SkillItem
from courier_backend.store.queries.counts import total
from courier_backend.store.queries.lookup import not_found
from courier_backend.store.queries.moments import moment
from courier_backend.store.queries.paging import Listed, PageRequest, read_rows
from courier_backend.store.tables import node_facts, nodes, runs

_ORDER: Final = (nodes.c.no,)
_AT_ONCE: Final = 500


def list_nodes(
    connection: Connection,
    page: PageRequest,
    *,
    name: str | None = None,
    health: str | None = None,
    archived: bool | None = None,
    tags: Sequence[str] = (),
) -> tuple[list[NodeItem], Pagination]:
    """A page of the fleet, in the order in which nodes joined; `tags`: each NAME=VALUE or NAME."""
    conditions = [_tagged(tag) for tag in tags]
    if name is not None:
        conditions.append(nodes.c.name == name)
    if health is not None:
        conditions.append(nodes.c.health == health)
    if archived is not None:
        conditions.append(nodes.c.archived == archived)
    if conditions:
        query = select(func.count()).select_from(nodes).where(*conditions)
        count = connection.execute(query).scalar_one()
    else:
        count = total(connection, "nodes")
    rows, pagination = read_rows(connection, Listed(_whole(), conditions, _ORDER, count), page)
    active = _active_runs(connection)
    return [_item(row, active.get(row.id, 0)) for row in rows], pagination


def _tagged(tag: str) -> ColumnElement[bool]:
    """Whether a node has this tag; with this value, if one is named."""
    name, is_valued, value = tag.partition("=")
    pair = func.json_each(nodes.c.tags).table_valued("key", "value")
    query = select(pair.c.key).where(pair.c.key == name)
    return (query.where(pair.c.value == value) if is_valued else query).exists()


def get_node(connection: Connection, node_id: str) -> NodeItem:
    """One node.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(_whole().where(nodes.c.id == node_id)).one_or_none()
    if row is None:
        raise not_found("node", node_id)
    return _item(row, _active_runs(connection).get(node_id, 0))


def nodes_by_id(connection: Connection, node_ids: Sequence[str]) -> list[NodeItem]:
    """These nodes, in this order; those that are not in the fleet are left out."""
    found: dict[str, Row[Any]] = {}
    for begin in range(0, len(node_ids), _AT_ONCE):
        query = _whole().where(nodes.c.id.in_(node_ids[begin : begin + _AT_ONCE]))
        found |= {row.id: row for row in connection.execute(query)}
    active = _active_runs(connection)
    rows = (found[node_id] for node_id in node_ids if node_id in found)
    return [_item(row, active.get(row.id, 0)) for row in rows]


def facts_of_run(connection: Connection, run_id: str) -> dict[str, Any]:
    """The facts that the node had when the run was made; empty when it was unknown.

    Raises:
        NotFound: there is no such run.
    """
    query = select(runs.c.node_id, runs.c.facts_revision, runs.c.created_at)
    run = connection.execute(query.where(runs.c.id == run_id)).one_or_none()
    if run is None:
        raise not_found("run", run_id)
    query_facts = (
        select(node_facts.c.facts)
        .where(node_facts.c.node_id == run.node_id)
        .where(node_facts.c.revision == run.facts_revision)
        .where(node_facts.c.recorded_at <= run.created_at)
        .order_by(node_facts.c.no.desc())
        .limit(1)
    )
    facts = connection.execute(query_facts).scalar()
    known: dict[str, Any] = orjson.loads(facts) if facts else {}
    return known


def _active_runs(connection: Connection) -> dict[str, int]:
    """Runs in flight by node; the index by status makes this cheap."""
    query = (
        select(runs.c.node_id, func.count().label("active"))
        .where(runs.c.status.in_(sorted(IN_FLIGHT_RUN)))
        .group_by(runs.c.node_id)
    )
    return {row.node_id: row.active for row in connection.execute(query)}


def newest_facts() -> ColumnElement[Any]:
    """The facts of a node now, for a select from `nodes`."""
    return (
        select(node_facts.c.facts)
        .where(node_facts.c.node_id == nodes.c.id)
        .where(node_facts.c.revision == nodes.c.facts_revision)
        .order_by(node_facts.c.no.desc())
        .limit(1)
        .scalar_subquery()
        .label("facts")
    )


def _whole() -> Select[Any]:
    return select(nodes, newest_facts())


def _item(row: Row[Any], active_runs: int) -> NodeItem:
    tags = orjson.loads(row.tags)
    return {
        "id": row.id,
        "name": row.name,
        "url": row.url,
        "healthStatus": row.health,
        "healthReason": row.health_reason,
        "healthSince": moment(row.health_since),
        "enrollmentLevel": "enrolled",
        "attributes": _attributes(row, tags),
        "installedSkills": [_skill(skill) for skill in orjson.loads(row.skills)],
        "requiredSkills": [],
        "tags": tags,
        "cohortId": "",
        "archived": row.archived,
        "builtin": row.builtin,
        "lab": row.lab,
        "lastContactAt": moment(row.last_contact_at),
        "latencySeconds": row.latency_seconds,
        "clockSkewSeconds": row.clock_skew_seconds,
        "runnerVersion": row.version,
        "capacity": row.capacity,
        "activeRuns": active_runs,
    }


def _skill(skill: dict[str, Any]) -> SkillItem:
    return {"name": skill["name"], "version": skill["version"]}


def _attributes(row: Row[Any], tags: dict[str, str]) -> list[AttributeItem]:
    """Facts, what the operator says by namespace, and tags; each sorted by name, as text."""
    own = orjson.loads(row.attributes)
    spaces = [(AGENT, orjson.loads(row.facts or "{}")), *sorted(own.items()), (TAGS, tags)]
    return [
        {"name": name, "value": attribute_text(value), "namespace": namespace}
        for namespace, values in spaces
        for name, value in sorted(values.items())
    ]
