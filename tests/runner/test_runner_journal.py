"""The journal: groups, full disks, rotation, tombstones."""

import asyncio
import errno
import os
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from runner_harness import one, runner_inside, statuses, step

from courier_backend.runner.journal import files, records, writer
from courier_backend.runner.journal.files import newest, read_records
from courier_backend.runner.journal.writer import JournalWriter
from courier_backend.runner.runs import stones as stones_module
from courier_backend.runner.runs.stones import Stones, day_of


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[JournalWriter]:
    made = JournalWriter(tmp_path, "the id", bytes)
    yield made
    made.close()


@pytest.mark.anyio
async def test_what_comes_at_once_is_synced_once_and_told_in_order(
    journal: JournalWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    told: list[int] = []
    real = os.fdatasync

    def counted(descriptor: int) -> None:
        syncs.append(len(told))
        real(descriptor)

    monkeypatch.setattr(os, "fdatasync", counted)
    for number in range(100):
        journal.submit(b'{"n":%d}\n' % number, partial(told.append, number))
    await journal.synced()
    assert told == list(range(100))
    assert syncs == [0], "all in one group, and nobody was told before it was on disk"
    path = newest(tmp_path)
    assert path is not None
    found = [record["n"] for record in read_records(path) if record and "n" in record]
    assert found == told


@pytest.mark.anyio
async def test_a_full_disk_holds_everything_back_until_there_is_room(
    journal: JournalWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0
    real = files.write_all
    stumbled = asyncio.Event()
    loop = asyncio.get_running_loop()

    def full(descriptor: int, data: bytes) -> None:
        nonlocal tries
        tries += 1
        if tries <= 2:
            real(descriptor, data[:5])
            loop.call_soon_threadsafe(stumbled.set)
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor, data)

    monkeypatch.setattr(writer, "write_all", full)
    monkeypatch.setattr(writer, "_RETRY_SECONDS", 0.05)
    waiting = asyncio.create_task(journal.synced())
    journal.submit(b'{"n":1}\n')
    await stumbled.wait()
    assert not waiting.done()
    await waiting
    assert tries == 3
    assert journal.trouble == ""
    path = newest(tmp_path)
    assert path is not None
    assert [r and r["t"] if r and "t" in r else r for r in read_records(path)] == [
        "journal",
        {"n": 1},
    ]


@pytest.mark.anyio
async def test_a_full_disk_refuses_new_orders_with_a_sentence(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "runner") as (runner, (node,)):
        runner.ledger.journal.trouble = "The journal cannot be written: No space left on device."
        order = node.order(step("true"))
        answer = await node.post("runs", order)
        assert (answer.status_code, answer.json()["code"]) == (507, "out-of-space")
        assert "No space left" in answer.json()["message"]
        runner.ledger.journal.trouble = ""
        assert one(await node.lines(order), "run-finished")["status"] == "success"


@pytest.mark.anyio
async def test_the_journal_does_not_grow_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "ROTATE_BYTES", 20_000)
    home = tmp_path / "runner"
    async with runner_inside(home, seed=1) as (_, (node,)):
        kept = node.order(step("echo kept"))
        before = await node.lines(kept)
        released = []
        for _ in range(30):
            order = node.order(step("echo said"))
            await node.lines(order)
            await node.release(order["runId"])
            released.append(order)
        journals = list((home / "journal").iterdir())
        assert len(journals) == 1
        assert int(journals[0].stem) > 1
        assert journals[0].stat().st_size < 45_000
    async with runner_inside(home, seed=1) as (_, (node,)):
        assert statuses(await node.events(kept["runId"])) == statuses(before)
        for order in released:
            assert (await node.post("runs", order)).status_code == 410


@pytest.mark.anyio
async def test_a_new_file_that_finds_no_room_leaves_the_old_one_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "ROTATE_BYTES", 10)
    journal = JournalWriter(tmp_path, "the id", lambda: b'{"t":"snapshot"}\n')
    before = newest(tmp_path)

    def full(*_: object) -> tuple[int, int]:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writer, "begin_file", full)
        for number in range(3):
            journal.submit(b'{"a long enough record":%d}\n' % number)
            await journal.synced()
    assert newest(tmp_path) == before
    for _ in range(3):
        journal.submit(b'{"more":"and more"}\n')
        await journal.synced()
    journal.close()
    assert newest(tmp_path) != before


def test_a_draft_that_was_left_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / files._DRAFT).write_bytes(b"half a snap")
    descriptor, _ = files.begin_file(tmp_path, "the id", b"")
    os.close(descriptor)
    assert [path.name for path in tmp_path.iterdir()] == ["00000001.ndjson"]


def test_stones_are_bounded_in_age_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stones_module, "MOST", 3)
    stones = Stones()
    stones.put(["old"], 10, records.RELEASED)
    stones.put(["new"], 10 + stones_module.KEPT_DAYS + 1, records.RELEASED)
    assert not stones.is_released("old")
    stones.put(["b", "c", "d"], 50, records.RELEASED)
    assert [stones.is_released(run) for run in ("new", "b", "c", "d")] == [False, True, True, True]
    stones.put(["early"], 50, records.CANCELED)
    assert stones.take_canceled("early")
    assert not stones.take_canceled("early")


@pytest.mark.parametrize("moment", [0, 86_399, 86_400])
def test_days_begin_at_midnight(moment: int) -> None:
    assert day_of(moment) == moment // 86_400 <= day_of(time.time())


@pytest.mark.anyio
async def test_a_run_that_makes_no_sense_ends_and_the_node_goes_on(tmp_path: Path) -> None:
    async with runner_inside(tmp_path / "runner") as (_, (node,)):
        lines = await node.run(step("false", retryCount="many"))
        run = one(lines, "run-finished")
        assert (run["status"], run["reasonCode"]) == ("failure", "refused-by-node")
        assert one(await node.run(step("true")), "run-finished")["status"] == "success"
