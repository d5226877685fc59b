"""What happens to jobs."""

from typing import Any, Final

from courier_backend.model.errors import Conflict
from courier_backend.model.status import JobStatus
from courier_backend.store.batch import Values
from courier_backend.store.known import KnownJob
from courier_backend.store.projection.note import Note, as_json, checked, micros
from courier_backend.store.tables import job_definitions, jobs

_STATUSES: Final = frozenset(str(status) for status in JobStatus)
_TIMES: Final = {
    "nextExecutionTime": "next_execution_at",
    "settledAt": "settled_at",
    "wakeAt": "wake_at",
}
_COUNTS: Final = {
    "executionCount": "execution_count",
    "missedExecutions": "missed_executions",
    "skippedExecutions": "skipped_executions",
}
_AS_JSON: Final = {"exceptionReasons": "exception_reasons", "anchors": "anchors"}


def job_added(note: Note) -> None:
    """A new job; it is active."""
    data = note.data
    if not note.event.job_id:
        raise Conflict("A new job has no id.")
    status = checked(data.get("status", JobStatus.ACTIVE), _STATUSES)
    job = KnownJob(note.numbers.job, note.event.job_id, status)
    note.numbers.job += 1
    note.known.jobs[job.id] = job
    note.concerns_job(job)
    row: Values = {
        "no": job.no,
        "id": job.id,
        "name": data["definition"]["name"],
        "status": status,
        "created_at": note.now,
        "modified_at": note.now,
        "next_execution_at": micros(data.get("nextExecutionTime")),
        "exception_reasons": as_json(data.get("exceptionReasons") or []),
        "idempotency_key": data.get("idempotencyKey") or None,
        "body_digest": data.get("bodyDigest") or "",
        "anchors": as_json(data.get("anchors") or {}),
        "settled_at": micros(data.get("settledAt")),
        "wake_at": micros(data.get("wakeAt")),
    }
    note.batch.insert(jobs, (job.no,), row)
    _define(note, job, data["definition"])
    note.batch.count("jobs", 0, status, 1)


def job_changed(note: Note, job: KnownJob) -> None:
    """New values of a job."""
    data = note.data
    if job.deleted:
        raise Conflict(f"Job {job.id} was deleted.")
    values: Values = {"modified_at": note.now}
    if "definition" in data:
        values["name"] = data["definition"]["name"]
        _define(note, job, data["definition"])
    if "status" in data:
        values["status"] = checked(data["status"], _STATUSES)
        note.batch.move("jobs", 0, job.status, values["status"])
        job.status = values["status"]
    values |= {column: micros(data[name]) for name, column in _TIMES.items() if name in data}
    values |= {column: data[name] for name, column in _COUNTS.items() if name in data}
    values |= {column: as_json(data[name]) for name, column in _AS_JSON.items() if name in data}
    note.batch.update(jobs, (job.no,), values)


def job_deleted(note: Note, job: KnownJob) -> None:
    """The job is not listed any more; its row stays for its history, its key becomes free."""
    if job.deleted:
        raise Conflict(f"Job {job.id} was deleted already.")
    job.deleted = True
    values: Values = {
        "deleted_at": note.now,
        "modified_at": note.now,
        "next_execution_at": None,
        "wake_at": None,
        "idempotency_key": None,
    }
    note.batch.update(jobs, (job.no,), values)
    note.batch.count("jobs", 0, job.status, -1)


def _define(note: Note, job: KnownJob, definition: dict[str, Any]) -> None:
    note.batch.put(job_definitions, (job.no,), {"definition": as_json(definition)})
