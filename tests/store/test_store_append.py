"""Appending: numbers, listeners, refusals that touch nobody else, readers that see it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from store_samples import START, Story, run_ids

from courier_backend.model.errors import Conflict
from courier_backend.model.event import EventItem, NewEvent
from courier_backend.store.queries.events import list_events
from courier_backend.store.queries.overview import overview
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.runs import list_runs
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio


async def test_events_are_numbered_from_one_without_a_gap(store: Store) -> None:
    story = Story()
    assert await store.append([story.job(), story.job()]) == [1, 2]
    assert await store.append([story.job()]) == [3]
    assert await store.append([]) == []
    assert store.last_seq == 3


async def test_numbers_go_on_after_a_restart(database: Path) -> None:
    story = Story()
    first = await Store.open(database)
    job = story.job()
    await first.append([job, story.instance(job.job_id or "", [["n1", "n2"]])])
    await first.close()
    again = await Store.open(database)
    try:
        assert again.last_seq == 2
        created = story.instance(job.job_id or "", [["n1"]])
        assert await again.append([created]) == [3]
        page = await again.read(lambda c: list_runs(c, PageRequest(size=9)))
        assert len(page[0]) == 3
        mine = await again.read(
            lambda c: list_runs(c, PageRequest(), instance_id=created.instance_id)
        )
        assert [run["runId"] for run in mine[0]] == run_ids(created)
    finally:
        await again.close()


async def test_listeners_hear_in_order_before_append_returns(store: Store) -> None:
    heard: list[EventItem] = []

    def listener(items: Sequence[EventItem]) -> None:
        heard.extend(items)

    store.listen(listener)
    story = Story()
    jobs = [story.job(f"job {n}") for n in range(50)]

    async def add(event: NewEvent) -> None:
        (seq,) = await store.append([event])
        assert seq in {item["seq"] for item in heard}

    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(add(job))
    assert [item["seq"] for item in heard] == list(range(1, 51))
    assert await store.read(lambda c: list_events(c, limit=100)) == heard


async def test_a_listener_that_fails_keeps_nobody_waiting(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(_items: Sequence[EventItem]) -> None:
        raise RuntimeError("I am faulty")

    heard: list[int] = []
    store.listen(faulty)
    store.listen(lambda items: heard.extend(item["seq"] for item in items))
    assert await store.append([Story().job()]) == [1]
    assert heard == [1]
    assert "I am faulty" in caplog.text


async def test_clients_are_not_told_tokens_nor_lists_of_runs(store: Store) -> None:
    heard: list[EventItem] = []
    store.listen(heard.extend)
    story = Story()
    job = story.job()
    node = story.node()
    created = story.instance(job.job_id or "", [["n1", "n2"]])
    await store.append([job, node, created])
    await store.append([story.of_node("node-changed", node.node_id or "", token="another")])
    told = await store.read(list_events)
    assert told == heard
    assert told[2]["count"] == 2
    assert "runs" not in told[2]["data"]
    assert "token" not in told[1]["data"]
    assert "token" not in told[3]["data"]


async def test_a_bad_change_fails_alone(store: Store) -> None:
    story = Story()
    good = [story.job(f"job {n}") for n in range(20)]
    bad = story.of_job("job-changed", "nobody", executionCount=3)
    changes = [[event] for event in good]
    changes[7:7] = [[story.job("never"), bad]]
    results = await asyncio.gather(*map(store.append, changes), return_exceptions=True)
    assert isinstance(results[7], Conflict)
    assert "nobody" in str(results[7])
    seqs = [result for n, result in enumerate(results) if n != 7]
    assert seqs == [[n] for n in range(1, 21)]
    counts = await store.read(overview)
    assert counts["jobs"] == {"active": 20}
    assert counts["lastSeq"] == 20


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"from": "running", "status": "success"}, "is pending"),
        ({"from": "pending", "status": "splendid"}, 'no status "splendid"'),
        ({"from": "pending"}, "lacks 'status'"),
    ],
)
async def test_a_change_that_cannot_be_right_is_refused(
    store: Store, data: dict[str, Any], sentence: str
) -> None:
    story = Story()
    job = story.job()
    created = story.instance(job.job_id or "", [["n1"]])
    await store.append([job, created])
    (run_id,) = run_ids(created)
    event = story.of_run("run-changed", run_id, **data, reasonCode="", reason="")
    with pytest.raises(Conflict, match=sentence):
        await store.append([event])
    assert await store.append([story.changed(run_id, "pending", "dispatched")]) == [3]


async def test_data_that_is_no_json_is_refused(store: Store) -> None:
    event = NewEvent("something-else", START, data={"what": object()})
    with pytest.raises(Conflict, match="something-else"):
        await store.append([event])


async def test_a_kind_that_is_not_known_is_kept_in_the_log(store: Store) -> None:
    event = NewEvent("something-else", START, data={"what": 1})
    assert await store.append([event]) == [1]
    (told,) = await store.read(list_events)
    assert (told["type"], told["data"], told["jobId"]) == ("something-else", {"what": 1}, None)


async def test_an_append_whose_caller_gave_up_is_written_all_the_same(store: Store) -> None:
    story = Story()
    task = asyncio.ensure_future(store.append([story.job()]))
    await asyncio.sleep(0)
    task.cancel()
    assert await store.append([story.job()]) == [2]


async def test_a_closed_store_says_so(database: Path) -> None:
    store = await Store.open(database)
    await store.close()
    await store.close()
    with pytest.raises(Conflict, match="closed"):
        await store.append([Story().job()])
    with pytest.raises(Conflict, match="closed"):
        await store.read(overview)


async def test_what_waits_when_the_store_closes_is_written(database: Path) -> None:
    store = await Store.open(database)
    story = Story()
    appends = [asyncio.ensure_future(store.append([story.job()])) for _ in range(30)]
    await asyncio.sleep(0)
    await store.close()
    assert sorted(await asyncio.gather(*appends)) == [[n] for n in range(1, 31)]
    assert not database.with_name("courier.db-wal").exists()
