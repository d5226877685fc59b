"""Evidence into a folder: whole or not at all, never in place of something else."""

import base64
import errno
import hashlib
from pathlib import Path
from typing import Any

import cli_samples as sample
import pytest
from cli_backend import Answer, Backend, item, page, problem
from cli_outcome import Courier

STATE = "/courier/state-api/v1"
ATTEMPT = f"{STATE}/run/{sample.RUN_ID}/step/1/attempt"
DATA = b"PK\x05\x06" + bytes(18)
SHA = hashlib.sha256(DATA).hexdigest()
NAME = f"evidence-run-{sample.RUN_ID}-step-1-attempt-{{}}.zip"


def hold(backend: Backend, attempt: int = 1, data: bytes = DATA, **headers: str) -> None:
    path = f"/evidence/{attempt}.zip"
    backend.on(
        "GET",
        f"{ATTEMPT}/{attempt}/evidence",
        item({"artifactUrl": backend.url + path, "fileName": "../../evil.zip"}),
    )
    digest = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
    told = {"Repr-Digest": f"sha-256=:{digest}:", **headers}
    backend.on("GET", path, Answer(data=data, headers=told))


@pytest.fixture(autouse=True)
def run(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    backend.on(
        "GET",
        f"{STATE}/run/{sample.RUN_ID}/steps",
        page(sample.step(1, sample.attempt(1), sample.attempt(2))),
    )
    for attempt in (1, 2):
        hold(backend, attempt)
    # Signed links need no token; the backend of these tests asks for one everywhere.
    monkeypatch.setattr(Backend, "answer", _without_token(Backend.answer))


def _without_token(answer: Any) -> Any:
    def with_token(self: Backend, request: Any) -> Answer:
        if request.path.startswith("/evidence/"):
            assert "authorization" not in request.headers
            request.headers["authorization"] = "Bearer the-token"
        told: Answer = answer(self, request)
        return told

    return with_token


def test_every_attempt_is_saved(courier: Courier, tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"

    outcome = courier("evidence", "get", sample.RUN_ID, "-o", str(folder))

    assert outcome.code == 0
    paths = [str(folder / NAME.format(n)) for n in (1, 2)]
    assert outcome.json == {
        "items": [{"path": path, "sha256": SHA, "bytes": len(DATA)} for path in paths]
    }
    assert sorted(str(path) for path in folder.iterdir()) == paths
    assert [Path(path).read_bytes() for path in paths] == [DATA, DATA]
    assert Path(paths[0]).stat().st_mode & 0o600 == 0o600


def test_into_this_folder_unless_told_otherwise(
    courier: Courier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = courier("evidence", "get", sample.RUN_ID, "--step", "1", "--attempt", "2")
    assert [each["path"] for each in outcome.json["items"]] == [NAME.format(2)]
    assert (tmp_path / NAME.format(2)).exists()


def test_an_equal_file_is_kept_and_a_different_one_too(courier: Courier, tmp_path: Path) -> None:
    equal, different = (tmp_path / NAME.format(n) for n in (1, 2))
    equal.write_bytes(DATA)
    different.write_bytes(b"mine")
    before = equal.stat().st_ino

    outcome = courier("evidence", "get", sample.RUN_ID, "-o", str(tmp_path))
    again = courier("evidence", "get", sample.RUN_ID, "-o", str(tmp_path))

    beside = tmp_path / NAME.format(2).replace(".zip", " (1).zip")
    assert [each["path"] for each in outcome.json["items"]] == [str(equal), str(beside)]
    assert again.json == outcome.json
    assert equal.stat().st_ino == before
    assert different.read_bytes() == b"mine"
    assert sorted(tmp_path.glob("*.zip")) == sorted([equal, different, beside])
    assert list(tmp_path.glob(".*")) == []


def test_a_link_in_the_way_is_not_followed(courier: Courier, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / NAME.format(1)).symlink_to(tmp_path / "elsewhere")

    courier("evidence", "get", sample.RUN_ID, "--attempt", "1", "-o", str(tmp_path / "here"))

    assert (tmp_path / "elsewhere").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("data", "headers", "code", "words"),
    [
        (b"something else........", {}, 1, "its digest differs"),
        (b"cut", {"Content-Length": "22"}, 4, "19 more expected"),
    ],
)
def test_what_is_broken_leaves_nothing(
    backend: Backend,
    courier: Courier,
    tmp_path: Path,
    data: bytes,
    headers: dict[str, str],
    code: int,
    words: str,
) -> None:
    hold(backend, 1, data, **headers)

    outcome = courier("evidence", "get", sample.RUN_ID, "-o", str(tmp_path / "e"))

    assert outcome.code == code
    assert words in outcome.error["message"]
    assert list((tmp_path / "e").iterdir()) == []


def test_a_full_disk(courier: Courier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("courier_backend.cli.evidence.folder.os.fsync", full)

    outcome = courier("evidence", "get", sample.RUN_ID, "-o", str(tmp_path / "e"))

    assert outcome.code == 1
    assert outcome.error["code"] == "out-of-space"
    assert list((tmp_path / "e").iterdir()) == []


def test_what_is_lost_is_said_and_the_rest_saved(
    backend: Backend, courier: Courier, tmp_path: Path
) -> None:
    backend.on("GET", "/evidence/1.zip", problem(410, "gone", "The node lost its home."))

    outcome = courier("evidence", "get", sample.RUN_ID, "-o", str(tmp_path))

    assert outcome.code == 1
    assert [Path(each["path"]).name for each in outcome.json["items"]] == [NAME.format(2)]
    assert "The node lost its home." in outcome.err


def test_an_attempt_that_runs_has_none_yet(
    backend: Backend, courier: Courier, tmp_path: Path
) -> None:
    running = page(sample.step(1, sample.attempt(1, "running", "none")))
    backend.on("GET", f"{STATE}/run/{sample.RUN_ID}/steps", running)

    outcome = courier("evidence", "get", sample.RUN_ID, "-o", str(tmp_path))

    assert (outcome.code, outcome.json) == (0, {"items": []})
    assert outcome.err == "Step 1, attempt 1 still runs.\n"


def test_an_attempt_that_left_none(backend: Backend, courier: Courier, tmp_path: Path) -> None:
    nothing = sample.step(1, sample.attempt(1, "failure", "none"), sample.attempt(2))
    backend.on("GET", f"{STATE}/run/{sample.RUN_ID}/steps", page(nothing))

    outcome = courier("evidence", "get", sample.RUN_ID, "-o", str(tmp_path))

    assert (outcome.code, len(outcome.json["items"])) == (0, 1)
    assert "Step 1, attempt 1 left no evidence." in outcome.err


def test_no_such_attempt(courier: Courier) -> None:
    outcome = courier("evidence", "get", sample.RUN_ID, "--attempt", "9")
    assert outcome.code == 1
    assert outcome.error["code"] == "not-found"


def test_a_folder_that_is_a_file(courier: Courier, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        outcome = courier("evidence", "get", sample.RUN_ID, "-o", str(folder))
        assert outcome.code == 2
        assert outcome.error["message"] == f"{folder} is a file, not a folder."


def test_a_folder_that_cannot_be_made(courier: Courier) -> None:
    outcome = courier("evidence", "get", sample.RUN_ID, "-o", "/proc/here")
    assert outcome.code == 2
    assert "The folder /proc/here cannot be made" in outcome.error["message"]
