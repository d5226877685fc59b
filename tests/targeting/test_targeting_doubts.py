"""What a filter names that no node has."""

from typing import Any

import pytest

from courier_backend.targeting.doubts import doubts
from courier_backend.targeting.view import NodeView

NODES = [
    NodeView("1", "a", facts={"os": "linux"}, skills={"chef-platform/shell-interpreter": "1"}),
    NodeView("3", "c", tags={"rol": "web"}, skills={"shell": "1"}, archived=True),
    NodeView("2", "b", tags={"role": "web"}, attributes={"aws": {"zone": "a"}}),
]


def attribute(name: str, *namespace: str) -> dict[str, Any]:
    each = {"name": name, "operator": "!=", "value": ["x"], "namespace": list(namespace)}
    return {"attributes": [each]}


@pytest.mark.parametrize(
    "constraints",
    [
        {},
        attribute("role"),
        attribute("role", "tags", "aws"),
        attribute("os", "ohai"),
        attribute("zone", "aws"),
        {"skills": [{"name": "chef-platform/shell-interpreter", "version": ["> 9"]}]},
    ],
)
def test_what_one_node_has_is_no_slip(constraints: dict[str, Any]) -> None:
    assert doubts(constraints, NODES) == []


@pytest.mark.parametrize(
    ("constraints", "sentence"),
    [
        (attribute("rol"), 'no node has an attribute "rol"; did you mean "role"?'),
        (attribute("ROLE"), 'no node has an attribute "ROLE"; did you mean "role"?'),
        (attribute("os", "tags"), 'no node has an attribute "os" in tags, but in agent'),
        (attribute("qqq", "tags", "aws"), 'no node has an attribute "qqq" in tags or aws'),
        (
            {"skills": [{"name": "shell"}]},
            'no node has a skill "shell"; did you mean "chef-platform/shell-interpreter"?',
        ),
    ],
)
def test_what_no_node_has_is_told_with_what_was_meant(
    constraints: dict[str, Any], sentence: str
) -> None:
    assert doubts(constraints, NODES) == [sentence]
    assert doubts(constraints, []) == [], "nothing is known of an empty fleet"
