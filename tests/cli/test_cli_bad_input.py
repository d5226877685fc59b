"""Bad input: one clear sentence each, the right exit code, nothing on stdout."""

import io
import socket
from pathlib import Path

import cli_samples as sample
import pytest
from cli_backend import Backend, item, page, problem
from cli_outcome import Courier

RESOLVE = "/courier/resolve-api/v1"
ADD = ("scheduler", "jobs", "add-job", "--body-file")


@pytest.mark.usefixtures("backend")
class TestFiles:
    def test_missing(self, courier: Courier, tmp_path: Path) -> None:
        outcome = courier("run", str(tmp_path / "none.json"))
        assert outcome.code == 2
        assert outcome.error["message"] == f"There is no file {tmp_path / 'none.json'}."

    def test_folder(self, courier: Courier, tmp_path: Path) -> None:
        outcome = courier(*ADD, str(tmp_path))
        assert outcome.code == 2
        assert outcome.error["message"] == f"{tmp_path} is a folder, not a file."

    def test_unreadable(self, courier: Courier) -> None:
        outcome = courier("plan", "/proc/self/mem")  # opens, and cannot be read from its start
        assert outcome.code == 2
        assert "/proc/self/mem cannot be read: " in outcome.error["message"]

    def test_not_utf_8(self, courier: Courier, tmp_path: Path) -> None:
        (tmp_path / "job.json").write_bytes(b"{\n\xff}")
        outcome = courier("plan", str(tmp_path / "job.json"))
        assert outcome.code == 2
        assert outcome.error["message"].endswith("is not UTF-8 text: line 2 holds the byte 0xff.")

    def test_utf_16(self, courier: Courier, tmp_path: Path) -> None:
        (tmp_path / "job.json").write_bytes("{}".encode("utf-16"))
        outcome = courier("plan", str(tmp_path / "job.json"))
        assert outcome.error["message"].endswith("job.json is UTF-16 text; save it as UTF-8.")

    def test_empty(self, courier: Courier, tmp_path: Path) -> None:
        (tmp_path / "job.json").write_text(" \n")
        assert courier("run", str(tmp_path / "job.json")).error["message"].endswith("is empty.")

    def test_too_large(self, courier: Courier) -> None:
        outcome = courier("run", "/dev/zero")
        assert outcome.code == 2
        assert outcome.error["message"] == "/dev/zero is larger than 5 MiB: no job file is."

    def test_no_body_and_two(self, courier: Courier) -> None:
        for given in ([], ["--body", "{}", "--body-file", "x"]):
            outcome = courier("scheduler", "jobs", "add-job", *given)
            assert outcome.code == 2
            assert "either with --body-file FILE or with --body TEXT" in outcome.error["message"]


def test_all_problems_of_a_file_are_told(
    backend: Backend, courier: Courier, tmp_path: Path
) -> None:
    file = tmp_path / "job.json"
    file.write_text("{}")
    found = [sample.finding(), sample.finding(line=14)]
    backend.on(
        "POST",
        "/courier/scheduler-api/v1/submissions",
        problem(422, "bad-input", "the first (1 more)", problems=found),
    )

    outcome = courier("run", str(file))

    assert outcome.code == 2
    assert outcome.error["problems"] == found


def test_stdin_is_a_file_like_any_other(
    backend: Backend, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.on("POST", "/courier/scheduler-api/v1/submissions", item(sample.submitted()))
    text = io.TextIOWrapper(io.BytesIO(sample.JOB_TEXT.encode()))
    monkeypatch.setattr("sys.stdin", text)

    assert courier("run", "-").code == 0
    assert backend.requests[0].json["body"] == sample.JOB_TEXT


@pytest.mark.usefixtures("backend")
class TestIds:
    @pytest.mark.parametrize("text", ["abc12", "1"])
    def test_too_short(self, courier: Courier, text: str) -> None:
        outcome = courier("instance", "show", text)
        assert outcome.code == 2
        expected = f"'{text}' is too short for the id of an instance: at least 6 characters."
        assert outcome.error["message"] == expected

    @pytest.mark.parametrize("text", ["not-an-id", "../../etc", "befe88f3?x=1", "é" * 8])
    def test_no_id_at_all(self, courier: Courier, text: str) -> None:
        outcome = courier("wait", text)
        assert outcome.code == 2
        assert "is no id of an instance" in outcome.error["message"]

    def test_unknown(self, courier: Courier) -> None:
        outcome = courier("logs", "abcdef12")
        assert outcome.code == 1
        assert outcome.error["code"] == "not-found"


def test_ambiguous_prefix(backend: Backend, courier: Courier) -> None:
    detail = "Several runs begin with 'abcdef'."
    backend.on("GET", f"{RESOLVE}/run/abcdef", problem(422, "bad-input", detail))

    outcome = courier("logs", "abcdef")

    assert outcome.code == 2
    assert outcome.error["message"] == detail


def test_ambiguous_name(backend: Backend, courier: Courier) -> None:
    other = sample.job(id="71013744-bd6e-437c-a995-b6211318624e")
    backend.on("GET", "/courier/scheduler-api/v1/jobs", page(sample.job(), other))

    outcome = courier("job", "show", "uptime")

    assert outcome.code == 2
    assert sample.JOB_ID in outcome.error["message"]
    assert other["id"] in outcome.error["message"]


@pytest.mark.parametrize(
    "words",
    [
        "frobnicate",
        "jobs lst",
        "jobs list --limit 0",
        "jobs list --limit many",
        "jobs list --format xml",
        "jobs list --statsu active",
        "jobs list extra",
        "jobs show",
        "lab up",
        "lab up --nodes 0",
        "lab up --nodes 5001",
        "steps show befe88f3 0",
        "cancel thing befe88f3",
        "cancel run befe88f3 --group 1",
        "node add http://x --token-file /nowhere",
        "state run get-run",
        "scheduler jobs list-jobs --pagination.size x",
        "--format",
        "completion tcsh",
        "retry befe88f3 --only some",
        "run",
    ],
)
@pytest.mark.usefixtures("backend")
def test_bad_words(courier: Courier, words: str) -> None:
    outcome = courier(*words.split())

    assert outcome.code == 2
    assert outcome.error["code"] == "bad-input"
    assert outcome.error["message"].endswith((".", "?"))


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "x"], "--set needs NAME=VALUE, or NAME=@FILE; one has no name or no =."),
        (["--set", "=x"], "--set needs NAME=VALUE, or NAME=@FILE; one has no name or no =."),
        (["--set", "K=@/nowhere"], "There is no file /nowhere."),
    ],
)
def test_bad_inputs(courier: Courier, tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "job.json").write_text("{}")
    outcome = courier("run", str(tmp_path / "job.json"), *words)
    assert (outcome.code, outcome.error["message"]) == (2, message)


def test_no_backend_at_a_named_address(courier: Courier, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        monkeypatch.setenv("COURIER_TOKEN", "x")
        outcome = courier("--url", url, "jobs", "list")
    assert outcome.code == 4
    assert outcome.error["code"] == "unreachable"
    assert url in outcome.error["message"]


def test_a_named_address_without_a_token(courier: Courier) -> None:
    outcome = courier("jobs", "list", "--url", "http://127.0.0.1:1")
    assert outcome.code == 2
    assert "There is no token" in outcome.error["message"]


def test_a_wrong_token(backend: Backend, courier: Courier, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("another\n")
    outcome = courier("jobs", "list", "--url", backend.url, "--token-file", str(tmp_path / "token"))
    assert outcome.code == 1
    assert outcome.error["code"] == "unauthorized"


def test_the_app_needs_a_terminal(courier: Courier) -> None:
    outcome = courier()
    assert outcome.code == 2
    assert outcome.error["message"] == "The app needs a terminal, and this is none."
