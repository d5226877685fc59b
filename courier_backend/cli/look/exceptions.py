"""``courier exceptions list`` and ``show``; the commands that change rules hang here, too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import NEWEST, OLDEST, show_list
from courier_backend.cli.options import LIST, common, lines, pass_session
from courier_backend.cli.session import Session
from courier_backend.cli.when import NOTHING, duration, full, local
from courier_backend.client import schedules
from courier_backend.model.schedule_words import in_words
from courier_backend.model.times import from_text

if TYPE_CHECKING:
    from courier_backend.model.wire import ExceptionItem

COLUMNS: Final = (
    Column("Rule", "id", "exceptionId"),
    Column("Opens", key="nextWindow.start"),
    Column("For", key="duration"),
    Column("Next window", key="nextWindow.end"),
    Column("As a rule", "quiet", "rrule"),
)

exceptions: Final = group(
    "exceptions",
    "Times in which no job is executed: list, show, add, update and remove rules.",
    {
        "list": Entry(f"{__name__}:list_", "All rules."),
        "show": Entry(f"{__name__}:show", "One rule, and its next window."),
        "add": Entry("courier_backend.cli.work.exceptions:add", "Add a rule."),
        "update": Entry("courier_backend.cli.work.exceptions:update", "Change a rule."),
        "remove": Entry("courier_backend.cli.work.exceptions:remove", "Take a rule away."),
    },
)


@command("list", example="courier exceptions list")
@lines
@common(LIST)
@pass_session
def list_(session: Session, *, size: int, page: int, oldest: bool) -> None:
    """Exception rules: the newest of them, the very newest last."""
    call = schedules.list_exceptions(page=page, size=size, sort_order=OLDEST if oldest else NEWEST)
    empty = "No exception rules: jobs are executed at any time. `courier exceptions add` makes one."
    show_list(session, call, COLUMNS, row, empty=empty)


@command("show", example="courier exceptions show 61013744")
@click.argument("rule", metavar="ID")
@common()
@pass_session
def show(session: Session, *, rule: str) -> None:
    """One exception rule, by its id or the beginning of it."""
    answer = session.envelope(schedules.get_exception(full_id(session, "exception", rule)))
    show_item(session, answer, _show)


def window(item: ExceptionItem, now: datetime | None = None) -> str:
    """``open until 04:00:00``; ``2024-03-31 02:00:00 to 04:00:00``; nothing when it is over."""
    found = item["nextWindow"]
    if found is None:
        return NOTHING
    moment = now or datetime.now().astimezone()
    if from_text(found["start"]) <= moment < from_text(found["end"]):
        return f"open until {local(found['end'], moment)}"
    begin = from_text(found["start"]).astimezone()
    return f"{local(found['start'], moment)} to {local(found['end'], begin)}"


def row(item: ExceptionItem) -> tuple[str, ...]:
    """The cells of a rule."""
    return (
        item["exceptionId"],
        in_words(item["rrule"]),
        _length(item),
        window(item),
        " ".join(item["rrule"].split()),
    )


def _length(item: ExceptionItem) -> str:
    return duration(timedelta(minutes=item["duration"]).total_seconds())


def _show(item: ExceptionItem) -> None:
    from courier_backend.cli.table import facts  # noqa: PLC0415  start-up time

    facts(
        (
            ("Rule", item["exceptionId"]),
            ("Recurrence", " ".join(item["rrule"].split())),
            ("Opens", in_words(item["rrule"])),
            ("For", _length(item)),
            ("Next window", window(item)),
            ("Created", full(item["createdAt"])),
            ("Modified", full(item["modifiedAt"])),
        )
    )
