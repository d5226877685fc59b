"""What each kind of event makes of the rows, seen through the queries."""

from typing import Any

import pytest
from store_samples import START, Story, definition, run_ids

from courier_backend.model.errors import Conflict, NotFound
from courier_backend.model.event import NewEvent
from courier_backend.model.times import ZERO_TIME, to_text
from courier_backend.model.wire import InstanceItem, JobItem, NodeItem, RunItem, StepItem
from courier_backend.store.queries.evidence import (
    evidence_total,
    oldest_evidence,
    pending_evidence,
    stored_evidence,
)
from courier_backend.store.queries.instances import get_instance, list_instances
from courier_backend.store.queries.jobs import get_job, job_by_key, jobs_named, list_jobs
from courier_backend.store.queries.nodes import facts_of_run, get_node
from courier_backend.store.queries.overview import overview
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.runs import get_evidence, get_run, instance_node_ids, list_runs
from courier_backend.store.queries.steps import list_steps
from courier_backend.store.store import Store

pytestmark = pytest.mark.anyio


class World:
    """A store, a story, one job with one instance of one run, and short questions."""

    def __init__(self, store: Store, steps: int = 1) -> None:
        self.store = store
        self.story = Story()
        self.job_event = self.story.job()
        self.job_id = self.job_event.job_id or ""
        self.created = self.story.instance(self.job_id, [["node-1"]], steps=steps)
        self.instance_id = self.created.instance_id or ""
        (self.run_id,) = run_ids(self.created)

    async def tell(self, *events: NewEvent) -> None:
        await self.store.append(events)

    async def job(self) -> JobItem:
        return await self.store.read(lambda c: get_job(c, self.job_id))

    async def instance(self) -> InstanceItem:
        return await self.store.read(lambda c: get_instance(c, self.instance_id))

    async def run(self) -> RunItem:
        return await self.store.read(lambda c: get_run(c, self.run_id))

    async def steps(self) -> list[StepItem]:
        return await self.store.read(lambda c: list_steps(c, self.run_id))

    async def counts(self) -> dict[str, Any]:
        return dict(await self.store.read(overview))

    async def node(self, node_id: str) -> NodeItem:
        return await self.store.read(lambda c: get_node(c, node_id))


@pytest.fixture
async def world(store: Store) -> World:
    world = World(store)
    await world.tell(world.job_event, world.created)
    return world


@pytest.fixture
async def running(world: World) -> World:
    """The run is in its first attempt."""
    story = world.story
    await world.tell(story.changed(world.run_id, "pending", "dispatched", journalId="j-1"))
    await world.tell(story.received(world.run_id))
    await world.tell(story.step_started(world.run_id), story.attempt_started(world.run_id))
    return world


# ---- jobs


async def test_a_new_job(store: Store) -> None:
    story = Story()
    body = definition("Müller's [/job]")
    event = story.job(
        definition=body,
        nextExecutionTime="2026-03-02T00:00:00Z",
        exceptionReasons=["a window"],
    )
    await store.append([event])
    item = await store.read(lambda c: get_job(c, event.job_id or ""))
    assert {key: item[key] for key in body} == body  # type: ignore[literal-required]  # all keys
    assert item["status"] == item["displayStatus"] == "active"
    assert item["createdAt"] == item["modifiedAt"] == to_text(event.time)
    assert item["nextExecutionTime"] == "2026-03-02T00:00:00Z"
    assert item["exceptionReasons"] == ["a window"]
    assert item["executionCount"] == 0
    assert item["lastInstance"] is None


async def test_a_job_without_an_execution_to_come_is_shown_as_completed(world: World) -> None:
    item = await world.job()
    assert (item["status"], item["displayStatus"]) == ("active", "completed")
    assert item["nextExecutionTime"] == ZERO_TIME
    assert item["lastInstance"] == {
        "id": world.instance_id,
        "status": "running",
        "createdAt": to_text(world.created.time),
    }


async def test_a_changed_job(world: World) -> None:
    story = world.story
    event = story.of_job(
        "job-changed",
        world.job_id,
        definition=definition("another name"),
        executionCount=4,
        nextExecutionTime="2026-04-01T00:00:00Z",
        exceptionReasons=["r"],
    )
    await world.tell(event)
    item = await world.job()
    assert (item["name"], item["executionCount"]) == ("another name", 4)
    assert item["displayStatus"] == "active"
    assert item["modifiedAt"] == to_text(event.time)
    assert item["createdAt"] == to_text(world.job_event.time)
    await world.tell(
        story.of_job("job-changed", world.job_id, status="canceled", nextExecutionTime=None)
    )
    item = await world.job()
    assert item["status"] == item["displayStatus"] == "canceled"
    assert (await world.counts())["jobs"] == {"canceled": 1}


async def test_a_deleted_job_is_gone_and_its_history_stays(world: World) -> None:
    await world.tell(world.story.of_job("job-deleted", world.job_id, by="somebody"))
    with pytest.raises(NotFound, match=world.job_id):
        await world.job()
    jobs, pagination = await world.store.read(lambda c: list_jobs(c, PageRequest()))
    assert (jobs, pagination["totalItems"]) == ([], 0)
    assert (await world.counts())["jobs"] == {}
    assert (await world.instance())["jobId"] == world.job_id
    found, _ = await world.store.read(
        lambda c: list_instances(c, PageRequest(), job_id=world.job_id)
    )
    assert [item["id"] for item in found] == [world.instance_id]
    for kind in ("job-deleted", "job-changed"):
        with pytest.raises(Conflict, match="deleted"):
            await world.tell(world.story.of_job(kind, world.job_id))


async def test_an_idempotency_key_leads_to_its_job(world: World) -> None:
    story = world.story
    keyed = story.job(idempotencyKey="k-1", bodyDigest="abc")
    created = story.instance(keyed.job_id or "", [["n"]])
    await world.tell(keyed, created)
    later = story.instance(keyed.job_id or "", [["n"]])
    await world.tell(later)
    found = await world.store.read(lambda c: job_by_key(c, "k-1"))
    assert found is not None
    assert (found.job_id, found.body_digest) == (keyed.job_id, "abc")
    assert found.instance_id == created.instance_id
    assert await world.store.read(lambda c: job_by_key(c, "k-2")) is None
    with pytest.raises(Conflict, match="idempotency_key"):
        await world.tell(story.job(idempotencyKey="k-1"))
    await world.tell(story.of_job("job-deleted", keyed.job_id or ""))
    assert await world.store.read(lambda c: job_by_key(c, "k-1")) is None
    await world.tell(story.job(idempotencyKey="k-1"))


async def test_names_are_counted(world: World) -> None:
    story = world.story
    await world.tell(story.job("twice"), story.job("twice"))
    assert await world.store.read(lambda c: jobs_named(c, "twice")) == 2
    assert await world.store.read(lambda c: jobs_named(c, "never")) == 0


async def test_the_same_id_twice_is_refused(world: World) -> None:
    with pytest.raises(Conflict, match="UNIQUE"):
        await world.tell(world.story.job(job_id=world.job_id))


# ---- instances and groups


async def test_a_new_instance(world: World) -> None:
    item = await world.instance()
    assert (item["status"], item["jobName"]) == ("running", "a job")
    assert item["actionSpec"] == world.created.data["actionSpec"]
    assert item["targetSpec"] == world.created.data["targetSpec"]
    assert item["createdAt"] == item["startedAt"] == to_text(world.created.time)
    assert item["finishedAt"] == item["cancelRequestedAt"] == ZERO_TIME
    assert (item["instanceType"], item["triggeredBy"]) == ("scheduled", "system")
    assert item["overwriteId"] is None
    assert (item["totalRuns"], item["runCounts"]) == (1, {"pending": 1})
    (group,) = item["groups"]
    assert (group["groupNumber"], group["status"], group["nodeCount"]) == (0, "pending", 1)
    assert group["runCounts"] == {"pending": 1}


async def test_an_instance_that_never_begins(world: World) -> None:
    skipped = world.story.instance(world.job_id, [], status="skipped")
    await world.tell(skipped)
    item = await world.store.read(lambda c: get_instance(c, skipped.instance_id or ""))
    assert (item["startedAt"], item["finishedAt"]) == (ZERO_TIME, to_text(skipped.time))
    assert item["groups"] == []


async def test_an_instance_that_waits_begins_later(world: World) -> None:
    waits = world.story.instance(world.job_id, [["n"]], status="pending")
    await world.tell(waits)
    moved = {"from": "pending", "status": "running"}
    begins = world.story.of_instance("instance-changed", waits, **moved)
    await world.tell(begins)
    item = await world.store.read(lambda c: get_instance(c, waits.instance_id or ""))
    assert (item["status"], item["startedAt"]) == ("running", to_text(begins.time))


async def test_a_changed_instance(world: World) -> None:
    story = world.story
    at = "2026-03-01T13:00:00.250000Z"
    asked = story.of_instance(
        "instance-changed", world.created, cancelRequestedAt=at, cancelReason="why not"
    )
    await world.tell(asked)
    assert (await world.instance())["cancelRequestedAt"] == at
    moved = {"from": "running", "status": "canceled"}
    ended = story.of_instance(
        "instance-changed",
        world.created,
        reasonCode="operator",
        reason="canceled by an operator",
        finishedAt=at,
        **moved,
    )
    await world.tell(ended)
    await world.tell(story.of_instance("instance-changed", world.created, lateCompletions=2))
    item = await world.instance()
    assert (item["status"], item["reasonCode"]) == ("canceled", "operator")
    assert item["reason"] == "canceled by an operator"
    assert (item["finishedAt"], item["lateCompletions"]) == (at, 2)
    assert (await world.counts())["instances"] == {"canceled": 1}
    with pytest.raises(Conflict, match="is canceled"):
        await world.tell(ended)


async def test_a_changed_group(world: World) -> None:
    story = world.story
    await world.tell(
        story.of_instance(
            "group-changed",
            world.created,
            groupNumber=0,
            status="failure",
            reasonCode="criteria-unreachable",
            reason="it cannot be met",
        )
    )
    (group,) = (await world.instance())["groups"]
    assert (group["status"], group["reasonCode"]) == ("failure", "criteria-unreachable")
    with pytest.raises(Conflict, match="no group 7"):
        await world.tell(story.of_instance("group-changed", world.created, groupNumber=7))


# ---- runs


async def test_a_new_run(world: World) -> None:
    item = await world.run()
    assert (item["instanceId"], item["jobId"]) == (world.instance_id, world.job_id)
    assert (item["status"], item["nodeId"]) == ("pending", "node-1")
    assert item["createdAt"] == item["lastUpdateTime"] == to_text(world.created.time)
    assert item["dispatchedTime"] == item["receivedTime"] == item["finishedTime"] == ZERO_TIME
    assert (item["currentStep"], item["stepCount"]) == (0, 1)


async def test_a_run_that_failed_before_it_began(world: World) -> None:
    created = world.story.instance(world.job_id, [["n"]], run_status="failure")
    await world.tell(created)
    (run_id,) = run_ids(created)
    item = await world.store.read(lambda c: get_run(c, run_id))
    assert (item["status"], item["finishedTime"]) == ("failure", to_text(created.time))


async def test_a_run_from_dispatch_to_its_end(world: World) -> None:
    story = world.story
    times = []
    for change in story.whole_run(world.run_id, b"a zip"):
        await world.tell(*change)
        times += [to_text(event.time) for event in change]
    item = await world.run()
    assert item["status"] == "success"
    assert item["dispatchedTime"] == times[0]
    assert item["receivedTime"] == times[1]
    assert item["startedTime"] == times[2]
    assert item["finishedTime"] == item["lastUpdateTime"] == times[-1]
    assert item["currentStep"] == 1
    assert (await world.instance())["runCounts"] == {"success": 1}
    assert (await world.counts())["runs"] == {"success": 1}


async def test_a_run_that_waits_for_its_node(world: World) -> None:
    story = world.story
    await world.tell(story.changed(world.run_id, "pending", "dispatched"))
    await world.tell(story.received(world.run_id, place=3))
    item = await world.run()
    assert (item["waitingPlace"], item["reasonCode"]) == (3, "waiting-for-node")
    await world.tell(story.step_started(world.run_id))
    item = await world.run()
    assert (item["waitingPlace"], item["reasonCode"], item["reason"]) == (0, "", "")


async def test_asking_to_cancel_changes_no_status(running: World) -> None:
    at = "2026-03-01T13:00:00Z"
    event = running.story.changed(running.run_id, "running", "running", cancelRequestedAt=at)
    await running.tell(event)
    item = await running.run()
    assert (item["status"], item["cancelRequestedAt"]) == ("running", at)
    assert item["finishedTime"] == ZERO_TIME


async def test_a_time_out_is_no_update_and_a_late_end_replaces_it(running: World) -> None:
    story = running.story
    before = await running.run()
    timed_out = story.changed(
        running.run_id, "running", "timeout", reasonCode="no-status-in-time", reason="silence"
    )
    await running.tell(timed_out)
    item = await running.run()
    assert (item["status"], item["reason"]) == ("timeout", "silence")
    assert item["lastUpdateTime"] == before["lastUpdateTime"]
    assert item["finishedTime"] == to_text(timed_out.time)
    late = story.run_finished(running.run_id, "success", "timeout", late=True)
    await running.tell(late)
    item = await running.run()
    assert (item["status"], item["reason"], item["reasonCode"]) == ("success", "", "")
    assert item["finishedTime"] == item["lastUpdateTime"] == to_text(late.time)


async def test_an_end_on_the_node_does_not_replace_another_end(running: World) -> None:
    story = running.story
    await running.tell(
        story.changed(running.run_id, "running", "timeout", reasonCode="x", reason="silence")
    )
    ended = (await running.run())["finishedTime"]
    await running.tell(story.run_finished(running.run_id, "timeout", "timeout"))
    item = await running.run()
    assert (item["status"], item["reason"], item["finishedTime"]) == ("timeout", "silence", ended)


async def test_a_step_of_a_run_that_ended_without_its_word_ended_with_the_run(
    running: World,
) -> None:
    story = running.story
    end = story.changed(running.run_id, "running", "timeout", reasonCode="x", reason="silence")
    await running.tell(end)
    (step,) = await running.steps()
    assert (step["status"], step["finishedAt"]) == ("timeout", to_text(end.time))


async def test_times_of_steps_are_the_backends_as_a_node_may_have_a_wrong_clock(
    running: World,
) -> None:
    story = running.story
    begun = story.step_started(running.run_id, before="running", step=2)
    begun.data["at"] = "1999-01-01T00:00:00Z"
    late = story.step_finished(running.run_id, step=2)
    late.data.update(at="1999-01-01T00:00:01Z", heardAt=to_text(begun.time))
    await running.tell(begun, late)
    step = (await running.steps())[1]
    assert (step["startedAt"], step["finishedAt"]) == (to_text(begun.time), to_text(begun.time))


# ---- steps and attempts


async def test_a_running_step(running: World) -> None:
    (step,) = await running.steps()
    assert (step["stepNumber"], step["status"], step["numAttempts"]) == (1, "running", 1)
    assert step["interpreterPath"] == "/bin/sh"
    assert step["interpreterVersion"] == "1.0.0"
    assert (step["inputs"], step["outputs"], step["finishedAt"]) == ("", "", ZERO_TIME)
    (attempt,) = step["attempts"]
    assert (attempt["attemptNumber"], attempt["status"]) == (1, "running")
    assert attempt["evidence"]["state"] == "none"


async def test_a_step_that_waits_for_the_machine_to_boot(running: World) -> None:
    story = running.story
    waits = story.step_started(running.run_id, before="running")
    waits.data.update(interim="active", attempt=1)
    (before,) = await running.steps()
    await running.tell(waits)
    (step,) = await running.steps()
    assert (step["status"], step["attempts"][0]["status"]) == ("active", "active")
    assert (step["numAttempts"], step["startedAt"]) == (1, before["startedAt"])
    assert (await running.run())["status"] == "running"
    await running.tell(story.attempt_finished(running.run_id))
    (step,) = await running.steps()
    assert step["attempts"][0]["status"] == "success"


async def test_that_it_waited_may_be_told_together_with_the_boot(running: World) -> None:
    """The machine goes down before the first is read; both come once it is up again."""
    story = running.story
    waits = story.step_started(running.run_id, before="running")
    waits.data.update(interim="active", attempt=1)
    await running.tell(waits, story.attempt_finished(running.run_id))
    (step,) = await running.steps()
    assert (step["status"], step["attempts"][0]["status"]) == ("active", "success")


async def test_a_step_that_is_tried_twice_and_fails(running: World) -> None:
    story = running.story
    failed: dict[str, Any] = {
        "status": "failure",
        "exitCode": None,
        "signal": "SIGKILL",
        "reasonCode": "signal",
        "reason": "it was killed",
    }
    await running.tell(
        story.attempt_finished(running.run_id, **failed, retryInSeconds=2.5),
        story.attempt_started(running.run_id, attempt=2),
        story.attempt_finished(running.run_id, attempt=2, **failed),
    )
    finished = story.step_finished(
        running.run_id,
        status="failure",
        ignored=True,
        numAttempts=2,
        reasonCode="signal",
        reason="it was killed",
        inputs={"A": "1"},
        outputs={"B": "2"},
    )
    await running.tell(finished)
    (step,) = await running.steps()
    assert (step["status"], step["ignored"], step["numAttempts"]) == ("failure", True, 2)
    assert (step["inputs"], step["outputs"]) == ('{"A":"1"}', '{"B":"2"}')
    assert step["finishedAt"] == to_text(finished.time)
    assert [each["attemptNumber"] for each in step["attempts"]] == [1, 2]
    first = step["attempts"][0]
    assert (first["status"], first["exitCode"], first["signal"]) == ("failure", None, "SIGKILL")
    assert (first["durationSeconds"], first["stdoutBytes"]) == (0.25, 12)


async def test_steps_that_have_not_begun_are_listed(store: Store) -> None:
    world = World(store, steps=3)
    story = world.story
    await world.tell(world.job_event, world.created)
    assert [(s["stepNumber"], s["name"], s["status"]) for s in await world.steps()] == [
        (1, "step 1", "pending"),
        (2, "step 2", "pending"),
        (3, "step 3", "pending"),
    ]
    await world.tell(story.changed(world.run_id, "pending", "dispatched"))
    await world.tell(story.received(world.run_id), story.step_started(world.run_id))
    assert [s["status"] for s in await world.steps()] == ["running", "pending", "pending"]
    await world.tell(
        story.step_finished(world.run_id, status="failure"),
        story.run_finished(world.run_id, "failure"),
    )
    steps = await world.steps()
    assert [s["status"] for s in steps] == ["failure", "skipped", "skipped"]
    assert steps[1]["reason"] == "the run ended (failure) before this step"
    assert steps[1]["interpreter"] == "chef-platform/shell-interpreter"


async def test_steps_of_a_canceled_run_are_canceled(world: World) -> None:
    await world.tell(world.story.changed(world.run_id, "pending", "canceled"))
    assert [s["status"] for s in await world.steps()] == ["canceled"]


async def test_a_step_whose_end_was_never_told_is_not_shown_as_running(running: World) -> None:
    await running.tell(
        running.story.changed(
            running.run_id, "running", "timeout", reasonCode="unreachable", reason="no answer"
        )
    )
    (step,) = await running.steps()
    assert (step["status"], step["reasonCode"]) == ("timeout", "unreachable")
    assert step["attempts"][0]["status"] == "timeout"


async def test_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound, match="run nobody"):
        await world.store.read(lambda c: get_run(c, "nobody"))
    with pytest.raises(NotFound, match="run nobody"):
        await world.store.read(lambda c: list_steps(c, "nobody"))
    with pytest.raises(NotFound, match="instance nobody"):
        await world.store.read(lambda c: get_instance(c, "nobody"))


# ---- evidence


async def test_evidence_in_the_database(running: World) -> None:
    story = running.story
    zipped = b"PK" * 1000
    await running.tell(story.attempt_finished(running.run_id, zipped=zipped))
    pending = await running.store.read(lambda c: get_evidence(c, running.run_id, 1, 1))
    assert (pending["state"], pending["bytes"]) == ("pending", 2000)
    (waiting,) = await running.store.read(pending_evidence)
    assert (waiting.run_id, waiting.node_id) == (running.run_id, "node-1")
    assert (waiting.instance_id, waiting.job_id) == (running.instance_id, running.job_id)
    event = story.evidence(running.run_id, zipped)
    await running.tell(event)
    found = await running.store.read(lambda c: stored_evidence(c, running.run_id, 1, 1))
    assert (found.state, found.blob, found.path) == ("stored", zipped, "")
    assert found.sha256 == event.data["sha256"] == pending["sha256"]
    assert await running.store.read(pending_evidence) == []
    assert await running.store.read(evidence_total) == (1, 2000)


async def test_evidence_in_a_file_then_lost(running: World) -> None:
    story = running.story
    await running.tell(story.attempt_finished(running.run_id, zipped=b"x"))
    await running.tell(story.evidence(running.run_id, None, path="ab/x.zip", size=500_000))
    found = await running.store.read(lambda c: stored_evidence(c, running.run_id, 1, 1))
    assert (found.path, found.blob, found.bytes) == ("ab/x.zip", None, 500_000)
    assert await running.store.read(evidence_total) == (1, 500_000)
    await running.tell(story.evidence(running.run_id, None, state="lost", size=500_000))
    found = await running.store.read(lambda c: stored_evidence(c, running.run_id, 1, 1))
    assert (found.state, found.path, found.reason) == ("lost", "", "it is lost")
    assert await running.store.read(evidence_total) == (0, 0)


async def test_expired_evidence_leaves_the_database(running: World) -> None:
    story = running.story
    zipped = b"PK" * 1000
    await running.tell(
        story.attempt_finished(running.run_id, zipped=zipped),
        story.evidence(running.run_id, zipped),
    )
    assert await running.store.read(lambda c: oldest_evidence(c, 10)) == []
    await running.tell(story.run_finished(running.run_id))
    (oldest,) = await running.store.read(lambda c: oldest_evidence(c, 10))
    assert (oldest.run_id, oldest.bytes) == (running.run_id, 2000)
    await running.tell(story.evidence(running.run_id, None, state="expired", size=2000))
    found = await running.store.read(lambda c: stored_evidence(c, running.run_id, 1, 1))
    assert (found.state, found.blob) == ("expired", None)
    blobs = await running.store.read(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM evidence_blobs").scalar()
    )
    assert blobs == 0


async def test_evidence_that_comes_twice_is_counted_once(running: World) -> None:
    story = running.story
    await running.tell(
        story.attempt_finished(running.run_id, zipped=b"one"),
        story.evidence(running.run_id, b"one"),
        story.evidence(running.run_id, b"other"),
    )
    await running.tell(story.evidence(running.run_id, b"third"))
    found = await running.store.read(lambda c: stored_evidence(c, running.run_id, 1, 1))
    assert found.blob == b"third"
    assert await running.store.read(evidence_total) == (1, 5)


async def test_evidence_of_an_attempt_that_never_was(running: World) -> None:
    with pytest.raises(Conflict, match="no attempt 9"):
        await running.tell(running.story.evidence(running.run_id, b"x", attempt=9))
    with pytest.raises(NotFound, match="no attempt 9"):
        await running.store.read(lambda c: stored_evidence(c, running.run_id, 1, 9))
    with pytest.raises(NotFound, match="run nobody"):
        await running.store.read(lambda c: stored_evidence(c, "nobody", 1, 1))


# ---- nodes


async def test_a_new_node(world: World) -> None:
    event = world.story.node(health="reachable", lastContactAt=to_text(START))
    await world.tell(event)
    item = await world.node(event.node_id or "")
    assert (item["name"], item["healthStatus"], item["lab"]) == ("a node", "reachable", True)
    assert item["tags"] == {"role": "web"}
    assert {"name": "virtual", "value": "true", "namespace": "agent"} in item["attributes"]
    assert {"name": "role", "value": "web", "namespace": "tags"} in item["attributes"]
    assert item["installedSkills"] == [{"name": "courier-runner", "version": "0.1.0"}]
    assert item["lastContactAt"] == to_text(START)
    assert (await world.counts())["nodes"] == {"reachable": 1}
    with pytest.raises(Conflict, match="already"):
        await world.tell(event)


async def test_a_changed_node_and_the_facts_that_it_had(world: World) -> None:
    story = world.story
    node = story.node()
    node_id = node.node_id or ""
    created = story.instance(world.job_id, [[node_id]])
    await world.tell(node, created)
    await world.tell(
        story.of_node(
            "node-changed",
            node_id,
            facts={"os": "plan9"},
            factsRevision=2,
            health="offline",
            healthReason="no answer",
            capacity=4,
            tags={},
        )
    )
    item = await world.node(node_id)
    assert (item["healthStatus"], item["healthReason"]) == ("offline", "no answer")
    assert (item["capacity"], item["tags"]) == (4, {})
    assert item["attributes"] == [{"name": "os", "value": "plan9", "namespace": "agent"}]
    (run_id,) = run_ids(created)
    then = await world.store.read(lambda c: facts_of_run(c, run_id))
    assert then == node.data["facts"]
    assert (await world.counts())["nodes"] == {"offline": 1}
    await world.tell(story.of_node("node-changed", node_id, archived=True))
    assert (await world.counts())["nodes"] == {"archived": 1}


async def test_a_removed_node_leaves_its_history_and_may_come_again(world: World) -> None:
    story = world.story
    node = story.node()
    node_id = node.node_id or ""
    created = story.instance(world.job_id, [[node_id]])
    (run_id,) = run_ids(created)
    await world.tell(node, created)
    again = story.node(node_id, facts={"os": "another"})
    await world.tell(story.of_node("node-removed", node_id, by="somebody"))
    with pytest.raises(NotFound, match=node_id):
        await world.node(node_id)
    with pytest.raises(Conflict, match="not in the store"):
        await world.tell(story.of_node("node-changed", node_id, capacity=2))
    item = await world.store.read(lambda c: get_run(c, run_id))
    assert item["nodeName"].startswith("node ")
    await world.tell(again)
    assert (await world.node(node_id))["attributes"][0]["value"] == "another"
    assert await world.store.read(lambda c: facts_of_run(c, run_id)) == node.data["facts"]


async def test_removed_and_added_again_in_one_change(world: World) -> None:
    story = world.story
    node = story.node()
    node_id = node.node_id or ""
    await world.tell(node)
    await world.tell(
        story.of_node("node-removed", node_id, by="x"), story.node(node_id, capacity=7)
    )
    assert (await world.node(node_id))["capacity"] == 7
    with pytest.raises(Conflict, match="was removed"):
        await world.tell(
            story.of_node("node-removed", node_id, by="x"),
            story.of_node("node-changed", node_id, capacity=8),
        )
    assert (await world.node(node_id))["capacity"] == 7


async def test_runs_in_flight_on_a_node_are_counted(world: World) -> None:
    story = world.story
    node = story.node()
    node_id = node.node_id or ""
    created = story.instance(world.job_id, [[node_id, node_id, "other"]])
    await world.tell(node, created)
    first, second, _ = run_ids(created)
    await world.tell(story.changed(first, "pending", "dispatched"))
    await world.tell(story.changed(second, "pending", "dispatched"))
    assert (await world.node(node_id))["activeRuns"] == 2
    await world.tell(story.changed(first, "dispatched", "timeout"))
    assert (await world.node(node_id))["activeRuns"] == 1


# ---- over one batch


async def test_a_whole_life_in_one_change_is_one_row_of_each(store: Store) -> None:
    world = World(store)
    story = world.story
    events = [world.job_event, world.created]
    for change in story.whole_run(world.run_id, b"zip"):
        events += change
    await world.tell(*events)
    item = await world.run()
    assert (item["status"], item["startedTime"]) == ("success", to_text(events[4].time))
    (step,) = await world.steps()
    assert step["attempts"][0]["evidence"]["state"] == "stored"
    assert (await world.counts())["runs"] == {"success": 1}


async def test_the_nodes_of_an_instance_by_status(world: World) -> None:
    story = world.story
    created = story.instance(world.job_id, [["a", "b"], ["c"]])
    await world.tell(created)
    first, _, third = run_ids(created)
    await world.tell(story.changed(first, "pending", "success"))
    await world.tell(story.changed(third, "pending", "timeout"))

    async def ask(*statuses: str) -> dict[int, list[str]]:
        return await world.store.read(
            lambda c: instance_node_ids(c, created.instance_id or "", statuses)
        )

    assert await ask("pending", "timeout") == {0: ["b"], 1: ["c"]}
    assert await ask("success") == {0: ["a"]}
    assert await ask("canceled") == {}
    runs, _ = await world.store.read(
        lambda c: list_runs(c, PageRequest(), instance_id=created.instance_id, group_number=1)
    )
    assert [run["nodeId"] for run in runs] == ["c"]
