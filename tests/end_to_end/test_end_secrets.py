"""A secret on its way through a whole Courier: used on every node, found nowhere afterwards."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pexpect  # type: ignore[import-untyped]  # it has no types
import pytest

from bench.courier import Courier
from bench.jobs import group, job, step
from bench.leaks import leaks, shapes_of
from courier_backend.runner.masking.mask import MASKED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.courier import Item

    JobFile = Callable[[dict[str, Any]], str]

NODES = 20
PASSWORD = "pa55/Wörd +&? \"x\" 'y'"
TOKEN_HEAD, TOKEN_TAIL = "tok3n-of-", "all-nodes/+="
TOKEN = TOKEN_HEAD + TOKEN_TAIL
SECRETS = (PASSWORD, TOKEN)
HIDDEN = {"sensitive": True}
BRANCHES = {"debian": "apt", "rhel": "dnf"}


def the_job(nodes: list[str]) -> Item:
    """Logs in with the password, gets a token, and goes on as the facts of the node say."""
    login = step(
        'printf "%s" "$COURIER_INPUT_PASSWORD" > login.txt; echo "in as $COURIER_INPUT_PASSWORD"',
        f"echo token={TOKEN_HEAD}$(printf %s '{TOKEN_TAIL}')",
        'cp login.txt "$COURIER_EVIDENCE_DIR/$COURIER_STEP.txt"; rm login.txt',
        'printf %s "$COURIER_INPUT_PASSWORD" | base64 > "$COURIER_EVIDENCE_DIR/encoded.txt"',
        'echo "family=$COURIER_FACT_PLATFORM_FAMILY"',
        name="log in",
        expectedInputs={"PASSWORD": {"type": "string", "required": True, "sensitive": True}},
        outputFieldRules={
            "TOKEN": taken("token=(.*)", sensitive=True),
            "FAMILY": taken("family=(.*)"),
        },
    )
    return job(
        [group(nodes, batch=7)],
        [
            login,
            step(uses_token(), name="apt", conditions=[family("debian")]),
            step(uses_token(), name="dnf", conditions=[family("rhel")]),
            step(
                uses_token(),
                name="other",
                conditions=[family("debian", negate=True), family("rhel", negate=True)],
            ),
        ],
        name="secretive",
    )


def taken(expression: str, *, sensitive: bool = False) -> Item:
    return {
        "sourceType": "output",
        "source": "stdout",
        "extractMethod": "regEx",
        "expression": expression,
        "required": True,
        "sensitive": sensitive,
    }


def family(value: str, *, negate: bool = False) -> Item:
    return {"inputName": "FAMILY", "operator": "eq", "value": value, "negate": negate}


def family_of(courier: Courier, node_id: str) -> str:
    node = courier.call("GET", f"/node/management/v1/nodes/{node_id}")["item"]
    facts = {each["name"]: each["value"] for each in node["attributes"]}
    return str(facts["platform_family"])


def uses_token() -> str:
    right = f"test \"$COURIER_INPUT_TOKEN\" = '{TOKEN_HEAD}''{TOKEN_TAIL}'"
    return f'echo "using $COURIER_INPUT_TOKEN" | tee /dev/stderr; {right}'


def in_the_app(courier: Courier) -> bytes:
    """What a terminal gets while somebody looks from the last instance to the output of a run."""
    capture = io.BytesIO()
    app = pexpect.spawn(
        sys.executable,
        ["-m", "courier_backend"],
        env={**courier.environment, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"},
        dimensions=(40, 120),
        timeout=60,
    )
    app.logfile_read = capture
    try:
        app.expect("secretive")
        app.send("3")
        app.expect("Progress")
        app.send("\r")
        app.expect("Batch")
        app.send("\r")
        app.expect(MASKED.encode())
        app.send("q")
        app.expect(pexpect.EOF)
    finally:
        app.close(force=True)
    return capture.getvalue()


@pytest.fixture(scope="module")
def courier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    with Courier(tmp_path_factory.mktemp("secret") / "home") as whole:
        yield whole


@pytest.fixture(scope="module")
def lab(courier: Courier) -> list[Item]:
    return courier.lab(NODES)


def test_a_secret_is_used_on_every_node_and_found_nowhere(
    courier: Courier, lab: list[Item], job_file: JobFile, tmp_path: Path
) -> None:
    secret_file = tmp_path / "password"
    secret_file.write_text(PASSWORD + "\n", encoding="utf-8")
    said: list[str] = []

    def command(*words: str) -> str:
        done = courier.command(*words)
        said.append(done.stdout + done.stderr)
        return done.stdout

    path = job_file(the_job([node["id"] for node in lab]))
    setting = ("--set", f"PASSWORD=@{secret_file}")
    command("plan", path, *setting)
    command("run", path, *setting, "--watch")
    instance = courier.answer("instances", "list", "--format", "json")["items"][-1]
    assert instance["status"] == "success"
    families = {node["id"]: family_of(courier, node["id"]) for node in lab}
    for run in courier.runs(instance["id"]):
        steps = courier.steps(run["runId"])
        taken_branch = BRANCHES.get(families[run["nodeId"]], "other")
        ended = {each["name"]: each["status"] for each in steps}
        skipped = {name: "skipped" for name in ("apt", "dnf", "other") if name != taken_branch}
        assert ended == {"log in": "success", taken_branch: "success", **skipped}
        assert json.loads(steps[0]["inputs"])["PASSWORD"] == HIDDEN
        assert json.loads(steps[0]["outputs"])["TOKEN"] == HIDDEN
        command("logs", run["runId"])
        command("evidence", "get", run["runId"], "-o", str(tmp_path / "evidence"))
    assert len({BRANCHES.get(each, "other") for each in families.values()}) == 3
    assert f"in as {MASKED}" in said[-2]
    assert f"using {MASKED}" in said[-2]
    for words in (
        ("jobs", "show", instance["jobId"]),
        ("instances", "show", instance["id"]),
        ("runs", "show", courier.runs(instance["id"])[0]["runId"]),
        ("steps", "show", courier.runs(instance["id"])[0]["runId"], "1"),
        ("events", "list"),
    ):
        command(*words)
        command(*words, "--format", "json")
    again = courier.answer("retry", instance["id"], "--only", "all", "--format", "json")["item"]
    assert courier.finish(again["instanceId"])["status"] == "success"
    seen = in_the_app(courier)
    assert leaks(tmp_path / "evidence", "in as "), "nothing was looked into"
    for secret in SECRETS:
        assert leaks(courier.home, secret) == []
        assert leaks(tmp_path / "evidence", secret) == []
        for shape in shapes_of(secret):
            assert shape not in "".join(said).encode() + seen
