"""Each operator of a filter, and what it says of a node that it leaves out."""

from typing import Any

import pytest

from courier_backend.targeting.filters import Failure, NodeFilter
from courier_backend.targeting.view import NodeView

NODE = NodeView(
    "n1",
    "web-1",
    facts={"kernel_name": "Linux", "cpu_total": 8, "primary_ip": "172.31.4.5", "virtual": True},
    tags={"role": "web", "zone": "a"},
    skills={"chef-gohai": "1.0.66", "odd": "unknown"},
    health="reachable",
    attributes={"aws": {"instance_type": "m5.large", "zone": "eu-1"}},
)


def reasons(constraints: dict[str, Any]) -> list[str]:
    found = NodeFilter(constraints)
    failures = [failure.reason for failure in found.failures(NODE)]
    assert found.admits(NODE) is not bool(failures), "one judgement"
    return failures


def by(name: str, operator: str, *values: str, namespace: list[str] | None = None) -> str:
    constraint = {"name": name, "operator": operator, "value": list(values)}
    if namespace is not None:
        constraint["namespace"] = namespace
    return "".join(reasons({"attributes": [constraint]}))


def skill(name: str, *version: str) -> str:
    return "".join(reasons({"skills": [{"name": name, "version": list(version)}]}))


def test_no_constraints_admit_every_node() -> None:
    assert reasons({}) == []


@pytest.mark.parametrize(
    ("operator", "values", "reason"),
    [
        ("=", ["Linux"], ""),
        ("=", ["Darwin", "Linux"], ""),
        ("=", ["Windows", "Darwin"], 'kernel_name is "Linux", which is not "Windows" or "Darwin"'),
        ("!=", ["Windows", "Darwin"], ""),
        ("!=", ["Linux", "x"], 'kernel_name is "Linux", which must not be "Linux" or "x"'),
        ("MATCHES", ["^L.n"], ""),
        ("MATCHES", ["nux"], ""),
        ("MATCHES", ["^x", "x$"], ""),
        ("MATCHES", ["^nux"], 'kernel_name is "Linux", which does not match "^nux"'),
        ("CONTAINS", ["nu"], ""),
        ("CONTAINS", [""], ""),
        ("CONTAINS", ["linux"], 'kernel_name is "Linux", which does not contain "linux"'),
    ],
)  # fmt: skip
def test_the_operators(operator: str, values: list[str], reason: str) -> None:
    assert by("kernel_name", operator, *values) == reason


@pytest.mark.parametrize("operator", ["=", "MATCHES", "CONTAINS"])
def test_what_a_node_has_not_is_like_nothing(operator: str) -> None:
    assert by("ghost", operator, "") == "it has no ghost"
    assert by("ghost", operator, "", namespace=["aws", "tags"]) == "it has no ghost in aws or tags"


def test_what_a_node_has_not_is_other_than_everything() -> None:
    assert by("ghost", "!=", "x") == ""


def test_facts_are_compared_as_they_are_shown() -> None:
    assert by("cpu_total", "=", "8") == ""
    assert by("virtual", "=", "true") == ""


@pytest.mark.parametrize(
    ("name", "value", "namespace", "found"),
    [
        ("role", "web", [], True),
        ("role", "web", ["tags"], True),
        ("role", "web", ["agent", "gohai", "aws"], False),
        ("cpu_total", "8", ["agent"], True),
        ("cpu_total", "8", ["gohai"], True),
        ("cpu_total", "8", ["ohai"], True),
        ("cpu_total", "8", ["tags"], False),
        ("cpu_total", "8", ["tags", "agent"], True),
        ("cpu_total", "8", ["aws"], False),
        ("instance_type", "m5.large", ["aws"], True),
        ("instance_type", "m5.large", [], True),
        ("instance_type", "m5.large", ["azure"], False),
        ("zone", "a", [], True),
        ("zone", "eu-1", [], True),
        ("zone", "eu-1", ["tags"], False),
    ],
)
def test_a_namespace_says_where_to_look(
    name: str, value: str, namespace: list[str], found: bool
) -> None:
    assert (by(name, "=", value, namespace=namespace) == "") is found


def test_the_same_name_in_two_places_is_both() -> None:
    assert by("zone", "!=", "a") == 'zone is "a" or "eu-1", which must not be "a"'


@pytest.mark.parametrize(
    ("bounds", "missed"),
    [
        ([], ""),
        ([">= 1.0.0", "<= 1.0.66"], ""),
        (["1.0.66"], ""),
        (["= 1.0.66"], ""),
        (["==1.0.66"], ""),
        (["!= 1.0.65"], ""),
        (["< 1.1"], ""),
        (["> 1"], ""),
        (["< 1.0.66"], "< 1.0.66"),
        (["> 1.0.66"], "> 1.0.66"),
        (["!= 1.0.66.0"], "!= 1.0.66.0"),
        (["1.0"], "1.0"),
        ([">= 1.0.67", "<= 2", "!= 1.0.66"], ">= 1.0.67 and != 1.0.66"),
    ],
)
def test_version_bounds_of_skills_all_hold(bounds: list[str], missed: str) -> None:
    expected = f"chef-gohai is 1.0.66, which is not {missed}" if missed else ""
    assert skill("chef-gohai", *bounds) == expected


def test_a_skill_that_is_not_there_or_has_no_version() -> None:
    assert skill("inspec") == "it has no skill inspec"
    assert skill("odd") == ""
    assert skill("odd", ">= 1") == "odd has the version 'unknown', which is none"


@pytest.mark.parametrize(
    ("kind", "what", "state"),
    [("healthStatus", "health", "reachable"), ("enrollmentLevel", "enrollment", "enrolled")],
)
def test_states(kind: str, what: str, state: str) -> None:
    def judge(operator: str, *values: str) -> list[str]:
        return reasons({kind: {"operator": operator, "value": list(values)}})

    assert judge("=", "other", state) == []
    assert judge("!=", "other") == []
    assert judge("=", "other") == [f'its {what} is {state}, which is not "other"']
    assert judge("!=", state) == [f'its {what} is {state}, which must not be "{state}"']


def test_no_node_has_settings_of_its_own() -> None:
    named = {"name": ["production"]}
    assert reasons({"overrideSettings": {"operator": "!=", **named}}) == []
    assert reasons({"overrideSettings": {"operator": "=", **named}}) == [
        'it has no override settings, so not "production"'
    ]


def test_all_constraints_must_hold_and_each_that_fails_is_named() -> None:
    constraints = {
        "attributes": [
            {"name": "kernel_name", "operator": "=", "value": ["Linux"]},
            {"name": "role", "operator": "=", "value": ["db"]},
        ],
        "skills": [{"name": "inspec"}, {"name": "chef-gohai"}],
        "healthStatus": {"operator": "=", "value": ["offline"]},
    }
    assert NodeFilter(constraints).failures(NODE) == [
        Failure("attributes[1]", 'role is "web", which is not "db"'),
        Failure("skills[0]", "it has no skill inspec"),
        Failure("healthStatus", 'its health is reachable, which is not "offline"'),
    ]
