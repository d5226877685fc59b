"""What the fields of a group must say together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.checking.filter_rules import check_constraints
from courier_backend.model.checking.values import number_at, object_at, objects_at, text_at
from courier_backend.model.ids import ZERO_ID, is_id
from courier_backend.model.problems import is_placeholder, shown

if TYPE_CHECKING:
    from courier_backend.model.checking.findings import Findings
    from courier_backend.model.problems import Path

_SELECTORS: Final = {
    "nodes": "nodeIdentifiers",
    "filter": "filter",
    "savedFilter": "filterId",
    "savedList": "listId",
}
_MOST_PERCENT: Final = 100


def check_target(findings: Findings) -> None:
    """Report what is wrong in the groups beyond single fields."""
    target = object_at(findings.document.value, "target")
    for number, group in objects_at(target, "groups"):
        path: Path = ("target", "groups", number)
        _check_selection(findings, group, path)
        _check_nodes(findings, group, path)
        _check_batch_size(findings, group, path)
        _check_criteria(findings, group, path)
        _check_filter(findings, group, path)


def _check_selection(findings: Findings, group: dict[str, Any], path: Path) -> None:
    """The node list type names one of four fields; that one must be there."""
    kind = text_at(group, "nodeListType")
    given = {name for name, field in _SELECTORS.items() if _is_given(group.get(field))}
    if "nodeListType" not in group:
        meant = next(iter(given)) if len(given) == 1 else ""
        words = ", ".join(_SELECTORS)
        findings.error((*path, "nodeListType"), f"is missing (one of {words})", meant)
        return
    if kind not in _SELECTORS:
        return
    wanted = _SELECTORS[kind]
    if kind not in given and not _is_wrong_kind(group.get(wanted)):
        findings.error((*path, wanted), f'is missing: nodeListType is "{kind}"')
    for name in sorted(given - {kind}):
        message = f'is not used: nodeListType is "{kind}"'
        findings.warning((*path, _SELECTORS[name]), message)


def _is_given(value: object) -> bool:
    return bool(value) and value != ZERO_ID


def _is_wrong_kind(value: object) -> bool:
    """Something is there, of a type that is reported on its own."""
    return value not in (None, [], {}, "", ZERO_ID)


def _check_nodes(findings: Findings, group: dict[str, Any], path: Path) -> None:
    nodes = group.get("nodeIdentifiers")
    seen: set[str] = set()
    for number, node in enumerate(nodes if isinstance(nodes, list) else ()):
        here = (*path, "nodeIdentifiers", number)
        if not isinstance(node, str):
            continue
        _check_id(findings, node, here, "node")
        if node.lower() in seen:
            findings.warning(here, f"{node} is named twice; it runs once per group", key=False)
        seen.add(node.lower())
    for field, what in (("filterId", "filter"), ("listId", "list")):
        text, here = text_at(group, field), (*path, field)
        if text and not findings.has_value_error_within(here):
            _check_id(findings, text, here, what)


def _check_id(findings: Findings, text: str, path: Path, what: str) -> None:
    if is_id(text):
        return
    if is_placeholder(text):
        findings.error(path, f"{shown(text)} is a placeholder: put the id of a {what} here")
        return
    findings.error(
        path, f"{shown(text)} is not the id of a {what} (a UUID like {ZERO_ID.replace('0', 'a')})"
    )


def _check_batch_size(findings: Findings, group: dict[str, Any], path: Path) -> None:
    size = group.get("batchSize")
    if not isinstance(size, dict):
        return
    here = (*path, "batchSize")
    kind, value = size.get("type", ""), number_at(size, "value")
    if kind == "" and value:
        findings.error((*here, "type"), "is missing (one of number, percent)")
    elif kind in ("number", "percent"):
        if "value" not in size:
            findings.error((*here, "value"), "is missing (a whole number from 1)")
        elif value == 0:
            findings.error((*here, "value"), "0 is less than 1, the least")
        _check_percent(findings, size, here)


def _check_percent(findings: Findings, amount: dict[str, Any], path: Path) -> None:
    value = number_at(amount, "value")
    if amount.get("type") == "percent" and value is not None and value > _MOST_PERCENT:
        findings.error((*path, "value"), f"{value} is more than 100 percent")


def _check_criteria(findings: Findings, group: dict[str, Any], path: Path) -> None:
    for number, criterion in objects_at(group, "successCriteria"):
        here = (*path, "successCriteria", number, "numRuns")
        _check_percent(findings, object_at(criterion, "numRuns"), here)


def _check_filter(findings: Findings, group: dict[str, Any], path: Path) -> None:
    constraints = object_at(group, "filter", "constraints")
    check_constraints(findings, constraints, (*path, "filter", "constraints"))
