"""What schedules keep: jobs with their next look, instances that wait, rules for all jobs."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from store_samples import START, Story, definition, run_ids

from courier_backend.model.errors import Conflict, NotFound
from courier_backend.model.event import EventItem, NewEvent
from courier_backend.model.times import to_text
from courier_backend.store import migrate as migrating
from courier_backend.store.queries.events import list_events
from courier_backend.store.queries.exceptions import (
    all_exceptions,
    get_exception,
    list_exceptions,
)
from courier_backend.store.queries.instances import get_instance
from courier_backend.store.queries.jobs import get_job
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.runs import list_runs
from courier_backend.store.queries.schedules import (
    open_instances,
    past_due,
    pending_instances,
    schedules,
    settled_after,
    wakes,
)
from courier_backend.store.schema import open_database
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio

NEXT = datetime(2026, 4, 1, tzinfo=UTC)


def exception(kind: str, its_id: str, story: Story, **more: object) -> NewEvent:
    return NewEvent(f"exception-{kind}", story.tick(), data={"exceptionId": its_id, **more})


async def test_a_job_keeps_what_it_has_accounted_for(store: Store) -> None:
    story = Story()
    job = story.job(
        anchors={"schedule": to_text(START), "exceptions": []},
        settledAt=to_text(START),
        wakeAt=to_text(NEXT),
        nextExecutionTime=to_text(NEXT),
    )
    job_id = job.job_id or ""
    await store.append([job])
    changed = {"missedExecutions": 3, "skippedExecutions": 4, "exceptionReasons": ["why"]}
    later = to_text(NEXT + timedelta(days=1))
    await store.append(
        [story.of_job("job-changed", job_id, **changed, settledAt=to_text(NEXT), wakeAt=later)]
    )
    (found,) = await store.read(lambda c: schedules(c, [job_id, "none"]))
    assert (found.job_id, found.status, found.is_deleted) == (job_id, "active", False)
    assert found.definition == definition()
    assert found.anchors == {"schedule": to_text(START), "exceptions": []}
    assert (found.settled_at, found.next_at) == (NEXT, NEXT)
    assert found.wake_at == NEXT + timedelta(days=1)
    assert (found.missed, found.skipped, found.reasons) == (3, 4, ["why"])
    item = await store.read(lambda c: get_job(c, job_id))
    assert (item["missedExecutions"], item["skippedExecutions"]) == (3, 4)


async def test_wakes_come_in_order_and_go_with_their_jobs(store: Store) -> None:
    story = Story()
    late, soon, gone = (
        story.job(name, wakeAt=to_text(NEXT + timedelta(days=days)), settledAt=to_text(NEXT))
        for name, days in (("late", 9), ("soon", 3), ("gone", 1))
    )
    await store.append([late, soon, gone, story.job("none")])
    await store.append([story.of_job("job-deleted", gone.job_id or "", by="t")])
    found = await store.read(wakes)
    assert [job_id for job_id, _ in found] == [soon.job_id, late.job_id]
    assert found[0][1] == NEXT + timedelta(days=3)
    before = NEXT - timedelta(seconds=1)
    assert set(await store.read(lambda c: settled_after(c, before))) == {late.job_id, soon.job_id}
    assert await store.read(lambda c: settled_after(c, NEXT)) == []


async def test_past_due_are_active_jobs_by_their_next_execution(store: Store) -> None:
    story = Story()
    jobs = [
        story.job(name, nextExecutionTime=f"2026-04-0{day}T00:00:00Z")
        for name, day in [("late", 9), ("soon", 3), ("due", 1), ("canceled", 1), ("deleted", 1)]
    ]
    await store.append([*jobs, story.job("none")])
    await store.append(
        [
            story.of_job("job-changed", jobs[3].job_id or "", status="canceled"),
            story.of_job("job-deleted", jobs[4].job_id or ""),
        ]
    )
    found = await store.read(lambda c: past_due(c, datetime(2026, 4, 3, tzinfo=UTC)))
    assert [each["name"] for each in found] == ["due", "soon"]


async def test_an_instance_that_waits_gets_its_runs_when_it_begins(store: Store) -> None:
    story = Story()
    job = story.job()
    job_id = job.job_id or ""
    waiting = story.instance(job_id, [], status="pending")
    waiting.data.update(reasonCode="overlap", reason="another runs", dueAt=to_text(NEXT))
    other = story.instance(job_id, [["node-1"]])
    await store.append([job, waiting, other])
    instance_id = waiting.instance_id or ""

    (pending,) = await store.read(pending_instances)
    assert (pending.id, pending.job_id, pending.reason_code) == (instance_id, job_id, "overlap")
    assert pending.action_spec == waiting.data["actionSpec"]
    assert {each.status for each in await store.read(open_instances)} == {"pending", "running"}
    item = await store.read(lambda c: get_instance(c, instance_id))
    assert (item["status"], item["dueAt"]) == ("pending", to_text(NEXT))
    assert (item["groups"], item["startedAt"]) == ([], "0001-01-01T00:00:00Z")

    like = story.instance(job_id, [["node-1", "node-2"], ["node-3"]])
    data = {name: like.data[name] for name in ("groups", "runs")}
    begun = story.of_instance(
        "instance-started", waiting, **data, **{"from": "pending", "status": "running"}
    )
    (seq,) = await store.append([begun])
    assert seq
    item = await store.read(lambda c: get_instance(c, instance_id))
    assert (item["status"], item["reasonCode"], item["reason"]) == ("running", "", "")
    assert (item["totalRuns"], item["startedAt"]) == (3, to_text(begun.time))
    assert item["runCounts"] == {"pending": 3}
    runs, pages = await store.read(lambda c: list_runs(c, PageRequest(), instance_id=instance_id))
    assert [each["runId"] for each in runs] == run_ids(like)
    assert pages["totalItems"] == 3
    assert await store.read(pending_instances) == []
    with pytest.raises(Conflict, match="is running"):
        await store.append([begun])


async def test_rules_for_all_jobs(store: Store) -> None:
    story = Story()
    rule = {"rrule": "RRULE:FREQ=DAILY", "duration": 5, "by": "t"}
    added = exception("added", "e1", story, **rule)
    await store.append([added, exception("added", "e2", story, **rule)])
    changed = exception("changed", "e1", story, **(rule | {"duration": 7}))
    await store.append([changed])
    items, pages = await store.read(lambda c: list_exceptions(c, PageRequest(1, 1)))
    assert ([each["exceptionId"] for each in items], pages["totalItems"]) == (["e1"], 2)
    item = await store.read(lambda c: get_exception(c, "e1"))
    assert (item["duration"], item["createdAt"]) == (7, to_text(added.time))
    assert item["modifiedAt"] == to_text(changed.time)
    stored = await store.read(all_exceptions)
    assert [(each.id, each.duration) for each in stored] == [("e1", 7), ("e2", 5)]
    assert stored[0].anchored_at == changed.time
    await store.append([exception("removed", "e1", story, by="t")])
    assert [each.id for each in await store.read(all_exceptions)] == ["e2"]
    with pytest.raises(NotFound, match="no exception e1"):
        await store.read(lambda c: get_exception(c, "e1"))
    for kind in ("changed", "removed"):
        with pytest.raises(Conflict, match="no exception rule e1"):
            await store.append([exception(kind, "e1", story, **rule)])
    with pytest.raises(Conflict, match="e2 already"):
        await store.append([exception("added", "e2", story, **rule)])


def test_jobs_of_the_first_store_have_nothing_scheduled(tmp_path: Path) -> None:
    path = tmp_path / "courier.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        engine = create_engine("sqlite://", creator=lambda: old, poolclass=StaticPool)
        with engine.connect() as connection:
            config = migrating.configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            connection.commit()
        old.execute(
            "INSERT INTO jobs (no, id, name, status, created_at, modified_at)"
            " VALUES (1, 'j', 'kept', 'active', 1, 1)"
        )
        old.execute(
            "INSERT INTO instances (no, id, job_no, status, created_at, updated_at)"
            " VALUES (1, 'i', 1, 'success', 1, 1)"
        )
    with closing(open_database(path)) as committer:
        row = committer.connection.execute(
            "SELECT name, anchors, settled_at, wake_at, missed_executions FROM jobs"
        ).fetchone()
        assert row == ("kept", "{}", None, None, 0)
        row = committer.connection.execute("SELECT due_at, overridden FROM instances").fetchone()
        assert row == (None, "")


async def test_events_tell_how_many_runs_an_instance_begins_with(store: Store) -> None:
    story = Story()
    job = story.job()
    waiting = story.instance(job.job_id or "", [], status="pending")
    like = story.instance(job.job_id or "", [["node-1", "node-2"]])
    data = {name: like.data[name] for name in ("groups", "runs")}
    begun = story.of_instance(
        "instance-started", waiting, **data, **{"from": "pending", "status": "running"}
    )
    heard: list[EventItem] = []
    store.listen(heard.extend)
    await store.append([job, waiting])
    await store.append([begun])
    read = await store.read(lambda c: list_events(c, after=0, limit=10))
    assert [each.get("count") for each in read] == [None, 0, 2]
    assert list(read) == heard
    assert "runs" not in read[2]["data"]
