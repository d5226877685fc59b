"""Targets on real nodes: filters by facts and skills, saved ones, lists, and a file of nodes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.courier import Courier, Item

    JobFile = Callable[[dict[str, Any]], str]

ON_CPUS = {"name": "cpu_total", "operator": "MATCHES", "value": ["^(8|16|32|64)$"]}
NOT_DEVELOPED = {"name": "stage", "operator": "!=", "value": ["development"], "namespace": ["tags"]}
SHELL = {"name": "chef-platform/shell-interpreter", "version": [">= 1.0.0", "< 2"]}
CONSTRAINTS = {"attributes": [ON_CPUS, NOT_DEVELOPED], "skills": [SHELL]}


def nodes(courier: Courier) -> list[Item]:
    found: list[Item] = courier.answer("nodes", "list", "--limit", "100", "--format", "json")[
        "items"
    ]
    return [node for node in found if not node["archived"]]


def expected(courier: Courier) -> set[str]:
    """Those that the filter should admit, found the slow way."""
    wanted = set()
    for node in nodes(courier):
        facts = {each["name"]: each["value"] for each in node["attributes"]}
        big = facts["cpu_total"] in {"8", "16", "32", "64"}
        if big and node["tags"].get("stage") != "development":
            wanted.add(node["id"])
    return wanted


def targeting(**selection: Any) -> dict[str, Any]:
    """A job that runs where a selection says."""
    made: dict[str, Any] = group([], batch=100)
    made.pop("nodeIdentifiers")
    return job([made | selection], [step("echo $COURIER_FACT_CPU_TOTAL")])


def ran_on(courier: Courier, *words: str) -> set[str]:
    """The nodes on which a job that was submitted so ran, all of them with success."""
    item = courier.answer("run", *words, "--format", "json")["item"]
    courier.command("wait", item["instanceId"])
    return {run["nodeId"] for run in courier.runs(item["instanceId"])}


@pytest.mark.usefixtures("lab")
def test_a_job_runs_exactly_where_its_filter_says(courier: Courier, job_file: JobFile) -> None:
    wanted = expected(courier)
    assert 0 < len(wanted) < len(nodes(courier)), "the filter tells some nodes from others"
    path = job_file(targeting(nodeListType="filter", filter={"constraints": CONSTRAINTS}))

    plan = courier.answer("plan", path, "--format", "json")["item"]["groups"][0]
    assert {node["id"] for node in plan["nodes"]} == wanted
    assert plan["leftOutCount"] == len(nodes(courier)) - len(wanted)
    assert all(node["reasons"] for node in plan["leftOut"])

    assert ran_on(courier, path) == wanted


@pytest.mark.usefixtures("lab")
def test_a_skill_that_no_node_has_leaves_all_out_with_that_reason(
    courier: Courier, job_file: JobFile
) -> None:
    skill = {"name": "chef-platform/shell-interpreter", "version": ["> 99"]}
    path = job_file(targeting(nodeListType="filter", filter={"constraints": {"skills": [skill]}}))
    (found,) = courier.answer("plan", path, "--format", "json")["item"]["groups"]
    assert found["nodes"] == []
    assert all(node["reasons"][0].endswith("which is not > 99") for node in found["leftOut"])
    item = courier.answer("run", path, "--format", "json")["item"]
    done = courier.command("wait", item["instanceId"], check=False)
    assert done.returncode == 1
    shown = courier.answer("instances", "show", item["instanceId"], "--format", "json")["item"]
    assert shown["reasonCode"] == "no-nodes"


@pytest.mark.usefixtures("lab")
def test_a_saved_filter_is_resolved_when_each_instance_begins(
    courier: Courier, job_file: JobFile, tmp_path: Path
) -> None:
    file = tmp_path / "filter.json"
    file.write_text(json.dumps({"constraints": CONSTRAINTS}))
    courier.command("filters", "add", "big ones", str(file))
    path = job_file(targeting(nodeListType="savedFilter", filterId="big ones"))
    wanted = expected(courier)
    assert ran_on(courier, path) == wanted

    gone = min(wanted)
    courier.command("nodes", "archive", gone)
    try:
        assert ran_on(courier, path) == wanted - {gone}
    finally:
        courier.command("nodes", "archive", gone, "--undo")


@pytest.mark.usefixtures("lab")
def test_a_filter_that_is_gone_fails_its_group_and_no_other(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    courier.command("filters", "add", "short-lived", "--attribute", "os=linux")
    both = targeting(nodeListType="savedFilter", filterId="short-lived")
    both["target"]["groups"].append(group([lab[0]["id"]], batch=1))
    both["target"]["executionType"] = "parallel"
    both["name"] = "two groups"
    job_id = courier.answer("run", job_file(both), "--format", "json")["item"]["jobId"]
    courier.command("filters", "remove", "short-lived")

    words = ("scheduler", "jobs", "activated-job", "--jobId", job_id)
    instance = courier.answer(*words)["item"]["instanceId"]
    courier.command("wait", instance, check=False)
    shown = courier.answer("instances", "show", instance, "--format", "json")["item"]
    first, second = shown["groups"]
    assert (first["status"], first["reasonCode"]) == ("failure", "filter-unknown")
    assert second["status"] == "success"

    again = courier.command("run", job_file(both), check=False)
    assert again.returncode == 2
    assert "there is no saved filter of this name" in again.stderr


def test_a_saved_list_runs_in_its_order(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    names = [node["name"] for node in (lab[5], lab[2], lab[7])]
    courier.command("lists", "add", "three", *names)
    path = job_file(targeting(nodeListType="savedList", listId="three"))
    item = courier.answer("run", path, "--format", "json")["item"]
    courier.command("wait", item["instanceId"])
    assert [run["nodeName"] for run in courier.runs(item["instanceId"])] == names


def test_why_a_node_is_left_out(courier: Courier, lab: list[Item]) -> None:
    words = ("--attribute", "os=windows", "--node", lab[0]["name"], "--format", "json")
    item = courier.answer("filters", "test", *words)["item"]
    assert item["leftOut"][0]["reasons"] == ['os is "linux", which is not "windows"']


def test_a_file_of_nodes_is_imported_and_again(
    courier: Courier, lab: list[Item], tmp_path: Path
) -> None:
    keys = json.loads((courier.home / "data" / "lab" / "000" / "nodes.json").read_text())
    tokens = {node["id"]: node["token"] for node in keys["nodes"]}
    lines = ["[edge:vars]", "courier_token_file = {{ inventory_hostname }}.token", "[edge]"]
    for node in lab[:3]:
        (tmp_path / f"{node['name']}.token").write_text(tokens[node["id"]])
        lines.append(f"{node['name']} courier_url={node['url']} courier_tags=imported=yes")
    inventory = tmp_path / "hosts"
    inventory.write_text("\n".join(lines))

    dry = courier.command("nodes", "import", str(inventory), "--dry-run")
    assert dry.stdout.count("change") >= 3
    done = courier.answer("nodes", "import", str(inventory), "--format", "json")
    assert [each["outcome"] for each in done["items"]] == ["changed"] * 3
    again = courier.answer("nodes", "import", str(inventory), "--format", "json")
    assert [each["outcome"] for each in again["items"]] == ["unchanged"] * 3
    by = ("filters", "test", "--attribute", "tags:edge=true", "--attribute", "imported=yes")
    item = courier.answer(*by, "--format", "json")["item"]
    assert {node["id"] for node in item["matched"]} == {node["id"] for node in lab[:3]}
