"""What the end of a run, or the word of whoever executes, means for group and instance."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from courier_backend.model.errors import Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.outside_bodies import InstanceEnd
from courier_backend.model.status import (
    FINAL_INSTANCE,
    FINAL_RUN,
    GroupStatus,
    InstanceStatus,
    ReasonCode,
    RunStatus,
)
from courier_backend.model.times import to_text
from courier_backend.model.wire import GroupItem, InstanceItem, RunItem
from courier_backend.orchestrator.outside.about import Outside, of_instance
from courier_backend.targeting.criteria import Bar, bar_of

_UNDECIDED: Final = frozenset({GroupStatus.PENDING, GroupStatus.RUNNING})


def judged(about: Outside, status: RunStatus) -> list[NewEvent]:
    """What follows for group and instance from the run having this status now."""
    instance = about.instance
    if instance["status"] in FINAL_INSTANCE:
        late = {"lateCompletions": instance["lateCompletions"] + 1}
        return [about.of_instance("instance-changed", late)]
    groups = [_moved(group, about.run, status) for group in instance["groups"]]
    number = about.run["groupNumber"]
    events, verdict = _verdict(about, groups[number])
    statuses = [verdict if group["groupNumber"] == number else group["status"] for group in groups]
    over = all(_open(group["runCounts"]) == 0 for group in groups)
    return [*events, *(_end(about, groups, statuses) if over else [])]


def _verdict(about: Outside, group: GroupItem) -> tuple[list[NewEvent], str]:
    """The verdict of a group as soon as nothing can change it."""
    if group["status"] not in _UNDECIDED:
        return [], group["status"]
    bar, counts = _bar_for(about.instance, group), group["runCounts"]
    holds = bar.judge(_succeeded(counts), _failed(counts))
    if holds is None:
        return [], group["status"]
    status = GroupStatus.SUCCESS if holds else GroupStatus.FAILURE
    return [about.of_instance("group-changed", _group_data(group, status, bar))], status


def _end(about: Outside, groups: Sequence[GroupItem], statuses: Sequence[str]) -> list[NewEvent]:
    failed = [
        group
        for group, status in zip(groups, statuses, strict=True)
        if status != GroupStatus.SUCCESS
    ]
    return [about.of_instance("instance-changed", _end_data(about.instance, failed, about.now))]


def ended(instance: InstanceItem, end: InstanceEnd, now: datetime) -> list[NewEvent]:
    """The instance is over, whatever its runs still do.

    Raises:
        Conflict: it has ended before, or it is to be a success and its criteria do not hold.
    """
    if instance["status"] in FINAL_INSTANCE:
        raise Conflict(f"Instance {instance['id']} has ended already: {instance['status']}.")
    failed = [group for group in instance["groups"] if not _holds_now(instance, group)]
    if end.status == "success" and failed:
        raise Conflict(
            f"Instance {instance['id']} is no success: {_why(instance, failed)}.",
            hint="Complete its runs first, or tell the status failure.",
        )
    told_failure = end.status == "failure" and not failed
    data = _end_data(instance, failed, now)
    if told_failure or end.reason:
        data |= {"reason": end.reason or "it was told to have failed"}
    if told_failure:
        data |= {"status": InstanceStatus.FAILURE, "reasonCode": ReasonCode.OPERATOR}
    verdicts = [
        of_instance(instance, now, "group-changed", _group_data(group, status, bar))
        for group in instance["groups"]
        if group["status"] in _UNDECIDED
        for bar in [_bar_for(instance, group)]
        for status in [GroupStatus.FAILURE if group in failed else GroupStatus.SUCCESS]
    ]
    return [*verdicts, of_instance(instance, now, "instance-changed", data)]


def _bar_for(instance: InstanceItem, group: GroupItem) -> Bar:
    """What the criteria of a group ask for."""
    spec = instance["targetSpec"]["groups"][group["groupNumber"]]
    return bar_of(spec["successCriteria"], group["nodeCount"])


def _holds_now(instance: InstanceItem, group: GroupItem) -> bool:
    """Whether the criteria hold if what has not ended never succeeds."""
    if group["status"] not in _UNDECIDED:
        return group["status"] == GroupStatus.SUCCESS
    succeeded = _succeeded(group["runCounts"])
    return bool(_bar_for(instance, group).judge(succeeded, group["nodeCount"] - succeeded))


def _why(instance: InstanceItem, failed: Sequence[GroupItem]) -> str:
    return "; ".join(
        f"group {group['groupNumber']}: "
        + _bar_for(instance, group).sentence(group["nodeCount"] - _succeeded(group["runCounts"]))
        for group in failed
    )


def _end_data(instance: InstanceItem, failed: Sequence[GroupItem], now: datetime) -> dict[str, Any]:
    return {
        "from": instance["status"],
        "status": InstanceStatus.FAILURE if failed else InstanceStatus.SUCCESS,
        "reasonCode": ReasonCode.CRITERIA_UNREACHABLE if failed else ReasonCode.CRITERIA_MET,
        "reason": _why(instance, failed),
        "finishedAt": to_text(now),
    }


def _group_data(group: GroupItem, status: GroupStatus, bar: Bar) -> dict[str, Any]:
    failed = status is GroupStatus.FAILURE
    return {
        "groupNumber": group["groupNumber"],
        "status": status,
        "reasonCode": ReasonCode.CRITERIA_UNREACHABLE if failed else ReasonCode.CRITERIA_MET,
        "reason": bar.sentence(_failed(group["runCounts"])) if failed else "",
    }


def _moved(group: GroupItem, run: RunItem, status: RunStatus) -> GroupItem:
    """The group with the run counted under its new status."""
    if group["groupNumber"] != run["groupNumber"]:
        return group
    counts = dict(group["runCounts"])
    counts[run["status"]] = counts.get(run["status"], 0) - 1
    counts[status] = counts.get(status, 0) + 1
    return {**group, "runCounts": counts}


def _succeeded(counts: Mapping[str, int]) -> int:
    return counts.get(RunStatus.SUCCESS, 0)


def _failed(counts: Mapping[str, int]) -> int:
    return sum(n for status, n in counts.items() if status in FINAL_RUN) - _succeeded(counts)


def _open(counts: Mapping[str, int]) -> int:
    return sum(n for status, n in counts.items() if status not in FINAL_RUN)
