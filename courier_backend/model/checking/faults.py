"""What the models find wrong with a definition, at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from courier_backend.model.checking.shape import field_at
from courier_backend.model.checking.wording import worded
from courier_backend.model.problems import Path

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.definition import Definition


def report_faults(findings: Findings, root: type[Definition], error: ValidationError) -> None:
    """Add every fault that the models found, unless it is known already."""
    for fault in error.errors(include_url=False):
        if findings.is_full("error"):
            return
        path: Path = fault["loc"]
        if not findings.has_value_error_within(path):
            message, meant = _told(root, fault)
            findings.error(path, message, meant)


def _told(root: type[Definition], fault: ErrorDetails) -> tuple[str, str]:
    """The sentence about a fault, and the nearest valid word; what is missing says what it is."""
    message, meant = worded(cast("dict[str, Any]", fault))
    field = field_at(root, fault["loc"]) if fault["type"] == "missing" else None
    return message + (f" ({field.allowed})" if field and field.allowed else ""), meant
