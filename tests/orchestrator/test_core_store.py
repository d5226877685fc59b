"""What the core records is what the store gives back, so that a restart goes on where it was."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from core_fleet import Fleet
from core_ledger import Ledger
from core_reference import IN_FLIGHT
from core_story import BEGIN, Story

from courier_backend.model.event import NewEvent
from courier_backend.orchestrator.revive import RunRow
from courier_backend.store.queries.recovery import StoredInstance, StoredRun, unfinished_instance
from courier_backend.store.store import Store

SEEDS = 40


async def add_job(store: Store, story: Story) -> None:
    data: dict[str, Any] = {
        "definition": story.job | {"scheduleRule": "immediate", "description": ""},
        "nextExecutionTime": None,
        "exceptionReasons": [],
        "idempotencyKey": "",
        "bodyDigest": "",
    }
    await store.append([NewEvent("job-added", BEGIN, job_id="job", data=data)])


@pytest.mark.anyio
async def test_the_store_gives_back_what_was_recorded(tmp_path: Path) -> None:
    chance = Random(1)
    store = await Store.open(tmp_path / "courier.db")
    try:
        await add_job(store, Fleet(0).story)
        for seed in range(SEEDS):
            story = Fleet(seed).live()
            await store.append([story.created])
            await replay(store, story, chance)
    finally:
        await store.close()


async def replay(store: Store, story: Story, chance: Random) -> None:
    """Append a life in pieces, as the driver does; after each, compare."""
    ledger = Ledger(story.created, story.defaults.queue_timeout_seconds)
    events = list(story.events)
    while events:
        size = chance.randint(1, 12)
        piece, events = events[:size], events[size:]
        await store.append(piece)
        for event in piece:
            ledger.take(event)
        found = await store.read(lambda c: unfinished_instance(c, story.state.id))
        assert found is not None
        compare_instance(found, ledger)


def compare_instance(found: StoredInstance, ledger: Ledger) -> None:
    row = ledger.row()
    assert found.status == row.status
    assert (found.cancel_requested_at is not None) == row.cancel_asked
    assert found.late_completions == row.late_completions
    assert found.cancel_reason == row.cancel_reason
    for group, kept in zip(found.groups, row.groups, strict=True):
        assert (group.group_number, group.status) == (kept.number, kept.status)
        assert group.reason_code == kept.reason_code
        assert group.batch_size == kept.batch_size
        assert (group.distribution_method == "rolling") == kept.rolling
        assert group.timeout_seconds == kept.timeout_seconds
        assert group.criteria == list(kept.criteria)
        assert group.early_termination == kept.early_termination
    stored = [run for group in found.groups for run in group.runs]
    for run, kept_run in zip(stored, row.runs, strict=True):
        compare_run(run, kept_run)


def compare_run(run: StoredRun, kept: RunRow) -> None:
    assert (run.run_id, run.node_id) == (kept.run_id, kept.node_id)
    assert (run.group_number, run.batch_number) == (kept.group_number, kept.batch_number)
    assert run.status == kept.status
    assert run.last_seq == kept.last_seq
    assert run.cancel_requested_at == kept.cancel_requested_at
    assert run.ended_on_node == kept.finished_on_node
    assert (run.heard_at or run.dispatched_at) == kept.heard_at
    if run.status in IN_FLIGHT:
        assert run.pause_seconds == kept.pause_seconds
        assert (run.waiting_place > 0) == kept.waiting
    else:
        assert (run.reason_code, run.reason) == (kept.reason_code, kept.reason)
