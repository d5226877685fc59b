"""What the constraints of a filter must say: patterns, versions and words that can ever hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.attributes import NAMESPACES
from courier_backend.model.checking.values import list_at, object_at, objects_at
from courier_backend.model.patterns import pattern_fault
from courier_backend.model.problems import listed, shown
from courier_backend.model.suggest import nearest
from courier_backend.model.versions import read_bound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

HEALTHS: Final = ("reachable", "offline", "unknown")


def check_constraints(findings: Findings, constraints: dict[str, Any], path: Path) -> None:
    """Report what is wrong in the constraints at `path` beyond single fields."""
    for number, attribute in objects_at(constraints, "attributes"):
        _check_attribute(findings, attribute, (*path, "attributes", number))
    for number, skill in objects_at(constraints, "skills"):
        _check_bounds(findings, skill, (*path, "skills", number))
    health = list_at(object_at(constraints, "healthStatus"), "value")
    _check_words(findings, health, (*path, "healthStatus", "value"), HEALTHS, "health")


def _check_attribute(findings: Findings, attribute: dict[str, Any], path: Path) -> None:
    if attribute.get("operator") == "MATCHES":
        for place, pattern in enumerate(list_at(attribute, "value")):
            if fault := pattern_fault(pattern):
                findings.error((*path, "value", place), fault)
    spaces = list_at(attribute, "namespace")
    _check_words(findings, spaces, (*path, "namespace"), NAMESPACES, "namespace")


def _check_bounds(findings: Findings, skill: dict[str, Any], path: Path) -> None:
    for place, bound in enumerate(list_at(skill, "version")):
        if not isinstance(bound, str):
            continue
        try:
            read_bound(bound)
        except ValueError as fault:
            findings.error((*path, "version", place), str(fault))


def _check_words(
    findings: Findings, values: list[Any], path: Path, known: Sequence[str], what: str
) -> None:
    """A word that no node ever has does no harm, but is hardly what was meant."""
    for place, value in enumerate(values):
        if isinstance(value, str) and value not in known:
            message = f"{shown(value)} is a {what} that no node has ({listed(known)})"
            findings.warning((*path, place), message, nearest(value, known), key=False)
