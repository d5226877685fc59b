"""From what a group says to its nodes."""

from typing import Any

import pytest

from courier_backend.model.errors import BadInput
from courier_backend.targeting.resolve import NodeView, Resolved, resolve_group

A = "0a6f3c1e-1111-4a4a-8b8b-00000000000a"
B = "0a6f3c1e-1111-4a4a-8b8b-00000000000b"


def nodes(*views: NodeView) -> dict[str, NodeView]:
    return {view.id: view for view in views}


def node(node_id: str, name: str = "web", os: str = "linux", **more: Any) -> NodeView:
    facts = {"os": os} if os else {}
    return NodeView(node_id, name, facts | more.pop("facts", {}), **more)


def named(*ids: str) -> dict[str, Any]:
    return {"nodeListType": "nodes", "nodeIdentifiers": list(ids) or None}


def steps(*commands: Any, **more: Any) -> dict[str, Any]:
    plain = {"name": "s", "conditions": [], "failureBehavior": {"action": "retryThenFail"}} | more
    return {"steps": [plain | {"command": command} for command in commands]}


LINUX = steps({"linux": ["true"]})


def resolve(group: dict[str, Any], fleet: dict[str, NodeView], actions: Any = LINUX) -> list[str]:
    """The nodes' ids, with what is wrong behind a colon."""
    found = resolve_group(group, actions, fleet)
    return [f"{each.node_id}: {each.reason_code}".rstrip(": ") for each in found]


def test_nodes_come_in_the_order_in_which_they_are_named_each_once() -> None:
    assert resolve(named(B, A, B), nodes(node(A), node(B))) == [B, A]


def test_an_id_may_be_written_in_capitals() -> None:
    assert resolve(named(A.upper(), A), nodes(node(A))) == [A]


def test_no_names_no_nodes() -> None:
    assert resolve(named(), nodes(node(A))) == []


def test_what_is_recorded_of_a_node() -> None:
    (found,) = resolve_group(named(A), LINUX, nodes(node(A, facts_revision=7)))
    assert found == Resolved(A, "web", 7)


def test_unknown_and_archived_nodes_say_so() -> None:
    (unknown,) = resolve_group(named(A), LINUX, {})
    assert (unknown.reason_code, unknown.reason) == ("node-unknown", f"there is no node {A}")
    (archived,) = resolve_group(named(A), LINUX, nodes(node(A, archived=True)))
    assert (archived.reason_code, archived.reason) == ("node-archived", "web is archived")


def test_no_command_for_the_nodes_platform() -> None:
    (found,) = resolve_group(named(A), LINUX, nodes(node(A, os="windows")))
    assert found.reason_code == "no-command-for-platform"
    assert found.reason == "step 1 (s) has no command for windows (web)"


@pytest.mark.parametrize(
    "actions",
    [
        steps({"linux": ["true"], "windows": ["dir"]}),
        steps({"exec": ["inspec"], "args": []}),
        steps(["true"]),
        steps({"linux": ["true"]}, conditions=[{"inputName": "OS"}]),
        steps({"linux": ["true"]}, failureBehavior={"action": "retryThenIgnore"}),
    ],
    ids=["both", "other interpreter", "older form", "may be skipped", "may fail"],
)
def test_what_is_not_sure_to_fail_is_left_to_the_node(actions: dict[str, Any]) -> None:
    assert resolve(named(A), nodes(node(A, os="windows")), actions) == [A]


def test_a_node_that_was_never_met_gets_its_chance() -> None:
    assert resolve(named(A), nodes(node(A, os=""))) == [A]


def test_a_later_step_counts_too() -> None:
    actions = steps({"windows": ["dir"]}, {"linux": ["true"]})
    assert resolve(named(A), nodes(node(A, os="windows")), actions) == [
        f"{A}: no-command-for-platform"
    ]


@pytest.mark.parametrize("kind", ["savedFilter", "savedList"])
def test_lists_that_are_kept_elsewhere_are_refused(kind: str) -> None:
    with pytest.raises(BadInput, match=f"{kind} cannot be used yet"):
        resolve({"nodeListType": kind, "nodeIdentifiers": None}, {})


# ---- filters

FLEET = nodes(
    node(A, facts={"kernel_name": "Linux", "cpu_total": 8}, tags={"role": "db"}),
    node(B, "app", facts={"kernel_name": "Linux", "primary_ip": "172.31.4.5"}),
    node("old", facts={"kernel_name": "Linux"}, archived=True),
)


def by(name: str, operator: str, *values: str, namespace: list[str] | None = None) -> list[str]:
    constraint = {"name": name, "operator": operator, "value": list(values)}
    if namespace:
        constraint["namespace"] = namespace
    return filtered({"attributes": [constraint]})


def filtered(constraints: dict[str, Any]) -> list[str]:
    group = {"nodeListType": "filter", "filter": {"constraints": constraints}}
    return resolve(group, FLEET)


def test_a_filter_never_finds_archived_nodes() -> None:
    assert by("kernel_name", "=", "Linux") == [A, B]
    assert filtered({}) == [A, B]


def test_the_operators() -> None:
    assert by("cpu_total", "=", "8") == [A]
    assert by("cpu_total", "!=", "8") == [B]
    assert by("primary_ip", "MATCHES", r"^172\.31.*") == [B]
    assert by("primary_ip", "CONTAINS", "31") == [B]
    assert by("primary_ip", "CONTAINS", "") == [B], "a node without it does not match"


def test_several_values_are_alternatives_and_constraints_all_hold() -> None:
    assert by("role", "=", "web", "db") == [A]
    both = [
        {"name": "kernel_name", "operator": "=", "value": ["Linux"]},
        {"name": "role", "operator": "!=", "value": ["db"]},
    ]
    assert filtered({"attributes": both}) == [B]


def test_a_namespace_says_where_to_look() -> None:
    assert by("role", "=", "db", namespace=["tags"]) == [A]
    assert by("role", "=", "db", namespace=["agent"]) == []
    assert by("cpu_total", "=", "8", namespace=["tags"]) == []
    assert by("cpu_total", "=", "8", namespace=["tags", "agent"]) == [A]


def test_what_cannot_be_judged_is_refused_rather_than_guessed() -> None:
    with pytest.raises(BadInput, match="Filters by skills cannot be used yet"):
        filtered({"skills": [{"name": "chef-gohai"}]})
    with pytest.raises(BadInput, match="is not a pattern"):
        by("primary_ip", "MATCHES", "(")
