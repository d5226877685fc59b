"""What a job is called, when it runs, and when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.model.checking.rule_form import rule_fault, schedule_fault
from courier_backend.model.checking.values import object_at, objects_at

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings


def check_name(findings: Findings) -> None:
    """Report a name that cannot be seen."""
    name = object_at(findings.document.value).get("name")
    if isinstance(name, str) and not name.strip():
        findings.error(("name",), "is empty")


def check_schedule(findings: Findings) -> None:
    """Report rules that cannot be rules."""
    job = object_at(findings.document.value)
    rule = job.get("scheduleRule")
    if isinstance(rule, str) and (fault := schedule_fault(rule)):
        findings.error(("scheduleRule",), fault.message, fault.did_you_mean)
    for number, exception in objects_at(job, "exceptionRules"):
        text = exception.get("rrule")
        if isinstance(text, str) and (fault := rule_fault(text)):
            findings.error(("exceptionRules", number, "rrule"), fault.message, fault.did_you_mean)
