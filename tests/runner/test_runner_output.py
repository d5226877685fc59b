"""Output: kept within bounds on disk and in memory, however much a step prints."""

import asyncio
import errno
import os
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runner_harness import (
    Node,
    is_type,
    one,
    runner_inside,
    runner_process,
    says,
    statuses,
    step,
    text_of,
    until,
)

from courier_backend.artifact.format import gap_marker
from courier_backend.runner.execution import spool as spool_module
from courier_backend.runner.execution.host import Host
from courier_backend.runner.execution.spool import Spool, SpoolBounds
from courier_backend.runner.runs import reader as reader_module
from courier_backend.runner.runs.reader import Reader

SMALL = SpoolBounds(head=10, tail=4)


def expected(data: bytes, bounds: SpoolBounds) -> bytes:
    left_out = len(data) - bounds.head - bounds.tail
    if left_out <= 0:
        return data
    marker = b"\n[courier: %d bytes left out here]\n" % left_out
    return data[: bounds.head] + marker + data[-bounds.tail :]


@given(
    chunks=st.lists(st.binary(max_size=30), max_size=12),
    head=st.integers(1, 12),
    tail=st.integers(1, 8),
)
def test_the_first_and_the_last_bytes_are_kept(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes], head: int, tail: int
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    bounds = SpoolBounds(head, tail)
    spool = Spool(folder / "a.stdout", bounds)
    for chunk in chunks:
        spool.write(chunk)
        on_disk = sum(path.stat().st_size for path in folder.iterdir())
        assert on_disk <= head + 2 * tail
    held = b"".join(spool.kept())
    spool.flush()
    spool.close()
    wanted = expected(b"".join(chunks), bounds)
    found = Spool.found(folder / "a.stdout", bounds)
    assert held == wanted
    for kept in (spool, found):
        assert kept.total == sum(map(len, chunks))
        assert b"".join(kept.kept()) == wanted
        assert all(kept.part(i, 3) == wanted[i : i + 3] for i in range(len(wanted) + 2))
        assert kept.end(tail) == wanted[-tail:]


def test_a_little_output_needs_no_file_until_it_is_flushed(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "a.stdout")
    spool.write(b"a little")
    assert spool.holds_some
    assert not list(tmp_path.iterdir())
    assert (b"".join(spool.kept()), spool.part(2, 3)) == (b"a little", b"lit")
    spool.flush()
    spool.write(b" more")
    assert (tmp_path / "a.stdout.0").read_bytes() == b"a little more"
    assert spool.total == 13


def test_a_silent_stream_makes_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "a.stdout")
    spool.write(b"")
    spool.close()
    assert not list(spool.kept())
    assert not list(tmp_path.iterdir())


def test_output_that_cannot_be_kept_is_counted_and_told(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "no such folder" / "a.stdout")
    spool.write(b"lost")
    assert spool.trouble == ""
    spool.flush()
    assert spool.total == 4
    assert spool.trouble == "output could not be kept: No such file or directory"


@pytest.mark.parametrize("full_after", [0, 5, 10, 12])
def test_a_disk_that_fills_up_costs_output_and_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_after: int
) -> None:
    """Whatever is printed after it, and wherever the file would have to be changed."""
    room = full_after
    write = os.write

    def write_while_there_is_room(descriptor: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = write(descriptor, bytes(data)[:room])
        room -= written
        return written

    monkeypatch.setattr(os, "write", write_while_there_is_room)
    spool = Spool(tmp_path / "a.stdout", SpoolBounds(10, 4))
    spool.flush()
    for _ in range(100):
        spool.write(b"abcdefg")
    spool.close()
    assert spool.total == 700
    assert spool.trouble == "output could not be kept: No space left on device"
    head = b"abcdefgabc"[:full_after]
    wanted = head + gap_marker(700 - len(head))
    assert b"".join(spool.kept()) == wanted
    assert spool.kept_bytes() == len(wanted)
    assert spool.part(len(head) + 1, 8) == b"[courier"
    assert spool.end(3) == head[-3:]


def test_output_leaves_the_last_space_to_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "LEFT_FREE_BYTES", 1 << 62)
    spool = Spool(tmp_path / "a.stdout")
    spool.write(b"x" * 100_000)
    assert spool.trouble == "output could not be kept: No space left on device"
    spool.close()
    left = gap_marker(100_000)
    assert b"".join(spool.kept()) == left
    assert b"".join(Spool.found(tmp_path / "a.stdout").kept()) == left, "also after a restart"


@pytest.mark.anyio
async def test_a_step_that_prints_without_end_stays_within_its_bounds(tmp_path: Path) -> None:
    bounds = SpoolBounds(head=100_000, tail=50_000)

    def small(host: Host) -> None:
        host.bounds = bounds

    async with runner_inside(tmp_path / "runner", adjust=small) as (_, (node,)):
        order = node.order(step("seq 1 400000; seq 1 3 >&2"))
        lines = await node.lines(order)
        ended = one(lines, "attempt-finished")
        printed = "".join(f"{n}\n" for n in range(1, 400_001)).encode()
        assert (ended["stdoutBytes"], ended["stderrBytes"]) == (len(printed), 6)
        kept = sum(path.stat().st_size for path in (node.home / ".courier").glob("*stdout*"))
        assert kept <= 200_000
        answer = await node.get(f"runs/{order['runId']}/steps/1/attempts/1/output?limit=1000000")
        assert answer.content == expected(printed, bounds)
        assert text_of(lines, "stderr") == "1\n2\n3\n"


@pytest.mark.anyio
async def test_a_reader_who_does_not_read_costs_little_and_misses_no_status(
    tmp_path: Path,
) -> None:
    async with runner_inside(tmp_path / "runner") as (runner, (node,)):
        order = node.order(step("seq 1 2000000"))
        async with node.ordered(order) as lines:
            await until(lines, is_type("attempt-started"))
            run = runner.ledger.runs[order["runId"]]
            slow = run.readers[0]
            # Only a second reader reads on; the first has read what it has and takes no more.
            async with node.followed(f"runs/{run.id}/events") as other:
                await until(other, is_type("run-finished"))
            assert sum(map(len, slow._parts)) <= reader_module.WAITING_OUTPUT_BYTES + 65_536
            rest = [line async for line in lines]
    assert [line["type"] for line in statuses(rest)] == [
        "attempt-finished",
        "step-finished",
        "run-finished",
    ]
    shown = sum(line["bytes"] for line in rest if line["type"] == "output")
    assert shown < one(rest, "attempt-finished")["stdoutBytes"]


@pytest.mark.anyio
async def test_a_reader_takes_output_up_to_his_room_and_status_always() -> None:
    reader = Reader()
    line = b"x" * 65_536
    for _ in range(10):
        reader.put_output(line)
    reader.put(b"status\n")
    assert await reader.chunk() == line * 4 + b"status\n"
    reader.put_output(line)
    reader.end()
    assert await reader.chunk() == line
    assert await reader.chunk() == b""


@pytest.mark.anyio
async def test_output_comes_while_the_step_runs(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "runner") as (_, (node,)):
        await asyncio.to_thread(os.mkfifo, node.home / "go")
        order = node.order(step("echo first; cat go >/dev/null; echo second; echo third"))
        async with node.ordered(order) as lines:
            first = await until(lines, says("first"))
            assert (first["offset"], first["bytes"], first["text"]) == (0, 6, "first\n")
            assert (first["step"], first["attempt"], first["stream"]) == (1, 1, "stdout")
            await asyncio.to_thread((node.home / "go").write_text, "on")
            second = await until(lines, says("second"))
            assert second["offset"] == 6


@pytest.mark.anyio
async def test_a_closed_output_does_not_end_the_attempt(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "runner") as (_, (node,)):
        lines = await node.run(step("echo seen; exec >&- 2>&-; touch ran; exit 4"))
        assert one(lines, "attempt-finished")["exitCode"] == 4
        assert text_of(lines) == "seen\n"
        assert (node.home / "ran").exists()


@pytest.mark.anyio
async def test_an_attempt_ends_with_its_process_and_not_with_its_pipes(tmp_path: Path) -> None:
    def brief(host: Host) -> None:
        host.drain_seconds = 0.1

    async with runner_inside(tmp_path / "runner", adjust=brief) as (_, (node,)):
        await asyncio.to_thread(os.mkfifo, node.home / "go")
        order = node.order(step("(cat go; echo late) & echo early"))
        lines = await node.lines(order)
        assert text_of(lines) == "early\n"
        assert one(lines, "run-finished")["status"] == "success"
        await asyncio.to_thread((node.home / "go").write_text, "on")


@pytest.mark.anyio
async def test_a_gigabyte_grows_neither_memory_nor_disk(tmp_path: Path) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        with runner_process(tmp_path / "own") as running:
            node: Node = running.node(client)
            before = memory_of(running.process.pid)
            lines = await node.run(step("head -c 300000000 /dev/zero"))
            assert one(lines, "attempt-finished")["stdoutBytes"] == 300_000_000
            assert memory_of(running.process.pid) < before + 20_000_000
            kept = sum(path.stat().st_size for path in node.home.rglob("*") if path.is_file())
            assert kept < 45_000_000


def memory_of(pid: int) -> int:
    """The most memory that a process has had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no such line")
