"""Leaving the app: work that goes on may go on without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courier_backend.client import calls
from courier_backend.model.errors import CourierError
from courier_tui.screens.confirm import Choice, Confirm
from courier_tui.text import Span
from courier_tui.tone import Tone
from courier_tui.wording import counted

if TYPE_CHECKING:
    from courier_backend.model.wire import BackendStatus
    from courier_tui.frame import Frame


async def ask_to_leave(frame: Frame) -> None:
    """Leave at once, or ask first what becomes of the work."""
    status = await _status(frame)
    if status is None or not _busy(status):
        frame.exit(0)
        return
    choices = (
        Choice("keep", "Keep it going"),
        Choice("stop", "Cancel all and stop", danger=True),
        Choice("stay", "Stay"),
    )
    heading = "Leave Courier?"
    chosen = await frame.push_screen_wait(Confirm(heading, _lines(status), choices))
    if chosen == "keep":
        frame.exit(0)
    elif chosen == "stop":
        await _stop(frame)


async def _status(frame: Frame) -> BackendStatus | None:
    """How the backend is; None when it is elsewhere, or does not say."""
    if not frame.local:
        return None
    try:
        return await frame.ask(calls.backend_status())
    except CourierError:
        return None  # nothing can be asked of it, so nothing is asked of the user


def _busy(status: BackendStatus) -> bool:
    return bool(status["activeInstances"] or status["activeRuns"] or status["scheduledJobs"])


def _lines(status: BackendStatus) -> list[list[Span]]:
    lines: list[list[Span]] = [
        [
            (counted(status["activeInstances"], "instance"), Tone.STRONG),
            (f" at work, {counted(status['activeRuns'], 'run')} on nodes; ", Tone.PLAIN),
            (f"{counted(status['scheduledJobs'], 'job')} scheduled.", Tone.PLAIN),
        ],
        [("", Tone.PLAIN)],
        [("Keep it going", Tone.STRONG), (": the backend works on in the background.", Tone.MUTED)],
        [
            ("Cancel all and stop", Tone.STRONG),
            (": processes are ended, nothing scheduled is executed.", Tone.MUTED),
        ],
    ]
    return lines


async def _stop(frame: Frame) -> None:
    try:
        await frame.ask(calls.backend_stop(cancel_all=True))
    except CourierError as error:
        frame.complain(error)
        return
    frame.exit(0)
