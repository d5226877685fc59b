"""Full disks, commits that fail, and death at any moment."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from store_samples import Story, run_ids

from courier_backend.model.errors import Conflict, OutOfSpace
from courier_backend.model.event import NewEvent
from courier_backend.store.commit import Committer
from courier_backend.store.queries.events import list_events
from courier_backend.store.queries.overview import overview
from courier_backend.store.reserve import RESERVE_BYTES, Reserve
from courier_backend.store.schema import open_database
from courier_backend.store.store import Store

HERE = Path(__file__).parent


def fill_up(committer: Committer) -> None:
    """No page more fits into the database."""
    (pages,) = committer.connection.execute("PRAGMA page_count").fetchone()
    committer.connection.execute(f"PRAGMA max_page_count = {pages}")


def make_room(committer: Committer) -> None:
    committer.connection.execute("PRAGMA max_page_count = 1000000")


def large(story: Story) -> NewEvent:
    """A job that does not fit into what is free in a page."""
    return story.job("x" * 20_000)


class LeanReserve(Reserve):
    """A reserve that makes room when it is given up."""

    def __init__(self, database: Path, make: Callable[[], None]) -> None:
        super().__init__(database)
        self._make = make
        self.may_take = False

    def take(self) -> bool:
        return self.may_take and super().take()

    def give_up(self) -> bool:
        held = super().give_up()
        self._make()
        return held


@pytest.mark.anyio
async def test_on_a_full_disk_nothing_of_a_group_is_there(store: Store) -> None:
    story = Story()
    await store.append([story.job("first")])
    heard: list[Any] = []
    store.listen(heard.append)
    fill_up(store._committer)
    group = [[story.job(f"small {n}")] for n in range(5)] + [[large(story)]]
    results = await asyncio.gather(*map(store.append, group), return_exceptions=True)
    assert all(isinstance(result, OutOfSpace) for result in results)
    assert "is full" in str(results[0])
    assert heard == []
    assert store.last_seq == 1
    assert (await store.read(overview))["jobs"] == {"active": 1}
    make_room(store._committer)
    assert await store.append([large(story)]) == [2]
    assert len(await store.read(list_events)) == 2


@pytest.mark.anyio
async def test_a_full_disk_within_the_one_by_one_way_fails_the_group_too(store: Store) -> None:
    story = Story()
    fill_up(store._committer)
    bad = story.of_job("job-changed", "nobody")
    results = await asyncio.gather(
        store.append([bad]), store.append([large(story)]), return_exceptions=True
    )
    assert isinstance(results[1], OutOfSpace)
    make_room(store._committer)
    assert (await store.read(overview))["lastSeq"] == 0
    assert await store.append([story.job()]) == [1]


def test_the_reserve_lets_running_work_finish(database: Path) -> None:
    story = Story()
    with closing(open_database(database)) as committer:
        job = story.job()
        created = story.instance(job.job_id or "", [["n"]])
        committer.commit([[job, created]])
        (run_id,) = run_ids(created)
        reserve = LeanReserve(database, lambda: make_room(committer))
        committer.reserve = reserve
        fill_up(committer)
        going_on = story.changed(run_id, "pending", "failure", reason="y" * 20_000)
        first, second = committer.commit([[large(story)], [going_on]])
        assert isinstance(first, OutOfSpace)
        assert "nothing new begins" in str(first)
        assert isinstance(second, list)
        assert not reserve.is_held
        (third,) = committer.commit([[story.job()]])
        assert isinstance(third, OutOfSpace)
        reserve.may_take = True
        (fourth,) = committer.commit([[story.job()]])
        assert isinstance(fourth, list)
        assert reserve.is_held


def test_the_reserve_takes_real_space_and_gives_it_back(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "courier.db")
    assert not reserve.is_held
    assert reserve.take()
    assert (tmp_path / "courier.reserve").stat().st_blocks * 512 >= RESERVE_BYTES
    assert reserve.take()
    assert reserve.give_up()
    assert not reserve.give_up()
    assert list(tmp_path.iterdir()) == []


def test_no_reserve_where_there_is_little_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = (100, 99, RESERVE_BYTES)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": usage[2]}))
    assert not Reserve(tmp_path / "courier.db").take()
    assert list(tmp_path.iterdir()) == []


COMMIT_FAILS = """
import asyncio, resource, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from store_samples import Story
from courier_backend.model.errors import OutOfSpace
from courier_backend.store.queries.overview import overview
from courier_backend.store.store import Store

async def main():
    store = await Store.open(Path({path!r}))
    story = Story()
    await store.append([story.job("before")])
    wal = Path({path!r} + "-wal").stat().st_size
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal, hard))
    results = await asyncio.gather(
        *[store.append([story.job()]) for _ in range(3)], return_exceptions=True
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert all(isinstance(result, OutOfSpace) for result in results), results
    assert (await store.read(overview))["lastSeq"] == 1
    assert await store.append([story.job("after")]) == [2]
    await store.close()

asyncio.run(main())
"""


def test_a_commit_that_fails_takes_its_group_along_and_the_store_goes_on(database: Path) -> None:
    code = COMMIT_FAILS.format(here=str(HERE), path=str(database))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    with closing(open_database(database)) as committer:
        names = committer.connection.execute("SELECT name FROM jobs ORDER BY no").fetchall()
        assert names == [("before",), ("after",)]
        check = committer.connection.execute("PRAGMA integrity_check").fetchone()
        assert check == ("ok",)


WRITES_FOR_EVER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from store_samples import Story, run_ids
from courier_backend.store.store import Store

async def main():
    store = await Store.open(Path({path!r}))
    story = Story()
    job = story.job()
    await store.append([job])

    async def one(run_id):
        for change in story.whole_run(run_id, b"a zip" * 400):
            for seq in await store.append(change):
                sys.stdout.write(f"{{seq}}\\n")
            sys.stdout.flush()

    while True:
        created = story.instance(job.job_id, [["n"] * 20])
        await store.append([created])
        await asyncio.gather(*map(one, run_ids(created)))

asyncio.run(main())
"""


@pytest.mark.anyio
@pytest.mark.parametrize("lines", [1, 300, 1200])
async def test_what_was_acknowledged_outlives_a_kill(database: Path, lines: int) -> None:
    code = WRITES_FOR_EVER.format(here=str(HERE), path=str(database))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        for _ in range(lines):
            await process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        rest = await process.stdout.read()
        await process.wait()
    whole = rest.rpartition(b"\n")[0].splitlines()
    last = max(map(int, whole), default=0)
    store = await Store.open(database)
    try:
        assert store.last_seq >= last
        events = await store.read(lambda c: list_events(c, limit=1_000_000))
        assert [event["seq"] for event in events] == list(range(1, store.last_seq + 1))
        counts = await store.read(overview)
        (runs,) = await store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM runs").one())
        assert sum(counts["runs"].values()) == runs
        with pytest.raises(Conflict):
            await store.append([Story().of_job("job-changed", "nobody")])
    finally:
        await store.close()
