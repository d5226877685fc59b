"""`state …` for instances that somebody else executes: the requests that these commands cause."""

import json
from pathlib import Path

import cli_samples as sample
import pytest
from cli_backend import Backend, item, problem
from cli_outcome import Courier

from courier_backend.model.outside_bodies import read_new_instance

STATE = "/courier/state-api/v1"
RUN = f"{STATE}/run/{sample.RUN_ID}"


def test_an_instance_is_created_from_a_file(
    backend: Backend, courier: Courier, tmp_path: Path
) -> None:
    backend.on("POST", f"{STATE}/instance", item(sample.instance("running"), 201))
    file = tmp_path / "i.yaml"
    file.write_text("jobId: x\n")
    told = courier("state", "instance", "create-instance", "--body-file", str(file))
    assert told.json["item"]["id"] == sample.INSTANCE_ID
    assert backend.requests[0].body == b"jobId: x\n"
    assert backend.requests[0].query == {"fileName": str(file)}


@pytest.mark.parametrize("body_format", ["json", "yaml", "toml"])
def test_its_example_is_one(courier: Courier, body_format: str) -> None:
    told = courier("state", "instance", "create-instance", "-e", "-f", body_format, "-n", "0").out
    assert read_new_instance(told, body_format).name == "uptime"


@pytest.mark.parametrize(
    ("words", "method", "path", "body"),
    [
        ("received-run", "POST", f"{RUN}/received", b""),
        ("timeout-run", "POST", f"{RUN}/timeout", b""),
        ("complete-run", "POST", f"{RUN}/complete", b""),
        ("complete-run --attemptNo 1 --stepNo 0", "POST", f"{RUN}/complete", b""),
        ("complete-run --body {} --body-format json", "POST", f"{RUN}/complete", b"{}"),
        ("update-step --stepNo 2 --body {}", "PUT", f"{RUN}/step/2", b"{}"),
    ],
)
def test_runs_are_told_of(
    backend: Backend, courier: Courier, words: str, method: str, path: str, body: bytes
) -> None:
    backend.on(method, path, item(sample.run()))
    name, *rest = words.split()
    told = courier("state", "run", name, "--runId", sample.RUN_ID, *rest)
    assert told.code == 0
    [request] = backend.sent(method, path)
    assert request.body == body


def test_an_instance_is_told_to_be_over(backend: Backend, courier: Courier) -> None:
    path = f"{STATE}/instance/{sample.INSTANCE_ID}/complete"
    backend.on("POST", path, item(sample.instance()))
    words = ["state", "instance", "complete-instance", "--instanceId", sample.INSTANCE_ID]
    assert courier(*words).code == 0
    assert courier(*words, "--body", '{"status": "failure"}').code == 0
    assert [json.loads(each.body or "null") for each in backend.sent("POST", path)] == [
        None,
        {"status": "failure"},
    ]


class TestEvidence:
    WORDS = (
        f"state run attach-step-attempt-evidence --runId {sample.RUN_ID} "
        "--stepNo 1 --attemptNo 2 --file"
    )

    def test_is_sent_as_it_is(self, backend: Backend, courier: Courier, tmp_path: Path) -> None:
        path = f"{RUN}/step/1/attempt/2/evidence"
        backend.on("POST", path, item({"state": "stored", "bytes": 3}, 201))
        (tmp_path / "e.zip").write_bytes(b"\x00\xffz")
        told = courier(*self.WORDS.split(), str(tmp_path / "e.zip"))
        assert told.json == {"item": {"state": "stored", "bytes": 3}}
        [request] = backend.sent("POST", path)
        assert request.body == b"\x00\xffz"
        assert request.headers["content-type"] == "application/zip"

    def test_that_cannot_be_read(self, courier: Courier, tmp_path: Path) -> None:
        told = courier(*self.WORDS.split(), str(tmp_path / "none.zip"))
        assert told.code == 2
        assert "cannot be read: no such file" in told.error["message"]


def test_a_refusal_is_the_backends_sentence(backend: Backend, courier: Courier) -> None:
    backend.on("POST", f"{RUN}/received", problem(409, "conflict", "It is executed here."))
    told = courier("state", "run", "received-run", "--runId", sample.RUN_ID)
    assert told.code == 1
    assert told.error["message"] == "It is executed here."
