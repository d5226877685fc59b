"""The bodies of requests about instances that somebody else executes, and tells us of.

Also of an instance that is executed here at once, of steps and a target that come with it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from courier_backend.model.body import read_body
from courier_backend.model.checking.kept import put_kept
from courier_backend.model.checking.sensitive_rules import check_sensitive
from courier_backend.model.checking.step_rules import check_steps
from courier_backend.model.checking.target_rules import check_target
from courier_backend.model.checking.values import object_at, objects_at, text_at
from courier_backend.model.definition import Definition
from courier_backend.model.ids import is_id
from courier_backend.model.job import Actions
from courier_backend.model.target import Target

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings

_OF_TENANTS: Final = ("orgId", "tenantId", "OrganizationId", "TenantId")
_IN_THE_PATH: Final = ("runId", "jobRunId", "stepNumber", "stepNo", "nodeId", "instanceId", "jobId")

Name = Annotated[str, Field(min_length=1, max_length=500)]
Reason = Annotated[str, Field(max_length=10_000)]


class Assignment(Definition):
    """A run that there will be: on which node, in which group (from 0)."""

    group_number: Annotated[int, Field(ge=0, le=100_000)] = 0
    job_run_id: str = ""
    node_id: str


class NewInstance(Definition):
    """An instance whose work is done elsewhere: all of its runs, and what they are to do."""

    instance_id: str = ""
    job_id: str
    name: Name
    instance_type: Literal["scheduled", "manual"] = "scheduled"
    overwrite_id: str | None = None
    triggered_by: Annotated[str, Field(max_length=200)] = "system"
    assignments: Annotated[list[Assignment], Field(min_length=1, max_length=100_000)]
    target: Target
    actions: Actions


class DirectInstance(Definition):
    """An instance that is executed here and now, on this target, with these steps."""

    instance_id: Annotated[str, Field(alias="Id")] = ""
    job_id: str = ""
    name: Name
    target: Target
    actions: Actions


class InstanceEnd(Definition):
    """How an instance ended; without a status its success criteria say it."""

    status: Literal["", "success", "failure"] = ""
    reason: Reason = ""


class RunEnd(Definition):
    """How a run ended."""

    status: Literal["success", "failure"] = "success"
    reason: Reason = ""


class StepUpdate(Definition):
    """How a step is now: it begins, waits for a reboot (`active`), or has ended."""

    status: Literal["running", "active", "success", "failure", "timeout", "skipped", "canceled"]
    num_attempts: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    name: Annotated[str, Field(max_length=500)] = ""
    reason: Reason = ""
    exit_code: int | None = None
    inputs: dict[str, Any] | str = ""
    outputs: dict[str, Any] | str = ""
    interpreter_path: Annotated[str, Field(max_length=4096)] = ""
    interpreter_version: Annotated[str, Field(max_length=200)] = ""


def read_new_instance(text: str, body_format: str = "", file_name: str = "") -> NewInstance:
    """An instance for somebody else to execute.

    Raises:
        BadInput: it has errors.
    """
    return read_body(
        NewInstance, text, body_format, file_name, ignored=_OF_TENANTS, check=_check_new
    )


def read_direct_instance(text: str, body_format: str = "", file_name: str = "") -> DirectInstance:
    """An instance to be executed now.

    Raises:
        BadInput: it has errors.
    """
    return read_body(
        DirectInstance, text, body_format, file_name, ignored=_OF_TENANTS, check=_check_direct
    )


def read_instance_end(text: str, body_format: str = "", file_name: str = "") -> InstanceEnd:
    """How an instance ended.

    Raises:
        BadInput: it has errors.
    """
    return read_body(InstanceEnd, text, body_format, file_name, ignored=_IN_THE_PATH)


def read_run_end(text: str, body_format: str = "", file_name: str = "") -> RunEnd:
    """How a run ended.

    Raises:
        BadInput: it has errors.
    """
    return read_body(RunEnd, text, body_format, file_name, ignored=_IN_THE_PATH)


def read_step_update(text: str, body_format: str = "", file_name: str = "") -> StepUpdate:
    """How a step is now.

    Raises:
        BadInput: it has errors.
    """
    return read_body(
        StepUpdate, text, body_format, file_name, ignored=_IN_THE_PATH, check=_check_values
    )


def values_of(told: dict[str, Any] | str) -> dict[str, Any]:
    """Inputs or outputs, which may be given as an object or as its JSON."""
    if isinstance(told, dict):
        return told
    value = json.loads(told) if told.strip() else {}
    assert isinstance(value, dict)  # noqa: S101  `_check_values` saw to it
    return value


def _check_definition(findings: Findings) -> None:
    put_kept(findings, None)
    check_target(findings)
    check_steps(findings)
    check_sensitive(findings)


def _check_direct(findings: Findings) -> None:
    _check_definition(findings)
    _check_ids(findings, "Id", "jobId")


def _check_new(findings: Findings) -> None:
    _check_definition(findings)
    _check_ids(findings, "instanceId", "jobId", "overwriteId")
    body = object_at(findings.document.value)
    groups = object_at(body, "target").get("groups")
    count = len(groups) if isinstance(groups, list) else 0
    seen: set[str] = set()
    for number, assignment in objects_at(body, "assignments"):
        path = ("assignments", number)
        group = assignment.get("groupNumber", 0)
        if isinstance(group, int) and group >= count > 0:
            findings.error((*path, "groupNumber"), f"there is no group {group}: there are {count}")
        for name in ("jobRunId", "nodeId"):
            text = text_at(assignment, name)
            if text and not is_id(text):
                findings.error((*path, name), "is no id (a UUID)")
        run_id = text_at(assignment, "jobRunId").lower()
        if run_id and run_id in seen:
            findings.error((*path, "jobRunId"), "is the id of another assignment, too")
        seen.add(run_id)


def _check_ids(findings: Findings, *names: str) -> None:
    for name in names:
        text = text_at(findings.document.value, name)
        if text and not is_id(text):
            findings.error((name,), "is no id (a UUID)")


def _check_values(findings: Findings) -> None:
    for name in ("inputs", "outputs"):
        text = text_at(findings.document.value, name)
        if not text.strip():
            continue
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            findings.error((name,), "is neither an object nor the JSON of one")
