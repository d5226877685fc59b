"""The commands that a person types, on real nodes."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.courier import Courier, Item

    JobFile = Callable[[dict[str, Any]], str]

HOSTILE = 'job [/red] "quoted" \N{GRINNING FACE}\n[bold]'


def ids(lab: list[Item]) -> list[str]:
    return [node["id"] for node in lab]


def submitted(courier: Courier, *words: str) -> Item:
    item: Item = courier.answer("run", *words, "--format", "json")["item"]
    return item


def test_watching_a_run_tells_its_way_and_its_end(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    path = job_file(job([group(ids(lab)[:4], batch=2)], [step("echo hello")]))
    done = courier.command("run", path, "--watch")
    told = done.stdout + done.stderr
    assert done.returncode == 0
    assert "success" in told


def test_a_job_that_fails_gives_exit_code_1(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    path = job_file(job([group(ids(lab)[:2])], [step("echo sorry >&2; exit 7")]))
    done = courier.command("run", path, "--watch", check=False)
    assert done.returncode == 1
    run = courier.answer("runs", "list", "--format", "json")["items"][-1]
    assert "7" in run["reason"]


def test_retry_takes_those_that_failed_alone(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    nodes = ids(lab)[4:8]
    heal = 'test "$COURIER_NODE_ID" != %s || { test -e healed || { touch healed; exit 1; }; }'
    path = job_file(job([group(nodes)], [step(heal % nodes[1])]))
    first = submitted(courier, path)
    assert courier.command("wait", first["instanceId"], check=False).returncode == 1
    again = courier.answer("retry", first["instanceId"], "--format", "json")["item"]
    assert courier.command("wait", again["instanceId"]).returncode == 0
    assert [run["nodeId"] for run in courier.runs(again["instanceId"])] == [nodes[1]]


def test_logs_give_the_output_as_it_was(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    path = job_file(job([group(ids(lab)[:1])], [step("echo one", "printf 'two\\n'")]))
    instance = submitted(courier, path)["instanceId"]
    courier.command("wait", instance)
    run = courier.runs(instance)[0]["runId"]
    assert courier.command("logs", run, "--stream", "stdout").stdout == "one\ntwo\n"


def test_other_nodes_and_inputs_may_be_given(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    speak = step('echo "$COURIER_INPUT_WORD"', inputs={"WORD": "none"})
    path = job_file(job([group(ids(lab)[:1])], [speak]))
    other = lab[9]
    words = ["--node", other["name"], "--set", "WORD=given"]
    instance = submitted(courier, path, *words)["instanceId"]
    courier.command("wait", instance)
    runs = courier.runs(instance)
    assert [run["nodeId"] for run in runs] == [other["id"]]
    assert courier.command("logs", runs[0]["runId"]).stdout == "given\n"


def test_ids_may_be_shortened(courier: Courier, lab: list[Item], job_file: JobFile) -> None:
    path = job_file(job([group(ids(lab)[:1])], [step("true")]))
    instance = submitted(courier, path)["instanceId"]
    assert courier.command("wait", instance[:8]).returncode == 0


def test_hostile_names_go_through_unharmed(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    path = job_file(job([group(ids(lab)[:1])], [step("true", name=HOSTILE)], name=HOSTILE))
    item = submitted(courier, path)
    courier.command("wait", item["instanceId"])
    told = courier.answer("scheduler", "jobs", "get-job", "--jobId", item["jobId"])["item"]
    assert told["name"] == HOSTILE
    table = courier.command("jobs", "list").stdout
    assert "\x1b" not in table
    assert "[/red]" in table


def test_the_plan_calls_no_node_and_writes_nothing(
    courier: Courier, lab: list[Item], job_file: JobFile
) -> None:
    path = job_file(job([group(ids(lab)[:5], batch=2)], [step("true")], name="only planned"))
    plan = courier.answer("plan", path, "--format", "json")["item"]
    assert plan["valid"]
    assert [len(batch) for batch in plan["groups"][0]["batches"]] == [2, 2, 1]
    names = {each["name"] for each in courier.answer("jobs", "list", "--format", "json")["items"]}
    assert "only planned" not in names


def test_files_that_a_step_leaves_are_in_its_evidence(
    courier: Courier, lab: list[Item], job_file: JobFile, tmp_path: Path
) -> None:
    leave = 'echo report > "$COURIER_EVIDENCE_DIR/report.txt"'
    instance = submitted(courier, job_file(job([group(ids(lab)[:1])], [step(leave)])))["instanceId"]
    courier.command("wait", instance)
    run = courier.runs(instance)[0]["runId"]
    got = courier.answer("evidence", "get", run, "-o", str(tmp_path), "--format", "json")["items"]
    with zipfile.ZipFile(got[0]["path"]) as zipped:
        assert zipped.read("files/report.txt") == b"report\n"
