"""From what a group says to its nodes."""

from typing import Any

import pytest

from courier_backend.targeting.resolve import LeftOut, Resolved, left_out, resolve_group
from courier_backend.targeting.view import FleetView, NodeView, SavedFilter, SavedList

A = "0a6f3c1e-1111-4a4a-8b8b-00000000000a"
B = "0a6f3c1e-1111-4a4a-8b8b-00000000000b"


def nodes(*views: NodeView) -> FleetView:
    return FleetView({view.id: view for view in views})


def node(node_id: str, name: str = "web", os: str = "linux", **more: Any) -> NodeView:
    facts = {"os": os} if os else {}
    return NodeView(node_id, name, facts | more.pop("facts", {}), **more)


def named(*ids: str) -> dict[str, Any]:
    return {"nodeListType": "nodes", "nodeIdentifiers": list(ids) or None}


def steps(*commands: Any, **more: Any) -> dict[str, Any]:
    plain = {"name": "s", "conditions": [], "failureBehavior": {"action": "retryThenFail"}} | more
    return {"steps": [plain | {"command": command} for command in commands]}


LINUX = steps({"linux": ["true"]})


def resolve(group: dict[str, Any], fleet: FleetView, actions: Any = LINUX) -> list[str]:
    """The nodes' ids, with what is wrong behind a colon."""
    found = resolve_group(group, actions, fleet).nodes
    return [f"{each.node_id}: {each.reason_code}".rstrip(": ") for each in found]


def test_nodes_come_in_the_order_in_which_they_are_named_each_once() -> None:
    assert resolve(named(B, A, B), nodes(node(A), node(B))) == [B, A]


def test_an_id_may_be_written_in_capitals() -> None:
    assert resolve(named(A.upper(), A), nodes(node(A))) == [A]


def test_no_names_no_nodes() -> None:
    assert resolve(named(), nodes(node(A))) == []


def test_what_is_recorded_of_a_node() -> None:
    (found,) = resolve_group(named(A), LINUX, nodes(node(A, facts_revision=7))).nodes
    assert found == Resolved(A, "web", 7)


def test_unknown_and_archived_nodes_say_so() -> None:
    (unknown,) = resolve_group(named(A), LINUX, nodes()).nodes
    assert (unknown.reason_code, unknown.reason) == ("node-unknown", f"there is no node {A}")
    (archived,) = resolve_group(named(A), LINUX, nodes(node(A, archived=True))).nodes
    assert (archived.reason_code, archived.reason) == ("node-archived", "web is archived")


def test_no_command_for_the_nodes_platform() -> None:
    (found,) = resolve_group(named(A), LINUX, nodes(node(A, os="windows"))).nodes
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


# ---- filters and lists that were saved

WEB = {"attributes": [{"name": "role", "operator": "=", "value": ["web"]}]}
FILTER = "5e1f0000-1111-4a4a-8b8b-0000000000f1"
LIST = "5e1f0000-1111-4a4a-8b8b-0000000000e1"
FLEET = FleetView(
    {
        each.id: each
        for each in (
            node(A, "web-1", tags={"role": "web"}),
            node(B, "db-1", tags={"role": "db"}),
            node("old", "old", tags={"role": "web"}, archived=True),
        )
    },
    {FILTER: SavedFilter(FILTER, "webs", WEB)},
    {LIST: SavedList(LIST, "mine", [B, "old", A, "gone"])},
)


def ad_hoc(constraints: dict[str, Any]) -> dict[str, Any]:
    return {"nodeListType": "filter", "filter": {"constraints": constraints}}


def saved_filter(its_id: str) -> dict[str, Any]:
    return {"nodeListType": "savedFilter", "filterId": its_id}


def saved_list(its_id: str) -> dict[str, Any]:
    return {"nodeListType": "savedList", "listId": its_id}


def test_a_filter_never_finds_archived_nodes() -> None:
    assert resolve(ad_hoc(WEB), FLEET) == [A]
    assert resolve(ad_hoc({}), FLEET) == [A, B]


def test_a_saved_filter_does_what_the_same_filter_does_in_the_group() -> None:
    assert resolve(saved_filter(FILTER), FLEET) == resolve(ad_hoc(WEB), FLEET) == [A]
    assert resolve(saved_filter(FILTER.upper()), FLEET) == [A]


def test_a_saved_list_keeps_its_order_and_never_targets_archived_nodes() -> None:
    assert resolve(saved_list(LIST), FLEET) == [B, A]


@pytest.mark.parametrize(
    ("group", "code", "reason"),
    [
        (saved_filter(A), "filter-unknown", f"there is no saved filter {A}"),
        (saved_list(A), "list-unknown", f"there is no saved list {A}"),
    ],
)
def test_what_is_not_there_any_more_is_the_groups_fault(
    group: dict[str, Any], code: str, reason: str
) -> None:
    found = resolve_group(group, LINUX, FLEET)
    assert (found.nodes, found.reason_code, found.reason) == ([], code, reason)
    assert left_out(group, FLEET) == []


def test_a_pattern_that_takes_too_long_is_the_groups_fault() -> None:
    slow = {"attributes": [{"name": "x", "operator": "MATCHES", "value": ["(a|aa)+$"]}]}
    fleet = nodes(node(A, facts={"x": "a" * 60 + "b"}))
    found = resolve_group(ad_hoc(slow), LINUX, fleet)
    assert (found.nodes, found.reason_code) == ([], "pattern-too-slow")
    assert found.reason == 'the pattern "(a|aa)+$" takes longer than 0.1 s over 61 characters'
    assert left_out(ad_hoc(slow), fleet) == []


def test_who_is_left_out_and_why() -> None:
    not_web = LeftOut(B, "db-1", ['role is "db", which is not "web"'])
    archived = LeftOut("old", "old", ["it is archived"])
    assert left_out(ad_hoc(WEB), FLEET) == [not_web, archived]
    assert left_out(saved_filter(FILTER), FLEET) == [not_web, archived]
    assert left_out(saved_list(LIST), FLEET) == [archived]
    assert left_out(named(A), FLEET) == [], "named nodes are all there is"
