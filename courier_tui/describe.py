"""Parts of definitions and facts in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from courier_backend.model.schedule_words import in_words
from courier_backend.model.wire import AttributeItem, BlockedItem, GroupItem
from courier_tui.text import Span, plain
from courier_tui.tone import Tone
from courier_tui.wording import counted, duration

_MILLISECOND: Final = 0.001


def schedule(rule: str) -> str:
    """``immediate``; ``every day at 02:30 UTC``; what is not plain as it stands."""
    return in_words(rule)


def window(exception: Mapping[str, Any]) -> str:
    """``every day at 02:00 UTC, for 120 minutes``: when an exception rule closes, how long."""
    return f"{in_words(str(exception['rrule']))}, for {counted(exception['duration'], 'minute')}"


def blocked(item: BlockedItem) -> str:
    """Whose window prevents an execution."""
    whose = "the job" if item["source"] == "job" else "all jobs"
    return f"window of {whose}, {in_words(item['rule'])}"


def target(spec: Mapping[str, Any]) -> str:
    """``12 nodes``; ``3 groups, 40 nodes``; ``by filter: role = web|db``."""
    groups = spec.get("groups") or []
    named = [group.get("nodeIdentifiers") or [] for group in groups]
    nodes = sum(len(each) for each in named)
    where = counted(nodes, "node") if all(named) and groups else "by filter"
    if len(groups) != 1:
        return f"{counted(len(groups), 'group')}, {where}"
    return where if all(named) else f"{where}{_constraints(groups[0])}"


def _constraints(group: Mapping[str, Any]) -> str:
    """What a filter of the job itself asks for; nothing of one that is saved elsewhere."""
    found = (group.get("filter") or {}).get("constraints") or {}
    parts = [
        f"{each['name']} {each['operator']} {'|'.join(map(str, each['value']))}"
        for each in found.get("attributes") or ()
    ]
    parts += [
        " ".join([str(each["name"]).rpartition("/")[2], *(each.get("version") or ())])
        for each in found.get("skills") or ()
    ]
    return f": {', '.join(parts)}" if parts else ""


def steps(actions: Mapping[str, Any]) -> str:
    """The names of the steps."""
    found = actions.get("steps") or []
    return ", ".join(str(step.get("name") or f"step {n}") for n, step in enumerate(found, 1))


def distribution(group: GroupItem) -> str:
    """``rolling, 5 at a time``; ``batches of 5 (4)``."""
    size = group["batchSize"]
    if group["distributionMethod"] == "rolling":
        return f"rolling, {size} at a time"
    if group["batchCount"] == 1:
        return "all at once" if size > 1 else "one batch of 1"
    return f"{group['batchCount']} batches of {size}"


def attribute(attributes: Sequence[AttributeItem], *names: str) -> str:
    """The first of these facts that the node has."""
    values = {item["name"]: item["value"] for item in attributes}
    return next((str(values[name]) for name in names if values.get(name)), "")


def platform(attributes: Sequence[AttributeItem]) -> str:
    """``debian 12 x86_64``."""
    parts = (
        attribute(attributes, "platform", "os", "kernel_name"),
        attribute(attributes, "platform_version"),
        attribute(attributes, "architecture"),
    )
    return " ".join(part for part in parts if part)


def latency(seconds: float) -> str:
    """``0.8 ms``, ``1.2 s``."""
    if seconds <= 0:
        return ""
    if seconds < 1:
        return f"{seconds / _MILLISECOND:.1f} ms"
    return duration(seconds)


def say(text: str, tone: Tone = Tone.PLAIN) -> list[Span]:
    """A string from outside as a span."""
    return [(plain(text), tone)]
