"""Jobs, in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from courier_backend.model.wire import JobItem
from courier_tui import describe
from courier_tui.describe import say
from courier_tui.signs import badge, job_sign, sign
from courier_tui.text import Span
from courier_tui.tone import Tone
from courier_tui.widgets.column import Column, Ink
from courier_tui.widgets.listing import Subject
from courier_tui.wording import ago, number, short, until


def _last(job: JobItem, ink: Ink) -> list[Span]:
    last = job["lastInstance"]
    if last is None:
        return say("never", Tone.FAINT)
    found = sign(last["status"])
    return [(f"{found.glyph} ", found.tone), (ago(last["createdAt"], ink.now), Tone.MUTED)]


def _next(job: JobItem, ink: Ink) -> list[Span]:
    return say(until(job["nextExecutionTime"], ink.now), Tone.MUTED)


def _job_haystack(job: JobItem) -> str:
    last = job["lastInstance"]
    parts = (job["name"], job["id"], job["displayStatus"], job["scheduleRule"], job["description"])
    return " ".join((*parts, last["status"] if last else "never"))


JOBS: Final[Subject[JobItem]] = Subject(
    columns=(
        Column(
            "status",
            "Status",
            lambda j, _i: badge(job_sign(j["displayStatus"])),
            11,
            sort=lambda j: j["displayStatus"],
        ),
        Column(
            "name",
            "Name",
            lambda j, _i: say(j["name"]),
            16,
            grow=3,
            sort=lambda j: j["name"].casefold(),
        ),
        Column(
            "last",
            "Last run",
            _last,
            14,
            sort=lambda j: j["lastInstance"]["createdAt"] if j["lastInstance"] else "",
        ),
        Column(
            "times",
            "Runs",
            lambda j, _i: say(number(j["executionCount"]), Tone.MUTED),
            5,
            right=True,
            drop=4,
            sort=lambda j: j["executionCount"],
        ),
        Column(
            "what",
            "Steps",
            lambda j, _i: say(describe.steps(j["actions"]), Tone.MUTED),
            10,
            grow=2,
            drop=5,
        ),
        Column(
            "where",
            "Where",
            lambda j, _i: say(describe.target(j["target"]), Tone.MUTED),
            16,
            grow=1,
            drop=6,
        ),
        Column(
            "rule",
            "Schedule",
            lambda j, _i: say(describe.schedule(j["scheduleRule"]), Tone.MUTED),
            12,
            grow=2,
            drop=3,
            sort=lambda j: j["scheduleRule"],
        ),
        Column("next", "Next", _next, 12, drop=2, sort=lambda j: j["nextExecutionTime"]),
        Column("id", "Id", lambda j, _i: say(short(j["id"]), Tone.FAINT), 8, drop=7),
    ),
    key=lambda job: job["id"],
    haystack=_job_haystack,
    one="job",
    many="jobs",
    nothing=(
        (("No jobs yet.", Tone.STRONG),),
        (("n", Tone.KEY), (" writes one, from a template or from a file of yours.", Tone.MUTED)),
    ),
)


JOB_COMING: Final[Sequence[Column[JobItem]]] = (
    Column("name", "", lambda j, _i: say(j["name"]), 12, grow=2),
    Column(
        "rule",
        "",
        lambda j, _i: say(describe.schedule(j["scheduleRule"]), Tone.MUTED),
        10,
        grow=2,
        drop=1,
    ),
    Column("next", "", _next, 12, right=True),
)
"""What is executed next, in short."""
