"""What a job is called, when it runs, and when it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from courier_backend.model.checking.rule_form import (
    IMMEDIATE,
    RuleFault,
    rule_fault,
    schedule_fault,
)
from courier_backend.model.checking.values import object_at, objects_at
from courier_backend.model.protocol import ORDER_BYTES

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.job import Job
    from courier_backend.model.problems import Path

_HEAD_BYTES: Final = 16 * 1024
"""What else stands in an order."""


def check_name(findings: Findings) -> None:
    """Report a name that cannot be seen."""
    name = object_at(findings.document.value).get("name")
    if isinstance(name, str) and not name.strip():
        findings.error(("name",), "is empty")


RuleJudge = Callable[[str, bool], RuleFault | None]
"""What is wrong with a rule that has the form of one; it may be over only where that is fine."""


def no_judge(_rule: str, _over_is_fine: bool) -> RuleFault | None:
    """Nothing but the form is judged."""
    return None


def check_schedule(findings: Findings, judge: RuleJudge = no_judge) -> None:
    """Report rules that cannot be rules, and those that the judge finds at fault."""
    job = object_at(findings.document.value)
    rule = job.get("scheduleRule")
    if isinstance(rule, str):
        fault = schedule_fault(rule)
        if fault is None and rule.strip() != IMMEDIATE:
            fault = judge(rule, False)
        _report(findings, ("scheduleRule",), fault)
    for number, exception in objects_at(job, "exceptionRules"):
        text = exception.get("rrule")
        if isinstance(text, str):
            fault = rule_fault(text) or judge(text, True)
            _report(findings, ("exceptionRules", number, "rrule"), fault)


def _report(findings: Findings, path: Path, fault: RuleFault | None) -> None:
    if fault is not None:
        findings.error(path, fault.message, fault.did_you_mean)


def check_size(findings: Findings, job: Job) -> None:
    """Report what no node would take."""
    actions = json.dumps(job.normal()["actions"], ensure_ascii=False, separators=(",", ":"))
    size, most = len(actions.encode("utf-8", "surrogatepass")), ORDER_BYTES - _HEAD_BYTES
    if size > most:
        message = f"have {size:,} bytes on their way to a node, of {most:,} at most; let steps"
        findings.error(("actions",), f"{message} fetch what is long")
