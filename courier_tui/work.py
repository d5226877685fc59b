"""What changes something: start, cancel, again. Asks where something would be lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from courier_backend.client import calls, schedules
from courier_backend.model.errors import CourierError
from courier_tui.screens.confirm import Choice, Confirm
from courier_tui.signs import UNFINISHED
from courier_tui.text import Span, fitted, plain
from courier_tui.tone import Tone
from courier_tui.wording import counted, short

if TYPE_CHECKING:
    from courier_backend.client.call import Call
    from courier_backend.model.wire import CancelItem, InstanceItem, JobItem, RunItem
    from courier_tui.frame import Frame

_LONGEST_NAME = 50
_NAMED = 5


def quoted(name: str) -> str:
    """A name in a sentence."""
    shown = plain(name)
    return f"“{fitted(shown, _LONGEST_NAME) if len(shown) > _LONGEST_NAME else shown}”"


async def run_jobs(frame: Frame, jobs: Sequence[JobItem]) -> None:
    """Start an instance of each; many are asked for first."""
    if len(jobs) > 1 and not await _sure(
        frame,
        f"Run {len(jobs)} jobs now?",
        [*_names([job["name"] for job in jobs])],
        "Run them",
    ):
        return
    started: list[str] = []
    for job in jobs:
        try:
            answer = await frame.ask(calls.activate_job(job["id"]))
        except CourierError as error:
            frame.complain(error)
            break
        started.append(answer["instanceId"])
    if len(started) == len(jobs) == 1:
        _show_instance(frame, started[0], jobs[0]["name"])
    elif started:
        frame.tell(f"Started: {_out_of(len(started), len(jobs), 'instance')}.")


async def rest_jobs(frame: Frame, jobs: Sequence[JobItem]) -> None:
    """Let each rest, or wake those that rest: by the first of them all do the same."""
    if not jobs:
        return
    wake = jobs[0]["status"] == "inactive"
    for job in jobs:
        try:
            await frame.ask(schedules.set_job_active(job["id"], wake))
        except CourierError as error:
            frame.complain(error)
            return
    what = quoted(jobs[0]["name"]) if len(jobs) == 1 else counted(len(jobs), "job")
    frame.tell(
        f"{what}: executed by schedule again." if wake else f"{what}: resting until woken with a."
    )


async def cancel_jobs(frame: Frame, jobs: Sequence[JobItem]) -> None:
    """No instances of these any more, and stop what runs of them."""
    if not jobs:
        return
    one = len(jobs) == 1
    heading = f"Cancel job {quoted(jobs[0]['name'])}?" if one else f"Cancel {len(jobs)} jobs?"
    lines: list[list[Span]] = [] if one else _names([job["name"] for job in jobs])
    who, whose = ("It", "it") if one else ("They", "them")
    says = f"{who} will not be executed any more; what runs of {whose} now is stopped."
    lines.append([(says, Tone.PLAIN)])
    lines.append([("History and evidence stay.", Tone.MUTED)])
    if await _sure(frame, heading, lines, "Cancel the job" if one else "Cancel them"):
        await _cancel_all(
            frame, [calls.cancel_job(job["id"], instances=True) for job in jobs], "job"
        )


async def cancel_instances(frame: Frame, instances: Sequence[InstanceItem]) -> None:
    """Stop these, as far as they are not over."""
    live = [each for each in instances if each["status"] in UNFINISHED]
    if not live:
        if instances:
            frame.tell("It is over already; there is nothing to cancel.")
        return
    one = len(live) == 1
    heading = (
        f"Cancel {quoted(live[0]['jobName'])}, instance {short(live[0]['id'])}?"
        if one
        else f"Cancel {len(live)} instances?"
    )
    lines: list[list[Span]] = [] if one else _names([each["jobName"] for each in live])
    lines += _consequence([_counts(each) for each in live])
    if await _sure(frame, heading, lines, "Cancel it" if one else "Cancel them"):
        await _cancel_all(frame, [calls.cancel_instance(each["id"]) for each in live], "instance")


async def cancel_runs(frame: Frame, runs: Sequence[RunItem]) -> None:
    """Stop these, as far as they are not over."""
    live = [each for each in runs if each["status"] in UNFINISHED]
    if not live:
        if runs:
            frame.tell("It is over already; there is nothing to cancel.")
        return
    one = len(live) == 1
    heading = (
        f"Cancel the run on {quoted(live[0]['nodeName'])}?" if one else f"Cancel {len(live)} runs?"
    )
    pending = sum(each["status"] == "pending" for each in live)
    lines: list[list[Span]] = [] if one else _names([each["nodeName"] for each in live])
    lines += _consequence([(len(live) - pending, pending)])
    if await _sure(frame, heading, lines, "Cancel it" if one else "Cancel them"):
        await _cancel_all(frame, [calls.cancel_run(each["runId"]) for each in live], "run")


async def retry_instance(frame: Frame, instance: InstanceItem) -> None:
    """A new instance on the nodes that did not succeed."""
    try:
        answer = await frame.ask(calls.retry_instance(instance["id"], only="failed"))
    except CourierError as error:
        frame.complain(error)
        return
    _show_instance(frame, answer["instanceId"], instance["jobName"])


def _counts(instance: InstanceItem) -> tuple[int, int]:
    """Runs on nodes now, and runs that have not been sent."""
    counts = instance["runCounts"]
    there = sum(counts.get(status, 0) for status in ("dispatched", "received", "running"))
    return there, counts.get("pending", 0)


def _consequence(counts: Sequence[tuple[int, int]]) -> list[list[Span]]:
    there = sum(each[0] for each in counts)
    waiting = sum(each[1] for each in counts)
    return [
        [
            (counted(there, "node"), Tone.STRONG),
            (" at work: the processes are ended, and what they did until then stays.", Tone.PLAIN),
        ],
        [
            (counted(waiting, "node"), Tone.STRONG),
            (" waiting: nothing will be started there.", Tone.PLAIN),
        ],
    ]


def _names(names: Sequence[str]) -> list[list[Span]]:
    lines: list[list[Span]] = [[("• ", Tone.MUTED), (quoted(name), Tone.PLAIN)] for name in names]
    if len(lines) > _NAMED:
        more = len(lines) - _NAMED
        lines = [*lines[:_NAMED], [(f"  and {more} more", Tone.MUTED)]]
    return lines


async def _sure(frame: Frame, heading: str, lines: Sequence[Sequence[Span]], yes: str) -> bool:
    choices = (Choice("no", "Change nothing"), Choice("yes", yes, danger=True))
    return await frame.push_screen_wait(Confirm(heading, lines, choices)) == "yes"


async def _cancel_all(frame: Frame, asked: Sequence[Call[CancelItem]], what: str) -> None:
    stopping = prevented = 0
    refusals: list[CourierError] = []
    for call in asked:
        try:
            answer = await frame.ask(call)
        except CourierError as error:  # the others are to stop all the same
            refusals.append(error)
            continue
        stopping += answer["stopping"]
        prevented += answer["prevented"]
    if refusals:
        frame.complain(refusals[0])
    if done := len(asked) - len(refusals):
        frame.tell(
            f"{counted(stopping, 'node')} stopping, {prevented} prevented.",
            title=f"Canceling {_out_of(done, len(asked), what)}",
        )


def _out_of(done: int, wanted: int, what: str) -> str:
    """``3 runs``; ``2 of 3 runs`` where not all could be."""
    return counted(done, what) if done == wanted else f"{done} of {counted(wanted, what)}"


def _show_instance(frame: Frame, instance_id: str, name: str) -> None:
    from courier_tui.screens.instance import InstanceScreen  # noqa: PLC0415  when first shown

    frame.open(InstanceScreen(instance_id, name))
