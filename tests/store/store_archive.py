"""A store with some of everything, closed for writing; and every list with every filter."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from store_samples import Story, run_ids

from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.wire import Pagination
from courier_backend.store.queries.events import page_events
from courier_backend.store.queries.instances import list_instances
from courier_backend.store.queries.jobs import list_jobs
from courier_backend.store.queries.nodes import list_nodes
from courier_backend.store.queries.paging import PageRequest
from courier_backend.store.queries.runs import list_runs
from courier_backend.store.readers import _engine
from courier_backend.store.schema import open_database

T = TypeVar("T")
Found = tuple[list[Any], Pagination]
Listing = Callable[[Connection, PageRequest], Found]
Filters = dict[str, dict[str, Any]]


class Archive:
    """The store, and what is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.story = Story()
        self.jobs = [self.story.job(name) for name in ("c", "a", "b", "a", "d")]
        self.nodes = [self.story.node(name=f"node {n % 3}") for n in range(7)]
        self.instances: list[NewEvent] = []
        with closing(open_database(path)) as committer:
            for change in self._changes():
                (outcome,) = committer.commit([change])
                assert isinstance(outcome, list), outcome
        self.engine = _engine(path)

    def _changes(self) -> Iterator[list[NewEvent]]:
        story = self.story
        ids = [job.job_id or "" for job in self.jobs]
        yield [*self.jobs, *self.nodes]
        yield [story.of_job("job-changed", ids[0], status="canceled")]
        yield [story.of_job("job-changed", ids[1], nextExecutionTime="2026-04-01T00:00:00Z")]
        yield [story.of_job("job-deleted", ids[4])]
        nodes = [node.node_id or "" for node in self.nodes]
        for n in range(9):
            created = story.instance(ids[n % 3], [nodes[: n % 4 + 1], nodes[4:]])
            self.instances.append(created)
            yield [created]
            yield from self._ends(created)
            if n % 2:
                moved = {"from": "running", "status": "success"}
                yield [story.of_instance("instance-changed", created, **moved)]

    def _ends(self, created: NewEvent) -> Iterator[list[NewEvent]]:
        """Some of the runs end, the last ones first."""
        for k, run_id in reversed(list(enumerate(run_ids(created)))):
            if k % 4 != 3:
                status = ("success", "timeout", "failure")[k % 3]
                yield [self.story.changed(run_id, "pending", status)]

    def read(self, question: Callable[[Connection], T]) -> T:
        """The answer of a query."""
        with self.engine.connect() as connection:
            return question(connection)

    def all_of(self, listing: Listing, order: str = "asc") -> list[Any]:
        """All items of a list, on one page."""
        page = PageRequest(size=10_000, sort_order=order)
        return self.read(lambda c: listing(c, page))[0]


def run_filters(archive: Archive) -> Filters:
    """Filters of runs."""
    job, instance = {"job_id": archive.jobs[1].job_id}, archive.instances[6]
    node = {"node_id": archive.nodes[4].node_id}
    of_instance = {"instance_id": instance.instance_id}
    middle = archive.instances[5].time
    return {
        "all": {},
        "status": {"status": "success"},
        "job": job,
        "job and status": {**job, "status": "timeout"},
        "node": node,
        "node and status": {**node, "status": "failure"},
        "instance": of_instance,
        "instance and status": {**of_instance, "status": "success"},
        "group": {**of_instance, "group_number": 1},
        "group and status": {**of_instance, "group_number": 1, "status": "timeout"},
        "no such group": {**of_instance, "group_number": 5},
        "no such instance": {"instance_id": new_id()},
        "no such job": {"job_id": new_id()},
        "no such status": {"status": "skipped"},
        "after": {"run_after": middle},
        "before": {"run_before": middle},
        "job after": {**job, "run_after": middle},
        "node before": {**node, "run_before": middle},
        "instance after": {**of_instance, "run_after": instance.time},
        "instance and job": {**of_instance, **job},
        "instance between": {**of_instance, "run_after": middle, "run_before": archive.story.now},
    }


def instance_filters(archive: Archive) -> Filters:
    """Filters of instances."""
    job, middle = {"job_id": archive.jobs[1].job_id}, archive.instances[4].time
    return {
        "all": {},
        "job": job,
        "status": {"status": "running"},
        "job and status": {**job, "status": "success"},
        "no such job": {"job_id": new_id()},
        "after": {"run_after": middle},
        "job before": {**job, "run_before": middle},
        "status between": {"status": "running", "run_after": middle, "run_before": middle},
    }


JOB_FILTERS: Filters = {
    "all": {},
    "active": {"active": True},
    "inactive": {"active": False},
    "status": {"status": "active"},
    "name": {"name": "a"},
    "by name": {"sort_key": "name"},
    "status by name": {"status": "active", "sort_key": "name"},
    "active by name": {"active": True, "sort_key": "name"},
    "inactive by name": {"active": False, "sort_key": "name"},
    "by creation": {"sort_key": "createdAt"},
    "next": {"sort_key": "nextExecutionTime"},
    "next of a status": {"sort_key": "nextExecutionTime", "status": "active"},
}


def listings(archive: Archive) -> dict[str, Listing]:
    """Every list with every filter, by name."""
    job_id, created = archive.jobs[1].job_id, archive.instances[6]
    (run_id, *_) = run_ids(created)
    of_instance = partial(page_events, instance_id=created.instance_id)
    found: dict[str, Listing] = {
        "nodes": list_nodes,
        "nodes by name": partial(list_nodes, name="node 1"),
        "nodes by tag": partial(list_nodes, tags=["role=web", "stage"]),
        "nodes by health": partial(list_nodes, health="unknown", archived=False),
        "events": page_events,
        "events of a job": partial(page_events, job_id=job_id),
        "events of an instance": of_instance,
        "events of a run": partial(page_events, run_id=run_id, job_id=created.job_id),
    }
    every: list[tuple[str, Callable[..., Found], Filters]] = [
        ("runs", list_runs, run_filters(archive)),
        ("instances", list_instances, instance_filters(archive)),
        ("jobs", list_jobs, JOB_FILTERS),
    ]
    for what, listing, filters in every:
        for name, its_filters in filters.items():
            found[f"{what}: {name}"] = partial(listing, **its_filters)
    return found
