"""Telling of instances that somebody else executes, as calls; and one that is executed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.client.asking import item, segment, send_file
from courier_backend.client.call import Call
from courier_backend.client.calls import STATE, attempt_path

if TYPE_CHECKING:
    from courier_backend.model.wire import EvidenceItem, InstanceItem, RunItem, StepItem

_DIRECT = "/courier/orchestrator-api/v1/job-instances"
_JSON = "application/json"
_ZIP = {"Content-Type": "application/zip"}


def create_instance(
    body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[InstanceItem]:
    """An instance with all of its runs, for somebody else to execute."""
    path = f"{STATE}/instance"
    return send_file("POST", path, body, content_type=content_type, file_name=file_name)


def start_instance(
    body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[InstanceItem]:
    """An instance that is executed by the backend, at once, as the body says."""
    return send_file("POST", _DIRECT, body, content_type=content_type, file_name=file_name)


def complete_instance(
    instance_id: str, body: bytes = b"", *, content_type: str = _JSON, file_name: str = ""
) -> Call[InstanceItem]:
    """The instance is over: as the body says, else as its success criteria do."""
    path = f"{STATE}/instance/{segment(instance_id)}/complete"
    return send_file("POST", path, body, content_type=content_type, file_name=file_name)


def receive_run(run_id: str) -> Call[RunItem]:
    """A node has its run."""
    return Call("POST", f"{STATE}/run/{segment(run_id)}/received", item)


def time_out_run(run_id: str) -> Call[RunItem]:
    """A run was not heard of in time."""
    return Call("POST", f"{STATE}/run/{segment(run_id)}/timeout", item)


def complete_run(
    run_id: str, body: bytes = b"", *, content_type: str = _JSON, file_name: str = ""
) -> Call[RunItem]:
    """A run has ended on its node: as the body says, else well."""
    path = f"{STATE}/run/{segment(run_id)}/complete"
    return send_file("POST", path, body, content_type=content_type, file_name=file_name)


def update_step(
    run_id: str, step: int, body: bytes, *, content_type: str = _JSON, file_name: str = ""
) -> Call[StepItem]:
    """A step begins, waits for a reboot, or ends."""
    path = f"{STATE}/run/{segment(run_id)}/step/{step}"
    return send_file("PUT", path, body, content_type=content_type, file_name=file_name)


def attach_evidence(run_id: str, step: int, attempt: int, data: bytes) -> Call[EvidenceItem]:
    """Keep the evidence (a zip) of an attempt."""
    path = f"{attempt_path(run_id, step, attempt)}/evidence"
    return Call("POST", path, item, {}, data, _ZIP)
