"""What a backend reads at its start."""

from datetime import UTC, datetime, timedelta

import pytest
from store_samples import START, Story, run_ids

from courier_backend.model.times import from_text, to_text
from courier_backend.store.queries.recovery import (
    nodes_for_delivery,
    unfinished,
    unfinished_instance,
    unreleased,
)
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def test_an_instance_under_way(store: Store) -> None:
    story = Story()
    job = story.job()
    created = story.instance(job.job_id or "", [["a", "b"], ["c"]], steps=2)
    first, second, third = run_ids(created)
    await store.append([job, created])
    dispatched = story.changed(first, "pending", "dispatched", journalId="journal-1")
    started = [story.received(first), story.step_started(first), story.attempt_started(first)]
    ended = story.attempt_finished(first, status="failure", retryInSeconds=7.5)
    asked = story.changed(first, "running", "running", cancelRequestedAt="2026-03-01T13:00:00Z")
    waits = [story.changed(second, "pending", "dispatched"), story.received(second, place=2)]
    note = story.of_instance(
        "instance-changed", created, cancelRequestedAt="2026-03-01T14:00:00Z", cancelReason="why"
    )
    group = story.of_instance(
        "group-changed", created, groupNumber=0, status="running", reasonCode="", reason=""
    )
    await store.append([dispatched, *started, ended, asked, *waits, note, group])

    (found,) = await store.read(unfinished)
    assert (found.id, found.job_id) == (created.instance_id, job.job_id)
    assert (found.status, found.job_name) == ("running", "a job")
    assert found.action_spec == created.data["actionSpec"]
    assert found.target_spec == created.data["targetSpec"]
    assert found.created_at == found.started_at == created.time
    assert found.cancel_requested_at == from_text("2026-03-01T14:00:00Z")
    assert (found.cancel_reason, found.late_completions) == ("why", 0)
    zero, one = found.groups
    assert (zero.status, one.status) == ("running", "pending")
    assert (zero.group_number, zero.batch_size, zero.timeout_seconds) == (0, 1, 60)
    assert zero.criteria == created.data["groups"][0]["criteria"]
    assert (zero.distribution_method, zero.early_termination) == ("batching", False)
    assert [run.run_id for run in zero.runs] == [first, second]
    assert [run.run_id for run in one.runs] == [third]
    active, waiting = zero.runs
    assert (active.status, active.journal_id, active.last_seq) == ("running", "journal-1", 4)
    assert (active.dispatched_at, active.heard_at) == (dispatched.time, ended.time)
    assert (active.pause_seconds, active.current_step) == (7.5, 1)
    assert active.cancel_requested_at == from_text("2026-03-01T13:00:00Z")
    assert not active.ended_on_node
    assert (waiting.status, waiting.waiting_place) == ("received", 2)
    assert waiting.reason_code == "waiting-for-node"
    (idle,) = one.runs
    assert (idle.status, idle.dispatched_at, idle.heard_at) == ("pending", None, None)
    assert (idle.node_id, idle.facts_revision) == ("c", 1)


async def test_only_what_is_not_final_is_unfinished(store: Store) -> None:
    story = Story()
    job = story.job()
    done = story.instance(job.job_id or "", [["a"]])
    waits = story.instance(job.job_id or "", [["a"]], status="pending")
    runs = story.instance(job.job_id or "", [["a"]])
    moved = {"from": "running", "status": "success"}
    await store.append(
        [job, done, waits, runs, story.of_instance("instance-changed", done, **moved)]
    )
    found = await store.read(unfinished)
    assert [instance.id for instance in found] == [waits.instance_id, runs.instance_id]
    again = await store.read(lambda c: unfinished_instance(c, done.instance_id or ""))
    assert again is not None
    assert (again.id, again.status) == (done.instance_id, "success")
    assert await store.read(lambda c: unfinished_instance(c, "nobody")) is None


@pytest.mark.parametrize(
    ("status", "code", "told", "awaited"),
    [
        ("timeout", "no-status-in-time", False, True),
        ("timeout", "no-status-in-time", True, False),
        ("canceled", "cancel-unconfirmed", False, True),
        ("canceled", "operator", False, False),
    ],
)
async def test_final_instances_whose_runs_may_still_end_on_their_nodes(
    store: Store, status: str, code: str, told: bool, awaited: bool
) -> None:
    story = Story()
    job = story.job()
    created = story.instance(job.job_id or "", [["a"]])
    (run_id,) = run_ids(created)
    dispatched = story.changed(run_id, "pending", "dispatched")
    ended = story.changed(run_id, "dispatched", status, reasonCode=code)
    final = story.of_instance(
        "instance-changed", created, **{"from": "running", "status": "failure"}
    )
    await store.append([job, created, dispatched, ended, final])
    if told:
        await store.append([story.run_finished(run_id, status, status)])
    found = await store.read(lambda c: unfinished(c, awaited_since=dispatched.time))
    assert [instance.id for instance in found] == ([created.instance_id] if awaited else [])
    later = dispatched.time + timedelta(microseconds=1)
    assert await store.read(lambda c: unfinished(c, awaited_since=later)) == []
    assert await store.read(unfinished) == []


async def test_runs_that_their_node_may_forget(store: Store) -> None:
    story = Story()
    job = story.job()
    created = story.instance(job.job_id or "", [["a", "b", "c"]])
    first, second, third = run_ids(created)
    await store.append([job, created])
    for run_id in (first, second, third):
        await store.append([story.changed(run_id, "pending", "dispatched")])
        await store.append(
            [story.received(run_id), story.step_started(run_id), story.attempt_started(run_id)]
        )
    await store.append([story.attempt_finished(first), story.run_finished(first)])
    await store.append([story.attempt_finished(second, zipped=b"x"), story.run_finished(second)])
    found = await store.read(lambda c: unreleased(c, LONG_AGO))
    assert [(run.run_id, run.node_id) for run in found] == [(first, "a")]
    await store.append([story.evidence(second, b"x")])
    found = await store.read(lambda c: unreleased(c, LONG_AGO))
    assert [run.run_id for run in found] == [first, second]
    assert await store.read(lambda c: unreleased(c, story.now)) == []


async def test_nodes_come_with_what_delivery_needs(store: Store) -> None:
    story = Story()
    node, other = story.node(builtin=True), story.node()
    await store.append([node, other])
    at = to_text(START)
    await store.append(
        [
            story.of_node(
                "node-changed",
                node.node_id or "",
                facts={"os": "new"},
                factsRevision=2,
                health="reachable",
                lastContactAt=at,
                latencySeconds=0.25,
            ),
            story.of_node("node-changed", other.node_id or "", archived=True),
        ]
    )
    found, archived = await store.read(nodes_for_delivery)
    assert (found.id, found.token) == (node.node_id, "the secret of the node")
    assert (found.journal_id, found.url) == (node.data["journalId"], node.data["url"])
    assert (found.facts, found.facts_revision) == ({"os": "new"}, 2)
    assert (found.builtin, found.lab, found.archived) == (True, True, False)
    assert (found.health, found.last_contact_at) == ("reachable", START)
    assert (found.latency_seconds, found.tags) == (0.25, {"role": "web"})
    assert found.skills == [{"name": "courier-runner", "version": "0.1.0"}]
    assert archived.archived
    assert archived.last_contact_at is None
