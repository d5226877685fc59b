"""Whatever happens, in whatever groups: counters are what counting would give."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from store_samples import Story, run_ids

from courier_backend.model.errors import Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.status import InstanceStatus, RunStatus
from courier_backend.store.commit import Events
from courier_backend.store.schema import open_database

RUN_STATUSES = st.sampled_from([str(status) for status in RunStatus])
INSTANCE_STATUSES = st.sampled_from([str(status) for status in InstanceStatus])
NODES = st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=4), max_size=3)

COUNTED = {
    "jobs": "SELECT status, count(*) FROM jobs WHERE deleted_at IS NULL GROUP BY status",
    "instances": "SELECT status, count(*) FROM instances GROUP BY status",
    "runs": "SELECT status, count(*) FROM runs GROUP BY status",
    "nodes": "SELECT iif(archived, 'archived', health), count(*) FROM nodes GROUP BY 1",
    "instances/job": "SELECT job_no, status, count(*) FROM instances GROUP BY 1, 2",
    "runs/job": "SELECT job_no, status, count(*) FROM runs GROUP BY 1, 2",
    "runs/instance": "SELECT instance_no, status, count(*) FROM runs GROUP BY 1, 2",
    "runs/group": "SELECT group_no, status, count(*) FROM runs GROUP BY 1, 2",
}
EVIDENCE = "SELECT count(*), total(evidence_bytes) FROM attempts WHERE evidence_state = 'stored'"


class Counting(RuleBasedStateMachine):
    """Makes events, bad ones among them, and writes them in groups of any size."""

    jobs = Bundle("jobs")
    instances = Bundle("instances")
    runs = Bundle("runs")
    nodes = Bundle("nodes")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.committer = open_database(Path(self.folder.name) / "courier.db")
        self.story = Story()
        self.waiting: list[Events] = []
        self.bad: list[bool] = []
        self.run_status: dict[str, str] = {}
        self.instance_status: dict[str, str] = {}
        self.attempts: dict[str, int] = {}
        self.written = 0

    def wait(self, *events: NewEvent, bad: bool = False) -> None:
        self.waiting.append(events)
        self.bad.append(bad)

    @rule(target=jobs)
    def add_job(self) -> str:
        event = self.story.job()
        self.wait(event)
        return event.job_id or ""

    @rule(job=jobs, status=st.sampled_from(["active", "inactive", "canceled"]))
    def change_job(self, job: str, status: str) -> None:
        self.wait(self.story.of_job("job-changed", job, status=status))

    @rule(job=consumes(jobs))
    def delete_job(self, job: str) -> None:
        self.wait(self.story.of_job("job-deleted", job))

    @rule(target=runs, job=jobs, nodes=NODES, status=RUN_STATUSES)
    def add_runs(self, job: str, nodes: list[list[str]], status: str) -> Any:
        created = self.story.instance(job, nodes, run_status=status)
        self.wait(created)
        for run_id in run_ids(created):
            self.run_status[run_id] = status
        return multiple(*run_ids(created))

    @rule(target=instances, job=jobs, status=INSTANCE_STATUSES)
    def add_instance(self, job: str, status: str) -> NewEvent:
        created = self.story.instance(job, [["a"]], status=status)
        self.wait(created)
        self.instance_status[created.instance_id or ""] = status
        return created

    @rule(created=instances, status=INSTANCE_STATUSES)
    def change_instance(self, created: NewEvent, status: str) -> None:
        before = self.instance_status[created.instance_id or ""]
        moved = {"from": before, "status": status}
        self.wait(self.story.of_instance("instance-changed", created, **moved))
        self.instance_status[created.instance_id or ""] = status

    @rule(run=runs, status=RUN_STATUSES)
    def change_run(self, run: str, status: str) -> None:
        self.wait(self.story.changed(run, self.run_status[run], status))
        self.run_status[run] = status

    @rule(run=runs, status=RUN_STATUSES)
    def finish_run(self, run: str, status: str) -> None:
        self.wait(self.story.run_finished(run, status, self.run_status[run]))
        self.run_status[run] = status

    @rule(run=runs, zipped=st.none() | st.binary(max_size=20))
    def attempt(self, run: str, zipped: bytes | None) -> None:
        self.attempts[run] = self.attempts.get(run, 0) + 1
        attempt = self.attempts[run]
        self.wait(self.story.attempt_finished(run, attempt=attempt, zipped=zipped))

    @rule(run=runs, zipped=st.binary(max_size=20), state=st.sampled_from(["stored", "lost"]))
    def evidence(self, run: str, zipped: bytes, state: str) -> None:
        attempt = self.attempts.get(run, 0)
        event = self.story.evidence(run, zipped, attempt=attempt or 1, state=state)
        self.wait(event, bad=attempt == 0)

    @rule(target=nodes, health=st.sampled_from(["reachable", "offline"]))
    def add_node(self, health: str) -> str:
        event = self.story.node(health=health)
        self.wait(event)
        return event.node_id or ""

    @rule(node=nodes, health=st.sampled_from(["reachable", "offline"]), archived=st.booleans())
    def change_node(self, node: str, health: str, archived: bool) -> None:
        self.wait(self.story.of_node("node-changed", node, health=health, archived=archived))

    @rule(node=consumes(nodes))
    def remove_node(self, node: str) -> None:
        self.wait(self.story.of_node("node-removed", node))

    @rule(run=runs, status=RUN_STATUSES)
    def decide_on_what_is_not_so(self, run: str, status: str) -> None:
        """Half of the change is right; nothing of it may stay."""
        present = self.run_status[run]
        other = "timeout" if present != "timeout" else "failure"
        right = self.story.changed(run, present, other)
        self.wait(right, self.story.changed(run, present, status), bad=True)

    @rule(job=jobs)
    def name_what_is_not_there(self, job: str) -> None:
        created = self.story.instance(job, [["a"]])
        (run_id,) = run_ids(created)
        self.wait(self.story.job(), self.story.changed(run_id, "pending", "success"), bad=True)

    @rule()
    def write(self) -> None:
        outcomes = self.committer.commit(self.waiting)
        assert [isinstance(outcome, Conflict) for outcome in outcomes] == self.bad, outcomes
        items = [item for outcome in outcomes if isinstance(outcome, list) for item in outcome]
        first = self.written + 1
        assert [item["seq"] for item in items] == list(range(first, first + len(items)))
        self.written += len(items)
        self.waiting, self.bad = [], []

    @rule()
    def open_again(self) -> None:
        self.write()
        self.committer.close()
        self.committer = open_database(Path(self.folder.name) / "courier.db")

    @invariant()
    def counters_are_what_counting_gives(self) -> None:
        execute = self.committer.connection.execute
        kept = Counter[tuple[Any, ...]]()
        for scope, owner, status, n in execute("SELECT * FROM counters WHERE n != 0"):
            kept[(scope, owner, status)] = n
        counted = Counter[tuple[Any, ...]]()
        for scope, query in COUNTED.items():
            for *owner, status, n in execute(query):
                counted[(scope, *(owner or [0]), status)] = n
        files, size = execute(EVIDENCE).fetchone()
        counted[("evidence", 0, "files")] = files
        counted[("evidence", 0, "bytes")] = int(size)
        assert kept == counted  # where none are counted, a Counter says 0

    @invariant()
    def rows_are_what_was_told_last(self) -> None:
        if self.waiting:
            return
        execute = self.committer.connection.execute
        assert dict(execute("SELECT id, status FROM runs").fetchall()).items() >= (
            self.run_status.items()
        )
        blobs = execute("SELECT no FROM evidence_blobs ORDER BY no").fetchall()
        named = execute("SELECT blob_no FROM attempts WHERE blob_no IS NOT NULL ORDER BY 1")
        assert blobs == named.fetchall()

    def teardown(self) -> None:
        self.committer.close()
        self.folder.cleanup()


Counting.TestCase.settings = settings(max_examples=25, stateful_step_count=40)
TestCounting = Counting.TestCase
