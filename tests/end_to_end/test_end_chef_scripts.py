"""What a script written for Chef Courier does, from a job file to a downloaded zip."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.courier import Courier, Item

SEED = Path(__file__).parents[1] / "model" / "seed"


def seed(name: str) -> Any:
    return json.loads((SEED / name).read_text(encoding="utf-8"))


def misfits(wanted: object, told: object, path: str = "$") -> list[str]:
    """Where an answer lacks a key of the seed's, or has another type there.

    A command's form is its author's: lines, or lines by platform.
    """
    if path.endswith(".command"):
        return []
    if isinstance(wanted, dict) and isinstance(told, dict):
        lacking = [f"{path}.{key} is missing" for key in wanted if key not in told]
        both = [key for key in wanted if key in told]
        return lacking + [
            odd for key in both for odd in misfits(wanted[key], told[key], f"{path}.{key}")
        ]
    if isinstance(wanted, list) and isinstance(told, list):
        return misfits(wanted[0], told[0], f"{path}[0]") if wanted and told else []
    if wanted is None or type(wanted) is type(told):
        return []
    return [f"{path} is {told!r}, not a {type(wanted).__name__}"]


@pytest.fixture(scope="module")
def added(courier: Courier, lab: list[Item], tmp_path_factory: pytest.TempPathFactory) -> Item:
    """The seed's job on three lab nodes, added as a script does it, and finished."""
    job = seed("job.json")
    job["target"]["groups"][0]["nodeIdentifiers"] = [node["id"] for node in lab[:3]]
    job["actions"]["steps"][0]["command"]["linux"] = ["sleep 0.1", "echo slept"]
    path = tmp_path_factory.mktemp("job") / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    answer = courier.answer("scheduler", "jobs", "add-job", "--body-file", str(path))
    courier.command("wait", answer["item"]["instanceId"])
    return answer


def instances_of(courier: Courier, added: Item) -> Item:
    return courier.answer("state", "instance", "list-all", "--job-id", added["item"]["id"])


def runs_of(courier: Courier, added: Item) -> Item:
    instance = instances_of(courier, added)["items"][0]["id"]
    return courier.answer("state", "instance", "list-instance-runs", "--instanceId", instance)


def test_add_job_answers_in_the_seeds_shape(added: Item) -> None:
    assert misfits(seed("add-job.json"), added) == []


def test_list_jobs_knows_it(courier: Courier, added: Item) -> None:
    jobs = courier.answer("scheduler", "jobs", "list-jobs")
    assert misfits(seed("list-jobs.json"), jobs) == []
    assert added["item"]["id"] in {job["id"] for job in jobs["items"]}


def test_the_instance_succeeded_in_the_seeds_shape(courier: Courier, added: Item) -> None:
    instances = instances_of(courier, added)
    assert misfits(seed("list-all-by-job.json"), instances) == []
    assert [each["status"] for each in instances["items"]] == ["success"]


def test_every_node_ran_in_the_seeds_shape(courier: Courier, lab: list[Item], added: Item) -> None:
    runs = runs_of(courier, added)
    assert misfits(seed("list-instance-runs.json"), runs) == []
    assert [run["nodeId"] for run in runs["items"]] == [node["id"] for node in lab[:3]]
    assert {run["status"] for run in runs["items"]} == {"success"}


def test_one_node_at_a_time_in_order(courier: Courier, added: Item) -> None:
    runs = runs_of(courier, added)["items"]
    for before, after in itertools.pairwise(runs):
        assert before["finishedTime"] <= after["dispatchedTime"]


def test_steps_answer_in_the_seeds_shape(courier: Courier, added: Item) -> None:
    run = runs_of(courier, added)["items"][0]["runId"]
    steps = courier.answer("state", "run", "list-steps", "--runId", run)
    assert misfits(seed("list-steps.json"), steps) == []
    assert [(step["stepNumber"], step["status"]) for step in steps["items"]] == [(1, "success")]


def test_the_evidence_downloads_without_a_token(courier: Courier, added: Item) -> None:
    run = runs_of(courier, added)["items"][0]["runId"]
    words = ["--runId", run, "--stepNo", "1", "--attemptNo", "1"]
    link = courier.answer("state", "run", "get-step-attempt-evidence", *words)
    zipped = zipfile.ZipFile(io.BytesIO(courier.download(link["item"]["artifactUrl"])))
    assert zipped.read("stdout.log") == b"slept\n"
    assert {"stderr.log", "attempt.json", "manifest.json"} <= set(zipped.namelist())


def test_downloaded_evidence_verifies_and_tampering_shows(
    courier: Courier, added: Item, tmp_path: Path
) -> None:
    run = runs_of(courier, added)["items"][0]["runId"]
    got = courier.answer("evidence", "get", run, "-o", str(tmp_path), "--format", "json")
    path = Path(got["items"][0]["path"])
    assert path.name == f"evidence-run-{run}-step-1-attempt-1.zip"
    courier.command("evidence", "verify", str(path))
    with zipfile.ZipFile(path) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    members["stdout.log"] = b"something else\n"
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(forged, "w") as zipped:
        for name, data in members.items():
            zipped.writestr(name, data)
    done = courier.command("evidence", "verify", str(forged), check=False)
    assert done.returncode == 1
    assert "stdout.log" in done.stdout + done.stderr


def test_a_canceled_job_says_so(
    courier: Courier, lab: list[Item], job_file: Callable[[dict[str, Any]], str]
) -> None:
    job = seed("job.json")
    job["target"]["groups"][0]["nodeIdentifiers"] = [lab[3]["id"]]
    job["actions"]["steps"][0]["command"]["linux"] = ["true"]
    added = courier.answer("scheduler", "jobs", "add-job", "--body-file", job_file(job))["item"]
    courier.command("wait", added["instanceId"])
    courier.command("scheduler", "jobs", "cancel-job", "--jobId", added["id"])
    told = courier.answer("scheduler", "jobs", "get-job", "--jobId", added["id"])
    assert misfits(seed("list-jobs.json")["items"][0], told["item"]) == []
    assert told["item"]["status"] == "canceled"
