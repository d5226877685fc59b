"""An operator's own script, which knows nothing of us: `chef-courier-cli` is a link to us."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from courier_backend.cli.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.courier import Courier, Item

    Run = Callable[..., subprocess.CompletedProcess[str]]

SCRIPT = Path(__file__).with_name("operator.sh")
CHECKOUT = Path(__file__).parents[2]
NAMES = ("chef-courier-cli", "chef-node-management-cli")

pytestmark = pytest.mark.skipif(
    shutil.which("jq") is None or shutil.which("bash") is None,
    reason="the script needs bash and jq",
)


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `courier`, as installing makes it, and links to it."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "courier"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(CHECKOUT)!r})\n"
        "from courier_backend.cli.main import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)
    for name in NAMES:
        (folder / name).symlink_to(program)
    return folder


@pytest.fixture
def operator(courier: Courier, links: Path) -> Run:
    """Runs the script."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        path = f"{links}:{courier.environment['PATH']}"
        return subprocess.run(
            ["bash", str(SCRIPT), *arguments],
            env={**courier.environment, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    return run


def job(lab: list[Item], name: str, *lines: str) -> dict[str, Any]:
    step = {
        "interpreter": {"name": "chef-platform/shell-interpreter"},
        "retryCount": 1,
        "failureBehavior": {"action": "retryThenFail",
                            "retryBackoffStrategy": {"type": "none", "delaySeconds": 0}},
    }  # fmt: skip
    group = {
        "timeoutSeconds": 60,
        "batchSize": {"type": "number", "value": 2},
        "distributionMethod": "rolling",
        "successCriteria": [{"status": "success", "numRuns": {"type": "percent", "value": 100}}],
        "nodeListType": "nodes",
        "nodeIdentifiers": [node["id"] for node in lab[:3]],
    }
    steps = [
        {**step, "name": f"step-{n}", "command": {"linux": [line]}} for n, line in enumerate(lines)
    ]
    return {
        "name": name,
        "scheduleRule": "immediate",
        "target": {"executionType": "sequential", "groups": [group]},
        "actions": {"accessMode": "agent", "steps": steps},
    }


def test_it_creates_starts_again_and_tells(
    operator: Run, lab: list[Item], job_file: Callable[[dict[str, Any]], str]
) -> None:
    file = job_file(job(lab, "roll-out", "echo one", "echo two"))

    first = operator(file)
    again = operator(file, "admin")

    assert first.returncode == 0, first.stderr
    assert again.returncode == 0, again.stderr
    assert 'creating "roll-out"' in first.stderr
    assert "starting it again" in again.stderr
    assert "(2 so far)" in again.stderr
    head, *rows, link = again.stdout.splitlines()
    assert head.split() == ["NODE", "RUN", "STEP", "NAME", "STATUS", "ATTEMPTS"]
    assert [row.split() for row in rows] == [
        [node["name"], "success", str(number + 1), f"step-{number}", "success", "1"]
        for node in lab[:3]
        for number in range(2)
    ]
    with urlopen(link) as response:
        assert response.read(2) == b"PK"


def test_it_fails_where_the_job_does(
    operator: Run, lab: list[Item], job_file: Callable[[dict[str, Any]], str]
) -> None:
    done = operator(job_file(job(lab, "broken", "exit 3", "echo never")))

    assert done.returncode == 1
    assert "failure" in done.stderr
    rows = [line.split() for line in done.stdout.splitlines()[1:-1]]
    assert {(row[2], row[4], row[5]) for row in rows} == {
        ("1", "failure", "2"),
        ("2", "skipped", "0"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_help_goes_by_the_name_that_was_called(links: Path, courier: Courier, name: str) -> None:
    done = subprocess.run(
        [links / name, "scheduler", "jobs", "list-jobs", "--help"],
        env=courier.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"Usage: {name} scheduler jobs list-jobs [OPTIONS]")


def test_an_example_can_be_added_as_it_is(
    courier: Courier, lab: list[Item], tmp_path: Path
) -> None:
    text = courier.command("scheduler", "jobs", "add-job", "--example", "-f", "yaml").stdout
    assert text == examples("job", "yaml", 1)
    file = tmp_path / "example.yaml"
    file.write_text(text)
    answer = courier.answer("run", str(file), "--node", lab[0]["id"])
    courier.command("wait", answer["item"]["instanceId"])
