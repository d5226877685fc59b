"""The way of an event into the log and the tables."""

from collections.abc import Callable
from typing import Any, Final

from courier_backend.model.event import EventItem, NewEvent
from courier_backend.model.times import to_micros, to_text
from courier_backend.store.batch import Batch
from courier_backend.store.known import Known, KnownInstance, KnownJob, KnownNode, KnownRun
from courier_backend.store.projection import (
    evidence,
    exceptions,
    instances,
    jobs,
    nodes,
    runs,
    saved,
)
from courier_backend.store.projection.note import Note, Numbers, as_json

_NEW: Final[dict[str, Callable[[Note], None]]] = {
    "job-added": jobs.job_added,
    "instance-created": instances.instance_created,
    "node-added": nodes.node_added,
    "exception-added": exceptions.exception_added,
    "exception-changed": exceptions.exception_changed,
    "exception-removed": exceptions.exception_removed,
    "filter-added": saved.filter_added,
    "filter-changed": saved.filter_changed,
    "filter-removed": saved.filter_removed,
    "list-added": saved.list_added,
    "list-changed": saved.list_changed,
    "list-removed": saved.list_removed,
}
_OF_JOB: Final[dict[str, Callable[[Note, KnownJob], None]]] = {
    "job-changed": jobs.job_changed,
    "job-deleted": jobs.job_deleted,
}
_OF_INSTANCE: Final[dict[str, Callable[[Note, KnownInstance], None]]] = {
    "instance-started": instances.instance_started,
    "instance-changed": instances.instance_changed,
    "group-changed": instances.group_changed,
}
_OF_RUN: Final[dict[str, Callable[[Note, KnownRun], None]]] = {
    "run-changed": runs.run_changed,
    "run-received": runs.run_received,
    "step-started": runs.step_started,
    "attempt-started": runs.attempt_started,
    "attempt-finished": runs.attempt_finished,
    "step-finished": runs.step_finished,
    "run-finished": runs.run_finished,
    "evidence-changed": evidence.evidence_changed,
}
_OF_NODE: Final[dict[str, Callable[[Note, KnownNode], None]]] = {
    "node-changed": nodes.node_changed,
    "node-removed": nodes.node_removed,
}
_HIDDEN: Final = {
    "instance-created": "runs",
    "instance-started": "runs",
    "node-added": "token",
    "node-changed": "token",
}
"""What the log keeps, and clients are not told."""


def project(event: NewEvent, batch: Batch, known: Known, numbers: Numbers) -> EventItem:
    """Put an event, and what follows from it, into the batch. Gives it as clients are told it.

    Raises:
        Conflict: it names what is not there, or was decided on what is not so.
        KeyError, TypeError, ValueError: its data is not what its kind asks for.
    """
    note = Note(event, numbers.seq, to_micros(event.time), batch, known, numbers)
    numbers.seq += 1
    _apply(note)
    data, hidden = _told(event)
    run = note.run
    row = (
        note.seq,
        note.now,
        event.kind,
        note.job.no if note.job else None,
        note.instance.no if note.instance else None,
        run.no if run else None,
        None if run else event.node_id,
        as_json(data),
        as_json(hidden) if hidden else None,
    )
    batch.events.append(row)
    return _item(note, data)


def _apply(note: Note) -> None:
    """Write what follows from the event. A kind that is not known here is only logged."""
    event = note.event
    if of_run := _OF_RUN.get(event.kind):
        run = note.known.run(event.run_id)
        note.concerns_run(run)
        of_run(note, run)
    elif of_instance := _OF_INSTANCE.get(event.kind):
        instance = note.known.instance(event.instance_id)
        note.concerns_instance(instance)
        of_instance(note, instance)
    elif new := _NEW.get(event.kind):
        new(note)
    elif of_job := _OF_JOB.get(event.kind):
        job = note.known.job(event.job_id)
        note.concerns_job(job)
        of_job(note, job)
    elif of_node := _OF_NODE.get(event.kind):
        of_node(note, note.known.node(event.node_id))
    else:
        _place(note)


def _place(note: Note) -> None:
    """Find whom an event of an unknown kind concerns."""
    event = note.event
    if event.run_id:
        note.concerns_run(note.known.run(event.run_id))
    elif event.instance_id:
        note.concerns_instance(note.known.instance(event.instance_id))
    elif event.job_id:
        note.concerns_job(note.known.job(event.job_id))


def _told(event: NewEvent) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The data that clients are told, and the rest."""
    name = _HIDDEN.get(event.kind)
    if name is None or name not in event.data:
        return event.data, None
    told = {key: value for key, value in event.data.items() if key != name}
    return told, {name: event.data[name]}


def _item(note: Note, data: dict[str, Any]) -> EventItem:
    event, run = note.event, note.run
    item: EventItem = {
        "seq": note.seq,
        "time": to_text(event.time),
        "type": event.kind,
        "jobId": note.job.id if note.job else None,
        "instanceId": note.instance.id if note.instance else None,
        "runId": run.id if run else None,
        "nodeId": run.node_id if run else event.node_id,
        "data": data,
    }
    if event.kind in {"instance-created", "instance-started"}:
        item["count"] = len(event.data["runs"])
    return item
