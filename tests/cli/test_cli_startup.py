"""What a command imports: every module costs those who type it."""

import json
import os
import subprocess
import sys

import cli_samples as sample
import pytest
from cli_backend import Backend, item, page

HEAVY = {
    "alembic",
    "asyncio",
    "courier_tui",
    "fastapi",
    "httpx",
    "httptools",
    "orjson",
    "platformdirs",
    "psutil",
    "pydantic",
    "rich",
    "ruamel",
    "sqlalchemy",
    "starlette",
    "textual",
    "tomllib",
    "typing_extensions",
    "uvicorn",
}
PROGRAM = """
import json, sys
from courier_backend.cli.main import main
code = main(sys.argv[1:])
sys.stderr.write(json.dumps([code, sorted(sys.modules)]))
"""


def imported_by(*arguments: str) -> set[str]:
    """The top-level names of all that a command imported, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return {name.partition(".")[0] for name in modules}


def test_version_imports_nothing() -> None:
    assert not imported_by("--version") & {*HEAVY, "click", "http", "dataclasses"}


@pytest.mark.parametrize(
    "words",
    [
        "scheduler jobs list-jobs --pagination.size 100",
        "jobs list --format json",
        f"jobs show {sample.JOB_ID} --format json",
        "--help",
        "jobs --help",
        "run --help",
    ],
)
def test_quick_commands_import_little(backend: Backend, words: str) -> None:
    backend.on("GET", "/courier/scheduler-api/v1/jobs", page(sample.job()))
    backend.on("GET", f"/courier/scheduler-api/v1/jobs/{sample.JOB_ID}", item(sample.job()))

    assert not imported_by(*words.split()) & HEAVY


def test_a_table_is_drawn_with_rich_and_no_more(backend: Backend) -> None:
    backend.on("GET", "/courier/scheduler-api/v1/jobs", page(sample.job()))

    assert imported_by("jobs", "list") & (HEAVY - {"typing_extensions"}) == {"rich"}
