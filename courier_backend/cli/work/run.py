"""``courier run FILE``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.body import read_body
from courier_backend.cli.clean import clean
from courier_backend.cli.declare import command
from courier_backend.cli.options import CHEF_ITEM, common, dry_run, pass_session
from courier_backend.cli.output import flush, say
from courier_backend.cli.problems import problems_of, tell_warnings
from courier_backend.cli.session import Session
from courier_backend.cli.when import ahead, full
from courier_backend.cli.words import number_of
from courier_backend.cli.work.schedules import blocked_why
from courier_backend.cli.work.started import draw_started
from courier_backend.cli.work.submission import file_options, submission_of
from courier_backend.client import calls, schedules
from courier_backend.model.errors import CourierError
from courier_backend.model.times import ZERO_TIME
from courier_backend.model.timetable import timetable

if TYPE_CHECKING:
    from courier_backend.model.wire import Submitted

_TOLD: Final = 3
"""Up to so many executions ahead it is told which of them a window prevents."""


@command("run", example="courier run job.json --watch")
@file_options
@click.option("--watch", "-w", is_flag=True, help="Follow it to its end.")
@dry_run
@common(CHEF_ITEM)
@pass_session
def run(
    session: Session,
    *,
    file: str,
    nodes: tuple[str, ...],
    inputs: tuple[str, ...],
    body_format: str | None,
    watch: bool,
) -> int:
    """Run a job file. Accepted means on disk; FILE may be - for stdin.

    A recurring job runs by its schedule; it is told when next.

    `courier run list` and `courier run show` are about runs that exist (also `courier runs`).
    """
    body = read_body(file, body_format or "")
    submission = submission_of(session, body, nodes, inputs)
    with problems_of(body.name):
        answer = session.envelope(calls.submit(submission))
    tell_warnings(answer["item"]["warnings"], body.name)
    show_item(session, answer, draw_started)
    flush()
    _tell_schedule(session, answer["item"])
    return _watch(session, answer["item"]) if watch else 0


def _watch(session: Session, submitted: Submitted) -> int:
    if not submitted["instanceId"]:
        say("There is nothing to watch yet.")
        return 0
    from courier_backend.cli.watch.watch import watch_instance  # noqa: PLC0415  start-up time

    return watch_instance(session, submitted["instanceId"])


def _tell_schedule(session: Session, submitted: Submitted) -> None:
    """When a job that does not run at once will do so, and what prevents it before."""
    if submitted["instanceId"]:
        for reason in submitted["exceptionReasons"]:
            say(f"It waits: {clean(reason)}.")
        return
    when = submitted["nextExecutionTime"]
    if when == ZERO_TIME:
        say("The job has no execution to come.")
        return
    say(f"The job is due at {full(when)} ({ahead(when)}).")
    try:
        coming = session.ask(schedules.estimate_job(submitted["jobId"], count=_TOLD))
    except CourierError as error:  # the job is accepted all the same
        say(f"What follows cannot be told now: {clean(error.message)}")
        return
    for time, blocked, more in timetable(coming["estimates"], coming["blockedByExceptions"]):
        if blocked is not None:
            rest = f", nor {number_of(more, 'time')} after it" if more else ""
            say(f"Not at {full(time)}{rest}: {clean(blocked_why(blocked))}.")
