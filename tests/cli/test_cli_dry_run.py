"""`--dry-run`: one option, one meaning. The backend is told, and what it would do is shown."""

from pathlib import Path
from typing import Any

import cli_samples as sample
import pytest
import yaml
from cli_backend import Answer, Backend, item
from cli_outcome import Courier

JOBS = "/courier/scheduler-api/v1"
STATE = "/courier/state-api/v1"
NODE = f"/node/management/v1/nodes/{sample.NODE_ID}"


def rehearsed(sentence: str, **ids: str) -> Answer:
    owners = {"jobId": "", "instanceId": "", "runId": "", "nodeId": "", **ids}
    change: dict[str, Any] = {"type": "job-changed", "sentence": sentence, **owners}
    return item({"dryRun": True, "changes": [change]})


CHANGES = [
    ("scheduler jobs add-job --body {}", "POST", f"{JOBS}/jobs"),
    (f"scheduler jobs update-job --jobId {sample.JOB_ID} --body {{}}", "PUT",
     f"{JOBS}/jobs/{sample.JOB_ID}"),
    (f"scheduler jobs delete-job --jobId {sample.JOB_ID}", "DELETE",
     f"{JOBS}/jobs/{sample.JOB_ID}"),
    (f"scheduler jobs cancel-job --jobId {sample.JOB_ID}", "POST",
     f"{JOBS}/jobs/{sample.JOB_ID}/cancel"),
    (f"scheduler jobs activated-job --jobId {sample.JOB_ID}", "POST",
     f"{JOBS}/jobs/{sample.JOB_ID}/activated"),
    ("run FILE --watch", "POST", f"{JOBS}/submissions"),
    (f"retry {sample.INSTANCE_ID} --watch", "POST", f"{STATE}/instance/{sample.INSTANCE_ID}/retry"),
    (f"cancel run {sample.RUN_ID}", "POST", f"{STATE}/run/{sample.RUN_ID}/cancel"),
    (f"node remove {sample.NODE_ID}", "DELETE", NODE),
    (f"node archive {sample.NODE_ID}", "POST", f"{NODE}/archive"),
    ("lab up --nodes 3", "POST", "/node/management/v1/lab"),
    ("lab down", "DELETE", "/node/management/v1/lab"),
    ("backend stop --all", "POST", "/courier/backend/v1/stop"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "method", "path"), CHANGES)
def test_is_asked_of_the_backend(
    backend: Backend, courier: Courier, tmp_path: Path, words: str, method: str, path: str
) -> None:
    (tmp_path / "job.json").write_text("{}")
    backend.on(method, path, rehearsed("do it", jobId=sample.JOB_ID))
    given = words.replace("FILE", str(tmp_path / "job.json")).split()

    told = courier(*given, "--dry-run", "--format", "table")

    assert (told.code, told.err.replace("Bringing up 3 nodes …\n", "")) == (0, "")
    assert told.out.splitlines() == [
        "Dry run: nothing was changed. This would:",
        f"  do it ({sample.JOB_ID})",
    ]
    assert [each.query["dryRun"] for each in backend.sent(method, path)] == ["true"]


def test_ends_as_the_command_would_where_a_part_of_it_fails(
    backend: Backend, courier: Courier, tmp_path: Path
) -> None:
    told = rehearsed("leave out web-1: no answer").value["item"] | {"fails": True}
    backend.on("POST", "/node/management/v1/nodes/import", item(told))
    (tmp_path / "hosts.csv").write_text("url,token\nhttp://h/nodes/a,t\n")
    assert courier("nodes", "import", str(tmp_path / "hosts.csv"), "--dry-run").code == 1


def test_is_told_to_programs(backend: Backend, courier: Courier) -> None:
    answer = rehearsed("do it")
    backend.on("DELETE", f"{JOBS}/jobs/{sample.JOB_ID}", answer)
    words = ["scheduler", "jobs", "delete-job", "--jobId", sample.JOB_ID, "--dry-run"]

    assert courier(*words).json == answer.value
    assert yaml.safe_load(courier(*words, "--format", "yaml").out) == answer.value


def test_is_told_as_a_spreadsheet(backend: Backend, courier: Courier) -> None:
    backend.on("POST", "/node/management/v1/lab", rehearsed("let the lab have 3 nodes"))
    told = courier("lab", "up", "--nodes", "3", "--dry-run", "--format", "csv").out
    assert told == (
        "type,sentence,runId,instanceId,jobId,nodeId\njob-changed,let the lab have 3 nodes,,,,\n"
    )


def test_what_would_change_nothing_is_told_as_ever(backend: Backend, courier: Courier) -> None:
    done = {"id": sample.RUN_ID, "status": "success", "alreadyFinal": True, "stopping": 0}
    backend.on("POST", f"{STATE}/run/{sample.RUN_ID}/cancel", item({**done, "prevented": 0}))

    told = courier("cancel", "run", sample.RUN_ID, "--dry-run")

    assert told.code == 0
    assert told.err == f"Run {sample.RUN_ID} has ended already: success.\n"


def test_without_it_nothing_is_rehearsed(backend: Backend, courier: Courier) -> None:
    backend.on("DELETE", NODE, item({"id": sample.NODE_ID}))
    courier("node", "remove", sample.NODE_ID)
    assert backend.requests[0].query == {}
