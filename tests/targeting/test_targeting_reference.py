"""Random filters over random nodes, judged by us and by an evaluator that is slow and obvious."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courier_backend.targeting.filters import NodeFilter
from courier_backend.targeting.resolve import judged
from courier_backend.targeting.view import FleetView, NodeView

NAMES = ["os", "role", "zone"]
VALUES = ["", "a", "ab", "b", "8", "true"]
PATTERNS = ["^a", "b$", "a|b", ".", "", r"^\d+$"]
SPACES = ["agent", "gohai", "ohai", "aws", "azure", "tags"]
NUMBERS = ["0.9", "1", "1.0.0", "1.0.66", "1.0.67", "2.0", "10"]
HEALTHS = ["reachable", "offline", "unknown"]

nodes = st.builds(
    NodeView,
    st.just("n"),
    st.just("node"),
    facts=st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*VALUES, 8, True])),
    tags=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES)),
    attributes=st.dictionaries(
        st.sampled_from(["aws", "azure", "gohai"]),
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES)),
    ),
    skills=st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(NUMBERS)),
    archived=st.booleans(),
    health=st.sampled_from(HEALTHS),
)
attributes = st.fixed_dictionaries(
    {
        "name": st.sampled_from(NAMES),
        "operator": st.sampled_from(["=", "!=", "MATCHES", "CONTAINS"]),
        "value": st.lists(st.sampled_from([*VALUES, *PATTERNS]), min_size=1, max_size=3),
    },
    optional={"namespace": st.lists(st.sampled_from(SPACES), max_size=2)},
)
bounds = st.tuples(st.sampled_from([">=", "<=", "=", "!=", "<", ">", ""]), st.sampled_from(NUMBERS))
skills = st.fixed_dictionaries(
    {"name": st.sampled_from(["x", "y"])},
    optional={"version": st.lists(bounds.map(" ".join), max_size=3)},
)


def states(words: list[str]) -> st.SearchStrategy[Any]:
    operators, values = st.sampled_from(["=", "!="]), st.lists(st.sampled_from(words), min_size=1)
    return st.fixed_dictionaries({"operator": operators, "value": values})


filters = st.fixed_dictionaries(
    {},
    optional={
        "attributes": st.lists(attributes, max_size=3),
        "skills": st.lists(skills, max_size=2),
        "healthStatus": states(HEALTHS),
        "enrollmentLevel": states(["enrolled", "admitted"]),
        "overrideSettings": states(["p"]).map(lambda s: {**s, "name": s["value"]}),
    },
)


def text(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def has(node: NodeView, name: str, spaces: list[str]) -> list[str]:
    """Every value under this name: all places are searched, one after the other."""
    found = []
    for space in ["agent", "gohai", "ohai", "aws", "azure", "tags"]:
        if spaces and space not in spaces:
            continue
        if space in ("agent", "gohai", "ohai") and name in node.facts:
            found.append(text(node.facts[name]))
        if space == "tags" and name in node.tags:
            found.append(node.tags[name])
        if name in node.attributes.get(space, {}):
            found.append(node.attributes[space][name])
    return found


def attribute_holds(node: NodeView, constraint: dict[str, Any]) -> bool:
    found = has(node, constraint["name"], constraint.get("namespace", []))
    for value in constraint["value"]:
        for each in found:
            match constraint["operator"]:
                case "=" if each == value:
                    return True
                case "!=" if each == value:
                    return False
                case "CONTAINS" if each.find(value) >= 0:
                    return True
                case "MATCHES" if re.search(value, each):
                    return True
    return bool(constraint["operator"] == "!=")


def numbers(version: str) -> list[int]:
    parts = [int(part) for part in version.split(".")]
    return parts + [0] * (5 - len(parts))


def skill_holds(node: NodeView, constraint: dict[str, Any]) -> bool:
    if constraint["name"] not in node.skills:
        return False
    mine = numbers(node.skills[constraint["name"]])
    for bound in constraint.get("version", []):
        symbol, _, version = bound.rpartition(" ")
        than = numbers(version)
        order = (mine > than) - (mine < than)
        allowed = {"=": [0], "": [0], "!=": [-1, 1], "<": [-1], ">": [1], "<=": [-1, 0]}
        if order not in allowed.get(symbol.strip(), [0, 1]):
            return False
    return True


def state_holds(state: str, constraint: dict[str, Any]) -> bool:
    if constraint["operator"] == "=":
        return state in constraint["value"]
    return state not in constraint["value"]


def holds(node: NodeView, wanted: dict[str, Any]) -> bool:
    """Constraint by constraint, as the documentation words them."""
    for attribute in wanted.get("attributes", []):
        if not attribute_holds(node, attribute):
            return False
    for skill in wanted.get("skills", []):
        if not skill_holds(node, skill):
            return False
    if "healthStatus" in wanted and not state_holds(node.health, wanted["healthStatus"]):
        return False
    if "enrollmentLevel" in wanted and not state_holds("enrolled", wanted["enrollmentLevel"]):
        return False
    return "overrideSettings" not in wanted or wanted["overrideSettings"]["operator"] == "!="


@given(nodes, filters)
@example(NodeView("n", "n"), {"attributes": [{"name": "os", "operator": "!=", "value": ["a"]}]})
def test_our_judgement_is_the_references(node: NodeView, wanted: dict[str, Any]) -> None:
    found = NodeFilter(wanted)
    assert found.admits(node) is holds(node, wanted)
    assert (found.failures(node) == []) is holds(node, wanted)


@given(nodes, filters)
def test_each_constraint_that_fails_is_named_once(node: NodeView, wanted: dict[str, Any]) -> None:
    """Alone, a constraint fails exactly if it is named among the failures of all of them."""
    named = [failure.path for failure in NodeFilter(wanted).failures(node)]
    assert len(named) == len(set(named))
    for kind, constraint in wanted.items():
        if not isinstance(constraint, list):
            assert (kind in named) is not holds(node, {kind: constraint})
            continue
        for number, each in enumerate(constraint):
            assert (f"{kind}[{number}]" in named) is not holds(node, {kind: [each]})


@given(st.lists(nodes, max_size=5), filters)
def test_every_node_is_either_admitted_or_left_out_with_a_reason(
    fleet: list[NodeView], wanted: dict[str, Any]
) -> None:
    named = {str(no): replace(node, id=str(no)) for no, node in enumerate(fleet)}
    admitted, others = judged(wanted, FleetView(named))
    assert {node.id for node in admitted} | {each.node_id for each in others} == set(named)
    assert not {node.id for node in admitted} & {each.node_id for each in others}
    assert [node.id for node in admitted] == [
        no for no, node in named.items() if not node.archived and holds(node, wanted)
    ]
    assert all(each.reasons for each in others)


@pytest.mark.parametrize("node", [NodeView("n", "n"), NodeView("n", "n", {"os": "a"})])
def test_the_reference_can_tell_nodes_apart(node: NodeView) -> None:
    wanted = {"attributes": [{"name": "os", "operator": "=", "value": ["a"]}]}
    assert holds(node, wanted) is bool(node.facts)
