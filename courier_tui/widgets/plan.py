"""What a job would do, and what is wrong with it, in lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from courier_backend.model.timetable import timetable
from courier_backend.model.wire import BlockedItem, PlanGroup, PlanItem, ProblemItem
from courier_tui.describe import blocked
from courier_tui.text import Span, plain
from courier_tui.tone import Tone
from courier_tui.wording import clock, counted, duration

_NAMED: Final = 8
_BATCHES: Final = 4
_EXECUTIONS: Final = 5


def verdict(problems: Sequence[ProblemItem]) -> list[Span]:
    """``✓ no problems``, or how many there are."""
    errors = sum(each["severity"] == "error" for each in problems)
    warnings = len(problems) - errors
    if not problems:
        return [
            ("✓ ", Tone.GOOD),
            ("no problems   ", Tone.PLAIN),
            ("ctrl+s", Tone.KEY),
            (" submits it", Tone.MUTED),
        ]
    spans: list[Span] = []
    if errors:
        spans.append((f"✗ {counted(errors, 'error')}   ", Tone.BAD))
    if warnings:
        spans.append((f"! {counted(warnings, 'warning')}   ", Tone.WARN))
    return [*spans, ("f8", Tone.KEY), (" goes there", Tone.MUTED)]


def problem_line(problem: ProblemItem) -> list[Span]:
    """Where and what; then what was meant, perhaps."""
    error = problem["severity"] == "error"
    spans: list[Span] = [("✗ " if error else "! ", Tone.BAD if error else Tone.WARN)]
    if problem["line"]:
        spans.append((f"line {problem['line']}  ", Tone.MUTED))
    if problem["path"]:
        spans.append((f"{plain(problem['path'])}  ", Tone.LIVE))
    spans.append((plain(problem["message"]), Tone.PLAIN))
    if problem["didYouMean"]:
        spans.append((f"  Did you mean {plain(problem['didYouMean'])}?", Tone.MUTED))
    return spans


def plan_lines(plan: PlanItem) -> list[Span]:
    """Groups with their nodes and batches, when (first, where it is again and again), warnings."""
    groups: list[Span] = []
    for group in plan["groups"]:
        groups += _group(group, several=len(plan["groups"]) > 1)
    when = _when(plan)
    spans = [*when, *groups] if _is_scheduled(plan) else [*groups, *when]
    for warning in plan["warnings"]:
        spans += [("! ", Tone.WARN), (f"{plain(warning)}\n", Tone.PLAIN)]
    return spans


def _is_scheduled(plan: PlanItem) -> bool:
    return len(plan["nextExecutions"]) > 1 or bool(plan["blockedByExceptions"])


def _group(group: PlanGroup, *, several: bool) -> list[Span]:
    nodes = group["nodes"]
    title = f"Group {group['groupNumber']}: " if several else ""
    spans: list[Span] = [
        (f"{title}{counted(len(nodes), 'node')}", Tone.STRONG),
        (f", {_how(group)}, at most {duration(group['timeoutSeconds'])} each\n", Tone.PLAIN),
    ]
    spans += [(f"{_criterion(each)}\n", Tone.MUTED) for each in group["criteria"]]
    troubled = [node for node in nodes if node.get("problem")]
    for node in troubled[:_NAMED]:
        spans += [
            ("! ", Tone.WARN),
            (f"{plain(node['name']) or node['id']}: {plain(node['problem'])}\n", Tone.PLAIN),
        ]
    if len(troubled) > _NAMED:
        spans.append((f"  and {len(troubled) - _NAMED} more\n", Tone.MUTED))
    return [*spans, *_batches(group), *_left_out(group), ("\n", Tone.PLAIN)]


def _left_out(group: PlanGroup) -> list[Span]:
    """Who a filter or a list leaves out, and why."""
    count = group["leftOutCount"]
    if not count:
        return []
    spans: list[Span] = [(f"  leaves out {counted(count, 'node')}\n", Tone.MUTED)]
    for node in group["leftOut"][:_NAMED]:
        why = "; ".join(plain(reason) for reason in node["reasons"])
        name = plain(node["name"]) or node["id"][:8]
        spans += [(f"    {name}: ", Tone.FAINT), (f"{why}\n", Tone.MUTED)]
    if count > _NAMED:
        spans.append((f"    and {count - _NAMED} more\n", Tone.MUTED))
    return spans


def _how(group: PlanGroup) -> str:
    batches = group["batches"]
    if group["rolling"]:
        return f"rolling, {max((len(each) for each in batches), default=0)} at a time"
    return counted(len(batches), "batch", "batches")


def _batches(group: PlanGroup) -> list[Span]:
    names = {node["id"]: plain(node["name"]) or node["id"][:8] for node in group["nodes"]}
    if group["rolling"]:
        return _in_turn([names.get(each, each[:8]) for batch in group["batches"] for each in batch])
    spans: list[Span] = []
    for number, batch in enumerate(group["batches"][:_BATCHES], 1):
        named = ", ".join(names.get(each, each[:8]) for each in batch[:_NAMED])
        more = f" and {len(batch) - _NAMED} more" if len(batch) > _NAMED else ""
        spans += [(f"  {number}  ", Tone.FAINT), (f"{named}{more}\n", Tone.PLAIN)]
    left = len(group["batches"]) - _BATCHES
    return [*spans, (f"     and {left} more\n", Tone.MUTED)] if left > 0 else spans


def _in_turn(names: Sequence[str]) -> list[Span]:
    """The first of those that follow one another."""
    most = _NAMED * 2
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return [("  in turn  ", Tone.FAINT), (f"{', '.join(names[:most])}{more}\n", Tone.PLAIN)]


def _criterion(criterion: Mapping[str, Any]) -> str:
    runs = criterion.get("numRuns") or {}
    if runs.get("type") == "percent" and runs.get("value") == 100:  # noqa: PLR2004  all of them
        return "  succeeds when all succeed"
    unit = " %" if runs.get("type") == "percent" else ""
    word = "at least" if criterion.get("status") == "success" else "at most"
    what = "succeed" if criterion.get("status") == "success" else "fail"
    return f"  succeeds when {word} {runs.get('value', 100)}{unit} {what}"


def _when(plan: PlanItem) -> list[Span]:
    """When it would execute, and what a window prevents in between."""
    lines = when_lines(plan["nextExecutions"], plan["blockedByExceptions"])
    return [("When\n", Tone.STRONG), *lines, ("\n", Tone.PLAIN)] if lines else []


def when_lines(
    times: Sequence[str], prevented: Sequence[BlockedItem], *, most: int = _EXECUTIONS
) -> list[Span]:
    """Executions to come and those that will not happen, in order, a line each."""
    spans: list[Span] = []
    for time, why, more in timetable(times, prevented, most=most):
        if why is None:
            spans += [("  ▸ ", Tone.LIVE), (f"{clock(time)}\n", Tone.PLAIN)]
            continue
        spans += [("  ↷ ", Tone.WARN), (f"{clock(time)}  {plain(blocked(why))}\n", Tone.MUTED)]
        if more:
            spans.append((f"    and {more:,} more that will not happen\n", Tone.MUTED))
    return spans
