"""The examples of docs/interpreters.md are sound, and those that need no other program run."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from courier_backend.model.commands import INTERPRETERS, VOCABULARIES
from courier_backend.model.parse import parse_job

TEXT = (Path(__file__).parents[2] / "docs" / "interpreters.md").read_text(encoding="utf-8")
EXAMPLES = [
    YAML(typ="safe").load(text)
    for text in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
]
WHOLE = ("chef-platform/shell-interpreter", "chef-platform/restart-interpreter", "python")
RUN_HERE = [
    steps for steps in EXAMPLES if all(step["interpreter"]["name"] in WHOLE for step in steps)
]


def job(steps: list[Any]) -> dict[str, Any]:
    group = {
        "timeoutSeconds": 60,
        "batchSize": {"type": "number", "value": 1},
        "distributionMethod": "batching",
        "successCriteria": [{"status": "success", "numRuns": {"type": "percent", "value": 100}}],
        "nodeListType": "nodes",
        "nodeIdentifiers": ["1f4c680d-4dc6-4edf-83b6-ded81388f244"],
    }
    return {
        "name": "example",
        "scheduleRule": "immediate",
        "target": {"executionType": "sequential", "groups": [group]},
        "actions": {"accessMode": "agent", "steps": steps},
    }


def test_there_are_examples_of_every_interpreter() -> None:
    shown = {step["interpreter"]["name"] for steps in EXAMPLES for step in steps}
    assert shown == {*INTERPRETERS, "python"}


@pytest.mark.parametrize("steps", EXAMPLES, ids=[steps[0]["name"] for steps in EXAMPLES])
def test_examples_are_sound(steps: list[Any]) -> None:
    parsed = parse_job(json.dumps(job(steps)), "json")
    assert [problem for problem in parsed.problems if problem["severity"] == "error"] == []


@pytest.mark.parametrize("steps", RUN_HERE, ids=[steps[0]["name"] for steps in RUN_HERE])
def test_examples_run(steps: list[Any], tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps(job(steps)))
    command = [sys.executable, "-m", "courier_backend", "runner", "--zero", "--dry-restart"]
    command += ["--job-file", str(file), "--output-dir", str(tmp_path / "evidence")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_every_argument_is_documented() -> None:
    words = set(re.findall(r"`([A-Za-z]+)`", TEXT))
    for vocabulary in VOCABULARIES.values():
        assert set(vocabulary.arguments) <= words
