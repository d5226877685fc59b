"""Canceled means stopped: every process is gone, what waited never began."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import TYPE_CHECKING

import psutil
import pytest

from bench.courier import Courier, wait_until
from bench.jobs import group, job, step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.courier import Item

NODES = 60
RUNNING = 50
SLEEP = "31415"  # seconds; nothing else sleeps as long


@pytest.fixture(scope="module")
def courier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    with Courier(tmp_path_factory.mktemp("cancel") / "home") as whole:
        yield whole


@pytest.fixture(scope="module")
def nodes(courier: Courier) -> list[str]:
    return [node["id"] for node in courier.lab(NODES)]


def sleeping() -> int:
    wanted = ["sleep", SLEEP]
    return sum(each.info["cmdline"] == wanted for each in psutil.process_iter(["cmdline"]))


@pytest.fixture(scope="module")
def canceled(courier: Courier, nodes: list[str]) -> Item:
    """An instance that was canceled while fifty of its sixty runs slept, each with a child."""
    command = f"echo begun; sleep {SLEEP} & sleep {SLEEP}"
    sleeps = job([group(nodes, batch=RUNNING)], [step(command)])
    instance: str = courier.submit(sleeps)["instanceId"]
    assert wait_until(lambda: sleeping() == 2 * RUNNING, 60)
    begin = time.monotonic()
    courier.command("cancel", "instance", instance, "--reason", "wrong fleet")
    assert sleeping() == 0
    return {**courier.instance(instance), "seconds": time.monotonic() - begin}


def test_it_ends_in_time(canceled: Item) -> None:
    assert canceled["status"] == "canceled"
    assert canceled["seconds"] < 15


def test_what_ran_is_canceled_and_what_waited_never_began(courier: Courier, canceled: Item) -> None:
    runs = courier.runs(canceled["id"])
    assert len(runs) == NODES
    began = [run for run in runs if run["batchNumber"] == runs[0]["batchNumber"]]
    assert {run["status"] for run in began} == {"canceled"}
    waited = [run for run in runs if run not in began]
    assert {run["status"] for run in waited} <= {"canceled", "skipped"}
    assert {run["receivedTime"] for run in waited} == {"0001-01-01T00:00:00Z"}
    assert len(waited) == NODES - RUNNING


def test_evidence_of_what_ran_is_there(courier: Courier, canceled: Item) -> None:
    run = courier.runs(canceled["id"])[0]["runId"]
    words = ["--runId", run, "--stepNo", "1", "--attemptNo", "1"]
    link = courier.answer("state", "run", "get-step-attempt-evidence", *words)["item"]
    zipped = zipfile.ZipFile(io.BytesIO(courier.download(link["artifactUrl"])))
    assert zipped.read("stdout.log") == b"begun\n"
    assert json.loads(zipped.read("attempt.json"))["signal"] in {"SIGTERM", "SIGKILL"}


def test_canceling_again_says_that_it_is_over(courier: Courier, canceled: Item) -> None:
    done = courier.command("cancel", "instance", canceled["id"])
    assert done.returncode == 0
    assert "canceled" in done.stdout + done.stderr
