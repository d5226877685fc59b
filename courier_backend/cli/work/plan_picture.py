"""A plan, as a picture in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.cli.clean import clean
from courier_backend.cli.when import ahead, full
from courier_backend.cli.words import number_of
from courier_backend.cli.work.schedules import blocked_why
from courier_backend.model.timetable import timetable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from courier_backend.model.wire import PlanGroup, PlanItem

_MOST_BATCHES: Final = 12
_MOST_NAMES: Final = 8
_MOST_REASONS: Final = 12


def picture(plan: PlanItem) -> str:
    """What would happen, group by group."""
    return "".join(f"{clean(line)}\n" for line in _lines(plan))


def _lines(plan: PlanItem) -> Iterator[str]:
    yield f"{plan['name']}: valid. Nothing was written, no node was called."
    yield from (f"  {line}" for line in _times(plan))
    for group in plan["groups"]:
        yield ""
        yield from _group(group)
    told = [
        node["problem"] for group in plan["groups"] for node in group["nodes"] if "problem" in node
    ]
    for warning in plan["warnings"]:
        if not any(problem in warning for problem in told):
            yield f"Warning: {warning}"


def _times(plan: PlanItem) -> Iterator[str]:
    """When it would execute, and which of its times a window prevents, in order."""
    if not plan["nextExecutions"]:
        yield "It would not execute by itself."
    word = "Next:"
    for time, blocked, more in timetable(plan["nextExecutions"], plan["blockedByExceptions"]):
        if blocked is not None:
            yield f"not at {full(time)}: {blocked_why(blocked)}"
        else:
            yield f"{word:<6} {full(time)} ({ahead(time)})"
            word = "then:"
        if more:
            yield f"  … nor {number_of(more, 'time')} after it"


def _group(group: PlanGroup) -> Iterator[str]:
    names = {node["id"]: node["name"] or node["id"] for node in group["nodes"]}
    timeout = f", time-out {group['timeoutSeconds']} s" if group["timeoutSeconds"] else ""
    yield f"Group {group['groupNumber']}: {number_of(len(names), 'node')}, {_way(group)}{timeout}"
    yield f"  succeeds if {_criteria(group['criteria'])}"
    for number, batch in enumerate(group["batches"][:_MOST_BATCHES], 1):
        yield f"  {_title(group, number)}: {_named(batch, names)}"
    more = len(group["batches"]) - _MOST_BATCHES
    if more > 0:
        yield f"  … and {number_of(more, 'batch', 'batches')} more"
    for node in group["nodes"]:
        if problem := node.get("problem"):
            yield f"  ! {problem}" if node["id"] in problem else f"  ! {node['name']}: {problem}"
    yield from _left_out(group)


def _left_out(group: PlanGroup) -> Iterator[str]:
    """Who a filter or a list leaves out, and why."""
    count = group["leftOutCount"]
    if count:
        yield f"  leaves out {number_of(count, 'node')}:"
    nodes: dict[str, list[str]] = {}
    for node in group["leftOut"]:
        nodes.setdefault("; ".join(node["reasons"]), []).append(node["name"] or node["id"])
    shown = list(nodes.items())[:_MOST_REASONS]
    for reason, names in shown:
        yield f"    {_some(names)}: {reason}"
    more = count - sum(len(names) for _, names in shown)
    if more:
        yield f"    … and {more} more (`courier filters test` shows all)"


def _way(group: PlanGroup) -> str:
    largest = max((len(batch) for batch in group["batches"]), default=0)
    if group["rolling"]:
        return f"rolling, {largest} at a time"
    return f"{number_of(len(group['batches']), 'batch', 'batches')} of up to {largest}"


def _title(group: PlanGroup, number: int) -> str:
    return f"in flight {number}" if group["rolling"] else f"batch {number}"


def _named(batch: Sequence[str], names: dict[str, str]) -> str:
    return _some([names.get(node_id, node_id) for node_id in batch])


def _some(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:_MOST_NAMES]), len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _criteria(criteria: Sequence[dict[str, Any]]) -> str:
    return " and ".join(_criterion(each) for each in criteria) or "100 % of its runs end in success"


def _criterion(criterion: dict[str, Any]) -> str:
    runs = criterion.get("numRuns", {})
    unit = " %" if runs.get("type") == "percent" else ""
    amount = f"{runs.get('value', 0)}{unit}"
    if criterion.get("status") == "failure":
        return f"at most {amount} of its runs end otherwise than in success"
    return f"at least {amount} of its runs end in success"
