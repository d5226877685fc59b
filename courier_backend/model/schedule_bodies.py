"""The bodies of requests about schedules: an exception rule for all jobs, a run by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from courier_backend.model.body import read_body
from courier_backend.model.checking.rule_form import rule_fault
from courier_backend.model.checking.values import text_at
from courier_backend.model.definition import Definition
from courier_backend.model.job import ExceptionRule
from courier_backend.model.times import from_text

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings

_OF_ANSWERS: Final = ("exceptionId", "createdAt", "modifiedAt", "nextWindow")
_OF_TENANTS: Final = ("orgId", "tenantId")


class ManualJob(Definition):
    """One execution by hand: of which job, when and by whom it was asked for.

    `override`: also inside an exception window.
    """

    job_id: Annotated[str, Field(min_length=1, max_length=200)]
    triggered_at: str = ""
    triggered_by: Annotated[str, Field(max_length=200)] = ""
    override: bool = False


def read_exception(text: str, body_format: str = "", file_name: str = "") -> ExceptionRule:
    """An exception rule, as somebody wrote it.

    Raises:
        BadInput: it has errors.
    """
    return read_body(
        ExceptionRule, text, body_format, file_name, ignored=_OF_ANSWERS, check=_check_rule
    )


def read_manual_job(text: str, body_format: str = "", file_name: str = "") -> ManualJob:
    """A wish for a run by hand.

    Raises:
        BadInput: it has errors.
    """
    return read_body(
        ManualJob, text, body_format, file_name, ignored=_OF_TENANTS, check=_check_time
    )


def _check_rule(findings: Findings) -> None:
    rule = text_at(findings.document.value, "rrule")
    if rule and (fault := rule_fault(rule)):
        findings.error(("rrule",), fault.message, fault.did_you_mean)


def _check_time(findings: Findings) -> None:
    given = text_at(findings.document.value, "triggeredAt")
    if not given:
        return
    try:
        from_text(given)
    except ValueError:
        findings.error(("triggeredAt",), "is no time like 2024-03-27T14:57:20Z")
