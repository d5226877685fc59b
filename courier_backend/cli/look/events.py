"""``courier events list`` and ``show``: the log that everything else is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.clean import clean
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id, meant
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import NEWEST, OLDEST, show_list
from courier_backend.cli.options import ITEM, LIST, common, pass_session
from courier_backend.cli.output import flush, write, write_json
from courier_backend.cli.session import Session
from courier_backend.cli.when import local
from courier_backend.client import calls
from courier_backend.model.errors import BadInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from courier_backend.model.event import EventItem

_COLUMNS: Final = (
    Column("Seq", "number", "seq"),
    Column("Time", key="time"),
    Column("What", key="type"),
    Column("Of", key="runId"),
    Column("Status", "status", "data.status"),
    Column("More", key="data"),
)
_STATUSES: Final = ("interim", "status", "health", "state")
"""Where an event says how something is; the first that is there counts."""
_SHORT: Final = 8


events: Final = group(
    "events",
    "The log of everything that happened.",
    {
        "list": Entry(f"{__name__}:list_", "What happened."),
        "show": Entry(f"{__name__}:show", "One event, whole."),
    },
)


@command("list", example="courier events list --instance befe88f3 --follow")
@click.option("--job", default="", help="Of one job: its id or its name.")
@click.option("--instance", default="", help="Of one instance.")
@click.option("--run", "run_", default="", help="Of one run.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="After this number.")
@click.option("--limit", "size", type=click.IntRange(1, 10_000), default=20, help="How many (20).")
@click.option("--oldest", is_flag=True, help="The oldest, not the newest.")
@click.option("--follow", "-f", is_flag=True, help="From now on, as they happen.")
@common(LIST)
@pass_session
def list_(
    session: Session,
    *,
    job: str,
    instance: str,
    run_: str,
    after: int,
    size: int,
    oldest: bool,
    follow: bool,
) -> None:
    """What happened: the newest of it, the very newest last."""
    whose = {
        "job_id": meant(session, "job", job) if job else "",
        "instance_id": full_id(session, "instance", instance) if instance else "",
        "run_id": full_id(session, "run", run_) if run_ else "",
    }
    if follow:
        _follow(session, after, whose)
        return
    order = OLDEST if oldest or after else NEWEST
    call = calls.list_events(after=after, size=size, sort_order=order, **whose)
    show_list(session, call, _COLUMNS, _row, empty="Nothing has happened.")


@command("show", example="courier events show 1042")
@click.argument("seq", type=click.IntRange(min=1))
@common(ITEM)
@pass_session
def show(session: Session, *, seq: int) -> None:
    """One event, with all that it says (JSON)."""
    found = session.ask(calls.list_events(after=seq - 1, size=1, sort_order="asc"))["items"]
    if not found or found[0]["seq"] != seq:
        raise NotFound(f"There is no event {seq}.", hint="`courier events list` shows the last.")
    show_item(session, {"item": found[0]}, write_json)


def _follow(session: Session, after: int, whose: Mapping[str, str]) -> None:
    """A line for each event as it comes, until the reader has had enough."""
    if session.form not in {"json", "table"}:
        raise BadInput(f"--follow tells a line for each event; {session.form} has no such lines.")
    for event in _stream(session, after, whose):
        if session.form == "json":
            import json  # noqa: PLC0415  only here

            write(json.dumps(event) + "\n")
        else:
            seq, time, what, of, status, more = _row(event)
            write(clean(f"{seq:>8}  {time}  {what:18} {of:20} {status:10} {more}").rstrip() + "\n")
        flush()


def _stream(session: Session, after: int, whose: Mapping[str, str]) -> Iterator[EventItem]:
    return session.client.events(
        after or None,
        job_id=whose["job_id"],
        instance_id=whose["instance_id"],
        run_id=whose["run_id"],
    )


def _row(event: EventItem) -> tuple[str, ...]:
    data = event["data"]
    step = f"step {data['step']}" if "step" in data else ""
    group = f"group {data['groupNumber']}" if "groupNumber" in data else ""
    waits = "waits for the machine to boot" if data.get("interim") else ""
    status = next((data[key] for key in _STATUSES if data.get(key)), "")
    words = [step, group, str(data.get("name") or ""), str(data.get("reason") or ""), waits]
    return (
        str(event["seq"]),
        local(event["time"]),
        event["type"],
        _of(event),
        str(status),
        ", ".join(word for word in words if word),
    )


def _of(event: EventItem) -> str:
    for kind, key in (("run", "runId"), ("instance", "instanceId"), ("node", "nodeId")):
        value = event.get(key)
        if isinstance(value, str):
            return f"{kind} {value[:_SHORT]}"
    return f"job {event['jobId'][:_SHORT]}" if event["jobId"] else ""
