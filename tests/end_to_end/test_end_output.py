"""Output of any size and any bytes: streamed, bounded, kept, and never in the way."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from bench.jobs import group, job, step
from bench.numbers import peak_megabytes

if TYPE_CHECKING:
    from bench.courier import Courier, Item

MEGABYTE = 2**20
HEAD, TAIL = 24 * MEGABYTE, 8 * MEGABYTE
MOST_GROWTH = 60


def run_of(courier: Courier, node: Item, command: str) -> Item:
    """The finished run of one command on one node."""
    instance = courier.submit(job([group([node["id"]])], [step(command)]))["instanceId"]
    courier.finish(instance, 110)
    return courier.runs(instance)[0]


def evidence_of(courier: Courier, run: Item) -> zipfile.ZipFile:
    words = ["--runId", run["runId"], "--stepNo", "1", "--attemptNo", "1"]
    link = courier.answer("state", "run", "get-step-attempt-evidence", *words)["item"]
    return zipfile.ZipFile(io.BytesIO(courier.download(link["artifactUrl"])))


def test_a_flood_grows_neither_backend_nor_runner(courier: Courier, lab: list[Item]) -> None:
    run_of(courier, lab[0], "true")
    pids = [courier.backend_pid, *courier.runner_pids()]
    before = [peak_megabytes(pid) for pid in pids]
    flood = run_of(courier, lab[0], "head -c 300000000 /dev/zero | tr '\\0' 'x'; echo end")
    assert flood["status"] == "success"
    growth = [peak_megabytes(pid) - peak for pid, peak in zip(pids, before, strict=True)]
    assert max(growth) < MOST_GROWTH
    zipped = evidence_of(courier, flood)
    kept = zipped.read("stdout.log")
    assert HEAD + TAIL <= len(kept) < HEAD + TAIL + 1000
    assert kept.endswith(b"xend\n")
    assert json.loads(zipped.read("attempt.json"))["stdoutBytes"] == 300_000_004


@pytest.mark.parametrize("octets", [r"\377\376\000\001", r"\303", r"\033]0;title\007\033[31mred"])
def test_any_bytes_are_kept_as_they_are(courier: Courier, lab: list[Item], octets: str) -> None:
    run = run_of(courier, lab[1], f"printf '{octets}'")
    assert run["status"] == "success"
    raw = octets.encode().decode("unicode_escape").encode("latin-1")
    assert evidence_of(courier, run).read("stdout.log") == raw
    assert courier.command("logs", run["runId"]).returncode == 0


def test_what_a_step_leaves_running_does_not_hold_it_up(courier: Courier, lab: list[Item]) -> None:
    run = run_of(courier, lab[2], "sleep 5 & echo begun")
    assert run["status"] == "success"
    told = json.loads(evidence_of(courier, run).read("attempt.json"))
    assert told["durationSeconds"] < 4
