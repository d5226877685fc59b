"""What pydantic finds wrong, in our words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.shape import field_at
from courier_backend.model.problems import Path, listed, shown
from courier_backend.model.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.definition import Definition

_QUOTED: Final = re.compile(r"'([^']*)'")


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
    """The sentence about a fault, and the nearest valid word."""
    if fault["type"] == "missing":
        field = field_at(root, fault["loc"])
        return ("is missing" + (f" ({field.allowed})" if field and field.allowed else ""), "")
    given, context = fault.get("input"), fault.get("ctx", {})
    if fault["type"] == "literal_error":
        words = [word for word in _QUOTED.findall(context["expected"]) if word]
        meant = nearest(given, words) if isinstance(given, str) else ""
        return f"{shown(given)} is not one of {listed(words)}", meant
    tell = _SENTENCES.get(fault["type"])
    return (tell(given, context) if tell else f"{shown(given)}: {fault['msg']}"), ""


def _not_text(given: object, _: dict[str, Any]) -> str:
    hint = "" if isinstance(given, dict | list) else "; write it in quotes"
    return f"{shown(given)} is not text{hint}"


def _not_whole(given: object, _: dict[str, Any]) -> str:
    return f"{shown(given)} is not a whole number"


def _not_object(given: object, _: dict[str, Any]) -> str:
    return f"must be an object with named fields, not {shown(given)}"


_SENTENCES: Final[dict[str, Callable[[Any, dict[str, Any]], str]]] = {
    "string_type": _not_text,
    "int_type": _not_whole,
    "int_from_float": _not_whole,
    "int_parsing_size": _not_whole,
    "float_type": lambda given, _: f"{shown(given)} is not a number",
    "bool_type": lambda given, _: f"{shown(given)} is neither true nor false",
    "list_type": lambda given, _: f"must be a list, not {shown(given)}",
    "dict_type": _not_object,
    "model_type": _not_object,
    "greater_than_equal": lambda given, ctx: f"{given} is less than {ctx['ge']:g}, the least",
    "less_than_equal": lambda given, ctx: f"{given} is more than {ctx['le']:.0f}, the most",
    "string_too_short": lambda _given, _ctx: "is empty",
    "string_too_long": lambda _, ctx: f"is longer than {ctx['max_length']} characters",
    "too_short": lambda _given, _ctx: "is empty; at least one is needed",
    "command_type": lambda given, _: (
        f'must be an object like {{"linux": ["…"]}}, not {shown(given)}'
    ),
}
