"""Runs: those of an instance, and those on a node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from courier_backend.model.wire import RunItem
from courier_tui.describe import say
from courier_tui.signs import badge, sign
from courier_tui.text import Span
from courier_tui.tone import Tone
from courier_tui.widgets.column import Column, Ink
from courier_tui.widgets.listing import Subject
from courier_tui.wording import ago, short, span


def _step(run: RunItem, _ink: Ink) -> list[Span]:
    if not run["stepCount"]:
        return []
    return [(str(run["currentStep"]), Tone.PLAIN), (f"/{run['stepCount']}", Tone.MUTED)]


def _run_took(run: RunItem, ink: Ink) -> list[Span]:
    begin = run["startedTime"]
    return say(span(begin, run["finishedTime"], ink.now), Tone.MUTED)


def _run_reason(run: RunItem, _ink: Ink) -> list[Span]:
    if run["waitingPlace"]:
        return say(f"waits for the node, place {run['waitingPlace']}", Tone.MUTED)
    return say(run["reason"], Tone.MUTED)


def _run_haystack(run: RunItem) -> str:
    keys = ("nodeName", "status", "reason", "reasonCode", "runId", "nodeId")
    return " ".join(str(run[key]) for key in keys)  # type: ignore[literal-required]


_STATUS: Final[Column[RunItem]] = Column(
    "status", "Status", lambda r, _k: badge(sign(r["status"])), 12, sort=lambda r: r["status"]
)
_RUN_TAIL: Final[Sequence[Column[RunItem]]] = (
    Column("step", "Step", _step, 5, right=True, sort=lambda r: r["currentStep"]),
    Column("took", "Took", _run_took, 9, right=True, sort=lambda r: r["startedTime"]),
    Column("reason", "Why", _run_reason, 12, grow=3, drop=2, sort=lambda r: r["reasonCode"]),
    Column("id", "Id", lambda r, _k: say(short(r["runId"]), Tone.FAINT), 8, drop=3),
)

RUNS: Final[Subject[RunItem]] = Subject(
    columns=(
        _STATUS,
        Column(
            "node",
            "Node",
            lambda r, _k: say(r["nodeName"]),
            12,
            grow=2,
            sort=lambda r: r["nodeName"].casefold(),
        ),
        Column(
            "group",
            "Group",
            lambda r, _k: say(str(r["groupNumber"]), Tone.MUTED),
            6,
            right=True,
            drop=4,
            sort=lambda r: r["groupNumber"],
        ),
        Column(
            "batch",
            "Batch",
            lambda r, _k: say(str(r["batchNumber"]), Tone.MUTED),
            6,
            right=True,
            drop=5,
            sort=lambda r: r["batchNumber"],
        ),
        *_RUN_TAIL[:2],
        replace(_RUN_TAIL[2], width=20),
        *_RUN_TAIL[3:],
    ),
    key=lambda run: run["runId"],
    haystack=_run_haystack,
    one="run",
    many="runs",
)
NODE_RUNS: Final[Subject[RunItem]] = Subject(
    columns=(
        _STATUS,
        Column("instance", "Instance", lambda r, _k: say(short(r["instanceId"])), 8),
        Column(
            "when",
            "Started",
            lambda r, k: say(ago(r["createdAt"], k.now), Tone.MUTED),
            10,
            right=True,
            sort=lambda r: r["createdAt"],
        ),
        *_RUN_TAIL,
    ),
    key=lambda run: run["runId"],
    haystack=_run_haystack,
    one="run",
    many="runs",
    nothing=((("Nothing has run on this node yet.", Tone.MUTED),),),
)
