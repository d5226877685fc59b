"""Changing when jobs must not run: ``courier exceptions add|update|remove``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courier_backend.cli.answer import tell_done
from courier_backend.cli.clean import clean
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.look.exceptions import window
from courier_backend.cli.options import common, dry_run, pass_session
from courier_backend.cli.session import Session
from courier_backend.client import schedules
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from courier_backend.model.wire import ExceptionItem


@command("add", example='courier exceptions add "RRULE:FREQ=WEEKLY;BYDAY=SU" --minutes 120')
@click.argument("rrule")
@click.option(
    "--minutes", type=click.IntRange(min=1), required=True, help="How long a window stays open."
)
@dry_run
@common()
@pass_session
def add(session: Session, *, rrule: str, minutes: int) -> None:
    """Add a rule: each occurrence of RRULE opens a window in which no job is executed.

    An execution that falls into a window is recorded as skipped, with the rule that did it.
    """
    answer = session.envelope(schedules.add_exception(schedules.exception_body(rrule, minutes)))
    _tell(session, answer, "was added")


@command("update", example="courier exceptions update 61013744 --minutes 180")
@click.argument("rule", metavar="ID")
@click.option("--rrule", default=None, help="Another recurrence.")
@click.option("--minutes", type=click.IntRange(min=1), default=None, help="Another duration.")
@dry_run
@common()
@pass_session
def update(session: Session, *, rule: str, rrule: str | None, minutes: int | None) -> None:
    """Change a rule; what is not given stays as it is."""
    if rrule is None and minutes is None:
        raise BadInput("Nothing to change was given.", hint="Give --rrule, --minutes or both.")
    rule_id = full_id(session, "exception", rule)
    now = session.ask(schedules.get_exception(rule_id))
    body = schedules.exception_body(rrule or now["rrule"], minutes or now["duration"])
    _tell(session, session.envelope(schedules.update_exception(rule_id, body)), "was changed")


@command("remove", example="courier exceptions remove 61013744")
@click.argument("rule", metavar="ID")
@dry_run
@common()
@pass_session
def remove(session: Session, *, rule: str) -> None:
    """Take a rule away: jobs are executed in its windows again."""
    answer = session.envelope(schedules.delete_exception(full_id(session, "exception", rule)))
    removed = clean(answer["item"]["exceptionId"])
    tell_done(session, answer, f"Exception rule {removed} was removed.")


def _tell(session: Session, answer: dict[str, ExceptionItem], what: str) -> None:
    item = answer["item"]
    over = item["nextWindow"] is None
    coming = "it opens no window any more" if over else f"next window: {window(item)}"
    tell_done(session, answer, f"Exception rule {clean(item['exceptionId'])} {what}; {coming}.")
