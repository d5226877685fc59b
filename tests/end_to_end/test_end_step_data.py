"""Steps that pass data to each other, and branch by the facts of their node, on a lab."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.courier import Courier, Item

    JobFile = Callable[[dict[str, Any]], str]

DOCUMENT = Path(__file__).parents[2] / "docs" / "step-data.md"
REPORT = '{"app": {"version": "2.4", "ports": [80, 443]}}'


def rule(source_type: str, source: str, method: str, expression: str = "") -> Item:
    return {
        "sourceType": source_type,
        "source": source,
        "extractMethod": method,
        "expression": expression,
        "required": True,
    }


def when(name: str, operator: str, value: str, *, negate: bool = False) -> Item:
    return {"inputName": name, "operator": operator, "value": value, "negate": negate}


def steps() -> list[Item]:
    look = step(
        f"echo '{REPORT}' > \"$COURIER_EVIDENCE_DIR/report.json\"",
        "echo cpus=$COURIER_FACT_CPU_TOTAL",
        name="look",
        outputFieldRules={
            "VERSION": rule("artifact", "report.json", "jsonPath", "$.app.version"),
            "PORTS": rule("artifact", "report.json", "jsonPath", "$.app.ports"),
            "CPUS": rule("output", "stdout", "regEx", r"cpus=(\d+)"),
            "FAMILY": rule("output", "stdout", "content"),
        },
    )
    debian = step(
        "echo apt {{.VERSION}} on {{.node.platform}}",
        name="debian",
        conditions=[when("node.platform_family", "eq", "debian")],
    )
    others = step(
        "printf '%s\\n' {{quote .GREETING}}",
        name="others",
        inputs={"GREETING": "it's $HOME & more"},
        conditions=[when("node.platform_family", "eq", "debian", negate=True)],
    )
    large = step(
        'echo "$COURIER_INPUT_CPUS of $COURIER_INPUT_LEAST: $COURIER_INPUT_PORTS"',
        name="large",
        expectedInputs={
            "CPUS": {"type": "int", "required": True},
            "LEAST": {"type": "int", "default": 8},
        },
        conditions=[when("CPUS", "gte", "8"), when("VERSION", "startsWith", "2.")],
    )
    return [look, debian, others, large]


def test_each_node_takes_the_branch_that_its_facts_say(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    nodes = {node["id"]: node for node in lab}
    path = job_file(job([group(list(nodes))], steps()))
    instance = courier.answer("run", path, "--format", "json")["item"]["instanceId"]
    assert courier.command("wait", instance).returncode == 0
    families = set()
    for run in courier.runs(instance):
        facts = facts_of(courier, run["nodeId"])
        told = {item["name"]: item for item in courier.steps(run["runId"])}
        is_debian = facts["platform_family"] == "debian"
        is_large = int(facts["cpu_total"]) >= 8
        families.add(is_debian)
        assert {name: item["status"] for name, item in told.items()} == {
            "look": "success",
            "debian": "success" if is_debian else "skipped",
            "others": "skipped" if is_debian else "success",
            "large": "success" if is_large else "skipped",
        }
        assert json.loads(told["look"]["outputs"]) == {
            "VERSION": "2.4",
            "PORTS": "[80,443]",
            "CPUS": str(facts["cpu_total"]),
            "FAMILY": f"cpus={facts['cpu_total']}\n",
        }
        printed = courier.command("logs", run["runId"], "--stream", "stdout").stdout
        if is_debian:
            assert f"apt 2.4 on {facts['platform']}\n" in printed
            assert 'not eq "debian" does not hold' in told["others"]["reason"]
        else:
            assert "it's $HOME & more\n" in printed
            assert told["debian"]["reasonCode"] == "conditions"
        if is_large:
            assert f"{facts['cpu_total']} of 8: [80,443]\n" in printed
            inputs = json.loads(told["large"]["inputs"])
            assert inputs == {"CPUS": str(facts["cpu_total"]), "LEAST": "8"}
    assert families == {True, False}, "the lab has both kinds"


def facts_of(courier: Courier, node_id: str) -> Item:
    item = courier.answer("nodes", "show", node_id, "--format", "json")["item"]
    return {fact["name"]: fact["value"] for fact in item["attributes"]}


def test_a_required_input_may_be_set_and_is_missing_otherwise(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    wants = step(
        "echo to {{.HOST}}:{{.PORT}}",
        expectedInputs={"HOST": {"required": True}, "PORT": {"type": "int", "default": 80}},
    )
    path = job_file(job([group([lab[0]["id"]])], [wants]))
    item = courier.answer("run", path, "--set", "HOST=db1", "--format", "json")["item"]
    assert courier.command("wait", item["instanceId"]).returncode == 0
    run = courier.runs(item["instanceId"])[0]["runId"]
    assert courier.command("logs", run).stdout == "to db1:80\n"

    without = courier.answer("run", path, "--format", "json")["item"]
    assert courier.command("wait", without["instanceId"], check=False).returncode == 1
    failed = courier.runs(without["instanceId"])[0]
    assert failed["reasonCode"] == "missing-input"
    (told,) = courier.steps(failed["runId"])
    assert (told["status"], told["numAttempts"]) == ("failure", 0)

    wrong = courier.command("run", path, "--set", "PORT=http", check=False)
    assert wrong.returncode == 2
    assert "is not a whole number" in wrong.stderr


def test_plan_tells_what_cannot_work_before_anything_runs(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    secret = step(
        "login {{.TOKEN}}; echo {{.TOKNE}}",
        inputs={"TOKEN": "s3cr3t-value"},
        expectedInputs={"TOKEN": {"sensitive": True}},
        conditions=[when("node.platfrom", "eq", "ubuntu")],
    )
    path = job_file(job([group([lab[0]["id"]])], [secret]))
    item = courier.answer("plan", path, "--format", "json")["item"]
    messages = [problem["message"] for problem in item["problems"]]
    assert any("$COURIER_INPUT_TOKEN" in message for message in messages)
    (typo,) = [problem for problem in item["problems"] if "TOKNE" in problem["message"]]
    assert (typo["severity"], typo["didYouMean"]) == ("warning", "TOKEN")
    assert typo["line"] > 0
    (warning,) = item["warnings"]
    assert warning.startswith("group 0: step 1 looks at node.platfrom, which is no fact of lab-")
    assert warning.endswith('; did you mean "node.platform"?')
    broken = job_file(
        job([group([lab[0]["id"]])], [step("docker inspect -f '{{json .Config}}' x")])
    )
    done = courier.command("plan", broken, check=False)
    assert done.returncode == 2
    assert "{{json .Config}} is not understood" in done.stdout + done.stderr


def test_the_example_of_the_documents_does_what_they_say(
    courier: Courier, lab: list[Item], tmp_path: Path
) -> None:
    found = re.search(r"```yaml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert found is not None
    path = tmp_path / "upgrade.yaml"
    path.write_text(found[1], "utf-8")
    words = ["run", str(path), "--node", lab[0]["name"], "--format", "json"]
    instance = courier.answer(*words)["item"]["instanceId"]
    assert courier.command("wait", instance).returncode == 0
    run = courier.runs(instance)[0]
    look, upgrade, alone, report = courier.steps(run["runId"])
    assert json.loads(look["outputs"]) == {"VERSION": "1.25.0", "WORKERS": "4"}
    assert (upgrade["status"], alone["status"], report["status"]) == (
        "success",
        "skipped",
        "success",
    )
    assert alone["reason"] in DOCUMENT.read_text("utf-8")
    printed = courier.command("logs", run["runId"], "--stream", "stdout").stdout
    platform = facts_of(courier, run["nodeId"])["platform"]
    assert f"upgrading 1.25.0 on {platform}\n" in printed
    assert "4 workers, 2 at least\n" in printed
