"""Instances and their groups: all of them, those of a job, and in short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from courier_backend.model.wire import GroupItem, InstanceItem
from courier_tui import describe
from courier_tui.describe import say
from courier_tui.signs import badge, glyph, sign
from courier_tui.text import Span
from courier_tui.tone import Tone
from courier_tui.widgets.bars import bar, score, tally
from courier_tui.widgets.column import Column, Ink
from courier_tui.widgets.listing import Subject
from courier_tui.wording import abridged, ago, short, span

_LEGIBLE: Final = 24
"""Cells below which a sentence says nothing, and the word beside it suffices."""


def _took(instance: InstanceItem, ink: Ink) -> list[Span]:
    return say(span(instance["startedAt"], instance["finishedAt"], ink.now), Tone.MUTED)


def progress(instance: InstanceItem, ink: Ink) -> Sequence[Span]:
    """The bar of an instance; of one without runs, why there are none, if there is the room."""
    if not instance["totalRuns"] and instance["reason"]:
        return say(abridged(instance["reason"]), Tone.MUTED) if ink.width >= _LEGIBLE else []
    return bar(instance["runCounts"], ink.width, instance["totalRuns"])


def _score(instance: InstanceItem, _ink: Ink) -> Sequence[Span]:
    """How many runs are final; of an instance that never had any, in a word why."""
    if instance["totalRuns"] or not instance["reasonCode"]:
        return score(instance["runCounts"], instance["totalRuns"])
    return say(instance["reasonCode"], Tone.MUTED)


def _failed_why(instance: InstanceItem, _ink: Ink) -> Sequence[Span]:
    """Why it failed; that its only group did goes without saying."""
    reason = instance["reason"]
    only = len(instance["groups"]) == 1
    return say(reason.removeprefix("group 0: ") if only else reason, Tone.MUTED)


def _instance_haystack(instance: InstanceItem) -> str:
    keys = ("jobName", "status", "id", "jobId", "triggeredBy", "reason", "reasonCode")
    return " ".join(str(instance[key]) for key in keys)  # type: ignore[literal-required]


def _done(instance: InstanceItem) -> int:
    return tally(instance["runCounts"], instance["totalRuns"]).percent


INSTANCES: Final[Subject[InstanceItem]] = Subject(
    columns=(
        Column(
            "status",
            "Status",
            lambda i, _k: badge(sign(i["status"])),
            10,
            sort=lambda i: i["status"],
        ),
        Column(
            "job",
            "Job",
            lambda i, _k: say(i["jobName"]),
            14,
            grow=3,
            sort=lambda i: i["jobName"].casefold(),
        ),
        Column("progress", "Progress", progress, 12, grow=2, drop=2, sort=_done),
        Column(
            "runs",
            "Runs",
            _score,
            16,
            sort=lambda i: i["totalRuns"],
        ),
        Column("took", "Took", _took, 9, right=True, sort=lambda i: i["startedAt"]),
        Column(
            "when",
            "Started",
            lambda i, k: say(ago(i["createdAt"], k.now), Tone.MUTED),
            10,
            right=True,
            drop=1,
            sort=lambda i: i["createdAt"],
        ),
        Column(
            "by",
            "By",
            lambda i, _k: say(i["triggeredBy"], Tone.MUTED),
            9,
            drop=4,
            sort=lambda i: i["triggeredBy"],
        ),
        Column("id", "Id", lambda i, _k: say(short(i["id"]), Tone.FAINT), 8, drop=3),
    ),
    key=lambda instance: instance["id"],
    haystack=_instance_haystack,
    one="instance",
    many="instances",
    nothing=(
        (("Nothing has run yet.", Tone.STRONG),),
        (
            ("n", Tone.KEY),
            (" writes a job; each time it executes, an instance stands here.", Tone.MUTED),
        ),
    ),
)

JOB_INSTANCES: Final[Subject[InstanceItem]] = replace(
    INSTANCES,
    columns=[column for column in INSTANCES.columns if column.key != "job"],
    nothing=(
        (("This job has not been executed yet.", Tone.STRONG),),
        (("r", Tone.KEY), (" runs it now.", Tone.MUTED)),
    ),
)


def _verdict(group: GroupItem, _ink: Ink) -> list[Span]:
    return say(group["reason"], Tone.MUTED)


GROUP_COLUMNS: Final[Sequence[Column[GroupItem]]] = (
    Column("status", "Status", lambda g, _k: badge(sign(g["status"])), 10),
    Column("group", "Group", lambda g, _k: say(f"group {g['groupNumber']}"), 8),
    Column(
        "progress",
        "Progress",
        lambda g, k: bar(g["runCounts"], k.width, g["nodeCount"]),
        12,
        grow=2,
    ),
    Column("runs", "Runs", lambda g, _k: score(g["runCounts"], g["nodeCount"]), 16),
    Column(
        "how", "Distribution", lambda g, _k: say(describe.distribution(g), Tone.MUTED), 24, drop=1
    ),
    Column("reason", "", _verdict, 10, grow=2, drop=2),
)


INSTANCE_BRIEF: Final[Sequence[Column[InstanceItem]]] = (
    Column("sign", "", lambda i, _k: glyph(sign(i["status"])), 1),
    Column("job", "", lambda i, _k: say(i["jobName"]), 12, grow=2),
    Column("progress", "", progress, 10, grow=3, drop=2),
    Column("runs", "", _score, 16, drop=3),
    Column("took", "", _took, 9, right=True),
)
INSTANCE_PAST: Final[Sequence[Column[InstanceItem]]] = (
    Column("status", "", lambda i, _k: badge(sign(i["status"])), 10),
    Column("job", "", lambda i, _k: say(i["jobName"]), 12, grow=2),
    Column("runs", "", _score, 16, drop=3),
    Column("took", "", _took, 9, right=True, drop=4),
    Column("when", "", lambda i, k: say(ago(i["finishedAt"], k.now), Tone.MUTED), 10, right=True),
)
INSTANCE_FAILED: Final[Sequence[Column[InstanceItem]]] = (
    Column("sign", "", lambda i, _k: glyph(sign(i["status"])), 1),
    Column("job", "", lambda i, _k: say(i["jobName"]), 10, grow=2),
    Column("why", "", _failed_why, 10, grow=3, drop=1),
    Column("when", "", lambda i, k: say(ago(i["finishedAt"], k.now), Tone.MUTED), 10, right=True),
)
