"""What is told of nodes before a job runs: by step, with the nodes that it is about."""

from typing import Any

from courier_backend.service.node_warnings import fact_warnings, platform_warnings, skill_warnings
from courier_backend.targeting.view import NodeView

SHELL = "chef-platform/shell-interpreter"


def actions(name: str = SHELL, low: str = "", high: str = "") -> dict[str, Any]:
    skill = {"minVersion": low, "maxVersion": high}
    return {"steps": [{"interpreter": {"name": name, "skill": skill}}]}


def nodes(*versions: str, name: str = SHELL) -> list[NodeView]:
    return [
        NodeView(str(number), f"n{number}", skills={name: version})
        for number, version in enumerate(versions, 1)
    ]


def test_nodes_within_the_bounds_are_no_news() -> None:
    assert list(skill_warnings(nodes("1.0.0", "1.9"), actions(low="1", high="1.9.99"))) == []
    assert list(skill_warnings(nodes("1.0.0"), actions())) == []


def test_nodes_out_of_bounds_are_told_in_one_sentence() -> None:
    told = list(skill_warnings(nodes("1.0", "2.1", "0.9", "0.8", "0.7"), actions(low="1.5")))
    assert told == [
        f"step 1 wants {SHELL} at least 1.5, unlike on n1 (1.0), n3 (0.9), n4 (0.8) and 1 more"
    ]


def test_an_interpreter_that_is_missing_is_told() -> None:
    fleet = nodes("1.0", name="courier-runner")
    assert list(skill_warnings(fleet, actions())) == [f"step 1 needs {SHELL}, which is not on n1"]
    some = [*fleet, NodeView("2", "n2", skills={"own/thing": "1"})]
    assert list(skill_warnings(some, actions("own/thing"))) == [
        "step 1 needs own/thing, which is not on n1"
    ]


def test_a_name_that_no_node_knows_may_be_meant_for_another() -> None:
    assert list(skill_warnings(nodes("1", name="python"), actions("pyhton"))) == [
        'step 1 needs pyhton, which is not on n1; did you mean "python"?'
    ]


def test_a_later_step_may_find_what_an_earlier_one_installs() -> None:
    two = {"steps": [*actions(low="1")["steps"], *actions("own/thing")["steps"]]}
    assert list(skill_warnings(nodes("1.0"), two)) == [
        "step 2 needs own/thing, which is not on n1; perhaps an earlier step puts it there"
    ]


def test_nodes_that_told_nothing_yet_and_odd_versions_are_left_out() -> None:
    assert list(skill_warnings([NodeView("1", "n1")], actions(low="9"))) == []
    assert list(skill_warnings(nodes("odd"), actions(low="9"))) == []


def looking(command: str = "true", **more: Any) -> dict[str, Any]:
    step = {"command": {"linux": [command]}, "conditions": [], "inputs": {}, "expectedInputs": {}}
    return {"steps": [{**step, **more}]}


FLEET = [
    NodeView("1", "n1", facts={"platform": "ubuntu", "role": "web"}),
    NodeView("2", "n2", facts={"platform": "suse"}),
]
WHEN_WEB = [{"inputName": "node.role", "operator": "eq", "value": "web"}]


def test_facts_that_nodes_do_not_have_are_told() -> None:
    assert list(fact_warnings(FLEET, looking("echo {{.node.platform}}"))) == []
    assert list(fact_warnings(FLEET, looking("echo {{.node.platfrom}}"))) == [
        'step 1 looks at node.platfrom, which is no fact of n1, n2; did you mean "node.platform"?'
    ]
    assert list(fact_warnings(FLEET, looking(conditions=WHEN_WEB))) == [
        "step 1 looks at node.role, which is no fact of n2"
    ]


def test_a_fact_that_the_step_was_given_is_no_fact() -> None:
    given = looking(conditions=WHEN_WEB, inputs={"node.role": "web"})
    assert list(fact_warnings(FLEET, given)) == []
    assert list(fact_warnings([NodeView("3", "n3")], looking(conditions=WHEN_WEB))) == []


def test_a_step_without_a_command_for_a_node_is_told() -> None:
    step = {
        "interpreter": {"name": SHELL},
        "command": {"windows": ["dir"]},
        "conditions": [],
        "failureBehavior": {"action": "retryThenFail"},
    }
    fleet = [
        NodeView("1", "n1", facts={"os": "linux"}),
        NodeView("2", "n2", facts={"os": "windows"}),
        NodeView("3", "n3"),
    ]
    told = ["step 1 has no command for linux, which runs on n1"]
    assert list(platform_warnings(fleet, {"steps": [step]})) == told
    skipped = step | {"conditions": [{"inputName": "node.os", "operator": "eq"}]}
    ignored = step | {"failureBehavior": {"action": "retryThenIgnore"}}
    any_platform = step | {"command": ["true"]}
    assert list(platform_warnings(fleet, {"steps": [skipped, ignored, any_platform]})) == []
