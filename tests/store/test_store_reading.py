"""Reading beside writing; prefixes; what reads must not do; what imports cost."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from store_samples import Story

from courier_backend.model.errors import BadInput, Conflict, CourierError, NotFound
from courier_backend.store.queries.overview import overview
from courier_backend.store.queries.resolve import resolve_prefix
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio


async def test_a_reader_sees_what_was_appended_before_and_keeps_its_view(store: Store) -> None:
    story = Story()
    await store.append([story.job()])
    began, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> tuple[int, int]:
        first = overview(connection)["lastSeq"]
        began.set()
        assert go_on.wait(30)
        return first, overview(connection)["lastSeq"]

    reading = asyncio.ensure_future(store.read(slow))
    await asyncio.to_thread(began.wait, 30)
    assert await store.append([story.job(), story.job()]) == [2, 3]
    assert (await store.read(overview))["lastSeq"] == 3
    go_on.set()
    assert await reading == (1, 1)


async def test_a_writer_in_the_middle_keeps_no_reader_waiting(store: Store) -> None:
    await store.append([Story().job()])
    connection = store._committer.connection
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE jobs SET name = 'not yet'")
    counts = await store.read(overview)
    connection.execute("ROLLBACK")
    assert counts["jobs"] == {"active": 1}


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(CourierError, match="readonly"):
        await store.read(lambda c: c.execute(text("DELETE FROM jobs")))
    assert (await store.read(overview))["lastSeq"] == 0


async def test_what_a_query_raises_reaches_the_caller_and_frees_the_reader(store: Store) -> None:
    def faulty(_connection: Connection) -> None:
        raise NotFound("nothing here")

    for _ in range(10):
        with pytest.raises(NotFound, match="nothing here"):
            await store.read(faulty)
    assert await store.append([Story().job()]) == [1]
    assert (await store.read(overview))["lastSeq"] == 1


async def test_a_prefix_stands_for_an_id(store: Store) -> None:
    story = Story()
    one = story.job(job_id="abcdef01-0000-4000-8000-000000000000")
    two = story.job(job_id="abcdef02-0000-4000-8000-000000000000")
    node = story.node("abcdef03-0000-4000-8000-000000000000")
    await store.append([one, two, node])

    async def resolve(kind: str, prefix: str) -> str:
        return await store.read(lambda c: resolve_prefix(c, kind, prefix))

    assert await resolve("job", "ABCDEF01") == one.job_id
    assert await resolve("node", "abcdef") == node.node_id
    assert await resolve("job", two.job_id or "") == two.job_id
    with pytest.raises(Conflict, match="More than one job"):
        await resolve("job", "abcdef0")
    with pytest.raises(NotFound, match="run abcdef"):
        await resolve("run", "abcdef")
    with pytest.raises(BadInput, match="too short"):
        await resolve("job", "abcde")
    with pytest.raises(BadInput, match="has no ids"):
        await resolve("step", "abcdef")
    await store.append([story.of_job("job-deleted", one.job_id or "")])
    with pytest.raises(NotFound):
        await resolve("job", "abcdef01")
    assert await resolve("job", "abcdef0") == two.job_id


@pytest.mark.parametrize("prefix", ["%%%%%%", "______", "abcdef%", "'; DROP"])
async def test_a_prefix_is_no_pattern(store: Store, prefix: str) -> None:
    await store.append([Story().job(job_id="abcdef01-0000-4000-8000-000000000000")])
    with pytest.raises(NotFound):
        await store.read(lambda c: resolve_prefix(c, "job", prefix))


def test_the_store_is_imported_without_what_it_seldom_needs() -> None:
    code = (
        "import sys\n"
        "import courier_backend.store.store\n"
        "import courier_backend.store.queries.recovery\n"
        "heavy = {'alembic', 'pydantic', 'mako', 'sqlalchemy.orm', 'sqlalchemy.ext'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


async def test_many_readers_and_writers_at_once(database: Path) -> None:
    store = await Store.open(database)
    story = Story()
    seen: list[int] = []

    async def write(n: int) -> None:
        (seq,) = await store.append([story.job(f"job {n}")])
        counts = await store.read(overview)
        assert counts["lastSeq"] >= seq
        assert counts["jobs"]["active"] == counts["lastSeq"]
        seen.append(seq)

    try:
        async with asyncio.TaskGroup() as group:
            for n in range(200):
                group.create_task(write(n))
    finally:
        await store.close()
    assert sorted(seen) == list(range(1, 201))
