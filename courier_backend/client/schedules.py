"""Schedules as calls: exception rules, estimates, what is past due, runs by hand, jobs at rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from courier_backend.client.asking import get_list, item, query_of, segment, send_file
from courier_backend.client.call import Call, Page
from courier_backend.client.calls import JOBS

if TYPE_CHECKING:
    from courier_backend.model.wire import (
        EstimateItem,
        ExceptionId,
        ExceptionItem,
        JobItem,
        ManualItem,
    )

_EXCEPTIONS = f"{JOBS}/exceptions"
_JSON = "application/json"


def list_exceptions(
    *, page: int = 1, size: int = 10, after: str = "", sort_order: str = ""
) -> Call[Page[ExceptionItem]]:
    """The global exception rules, oldest first unless `sort_order` is "desc"."""
    return get_list(_EXCEPTIONS, page, size, after, sortOrder=sort_order)


def get_exception(exception_id: str) -> Call[ExceptionItem]:
    """One global exception rule."""
    return Call("GET", f"{_EXCEPTIONS}/{segment(exception_id)}", item)


def exception_body(rule: str, minutes: int) -> bytes:
    """The body of an exception rule, as JSON."""
    return json.dumps({"rrule": rule, "duration": minutes}, ensure_ascii=False).encode()


def add_exception(
    body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[ExceptionItem]:
    """A new global exception rule; `content_type` names the body's format, else the file's name."""
    return send_file("POST", _EXCEPTIONS, body, content_type=content_type, file_name=file_name)


def update_exception(
    exception_id: str, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[ExceptionItem]:
    """Another recurrence or duration for a rule."""
    path = f"{_EXCEPTIONS}/{segment(exception_id)}"
    return send_file("PUT", path, body, content_type=content_type, file_name=file_name)


def delete_exception(exception_id: str) -> Call[ExceptionId]:
    """A rule holds no more."""
    return Call("DELETE", f"{_EXCEPTIONS}/{segment(exception_id)}", item)


def estimate_job(job_id: str, *, count: int | None = None) -> Call[EstimateItem]:
    """The next times of a job, and those that a window prevents."""
    path = f"{JOBS}/jobs/{segment(job_id)}/estimate"
    return Call("GET", path, item, query_of({"count": count}))


def past_due_jobs(deadline: str, *, page: int = 1, size: int = 10) -> Call[Page[JobItem]]:
    """The jobs that are expected to execute at or before a time (RFC 3339)."""
    return get_list(f"{JOBS}/jobs/pastdue", page, size, "", deadline=deadline)


def manual_job(body: bytes, *, content_type: str = _JSON, file_name: str = "") -> Call[ManualItem]:
    """One execution now, beside the schedule, for whoever asks."""
    path = f"{JOBS}/jobs/manual"
    return send_file("POST", path, body, content_type=content_type, file_name=file_name)


def set_job_active(job_id: str, active: bool) -> Call[JobItem]:
    """Let a job make instances by its schedule again, or let it rest."""
    word = "activate" if active else "deactivate"
    return Call("POST", f"{JOBS}/jobs/{segment(job_id)}/{word}", item)
