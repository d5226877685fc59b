"""``courier instances list`` and ``show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id, meant
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import NEWEST, OLDEST, show_list
from courier_backend.cli.look.defined_steps import show_steps
from courier_backend.cli.options import ITEM, LIST, common, lines, pass_session, span, with_status
from courier_backend.cli.session import Session
from courier_backend.cli.when import between, full, local
from courier_backend.cli.words import abridged, counted, number_of
from courier_backend.client import calls
from courier_backend.model.status import InstanceStatus
from courier_backend.model.times import ZERO_TIME

if TYPE_CHECKING:
    from courier_backend.model.wire import GroupItem, InstanceItem

COLUMNS: Final = (
    Column("Instance", "id", "id"),
    Column("Job", key="jobName"),
    Column("Status", "status", "status"),
    Column("Runs", key="totalRuns"),
    Column("Created", key="createdAt"),
    Column("Took", key="finishedAt"),
    Column("By", "quiet", "triggeredBy"),
)
_GROUPS: Final = (
    Column("Group", "number"),
    Column("Status", "status"),
    Column("Runs"),
    Column("Batches", "number"),
    Column("Way"),
    Column("Reason"),
)


instances: Final = group(
    "instances",
    "List and show instances: executions of jobs.",
    {
        "list": Entry(f"{__name__}:list_", "All instances."),
        "show": Entry(f"{__name__}:show", "One instance, its groups and its steps."),
    },
)


@command("list", example="courier instances list --job nightly-update --status failure")
@click.option("--job", default="", help="Those of one job: its id or its name.")
@with_status(InstanceStatus)
@span
@lines
@common(LIST)
@pass_session
def list_(
    session: Session,
    *,
    job: str,
    status: str | None,
    run_after: str,
    run_before: str,
    size: int,
    page: int,
    oldest: bool,
) -> None:
    """Instances: the newest of them, the very newest last."""
    call = calls.list_instances(
        page=page,
        size=size,
        job_id=meant(session, "job", job) if job else "",
        status=status or "",
        run_after=run_after,
        run_before=run_before,
        sort_order=OLDEST if oldest else NEWEST,
    )
    chosen = job or status or run_after or run_before
    empty = "No instance is such." if chosen else "No instances. `courier run FILE` makes one."
    show_list(session, call, COLUMNS, row, empty=empty)


@command("show", example="courier instances show befe88f3")
@click.argument("instance")
@common(ITEM)
@pass_session
def show(session: Session, *, instance: str) -> None:
    """One instance: its groups, how its runs are, and the steps that it was made with."""
    answer = session.envelope(calls.get_instance(full_id(session, "instance", instance)))
    show_item(session, answer, _show)


def row(item: InstanceItem) -> tuple[str, ...]:
    """The cells of an instance."""
    return (
        item["id"],
        item["jobName"],
        _status(item),
        counted(item["runCounts"]) or abridged(item["reason"]),
        local(item["createdAt"]),
        between(item["startedAt"], item["finishedAt"]),
        item["triggeredBy"],
    )


def _status(item: InstanceItem) -> str:
    """The status, and that it is to end where somebody asked for it."""
    asked = item["cancelRequestedAt"] != ZERO_TIME and item["finishedAt"] == ZERO_TIME
    return f"{item['status']} (canceling)" if asked else item["status"]


def _show(item: InstanceItem) -> None:
    from courier_backend.cli.table import draw, facts, heading  # noqa: PLC0415  start-up time

    runs = item["totalRuns"]
    facts(
        (
            ("Instance", item["id"]),
            ("Job", f"{item['jobName']}  {item['jobId']}"),
            ("Status", _status(item)),
            ("Reason", item["reason"] or "–"),
            ("Executed", "elsewhere" if item["outside"] else "here"),
            *_schedule(item),
            *_late(item["lateCompletions"]),
            ("Runs", f"{runs}: {counted(item['runCounts'])}" if runs else "none"),
            ("Created", f"{full(item['createdAt'])}, by {item['triggeredBy']}"),
            ("Started", full(item["startedAt"])),
            ("Finished", full(item["finishedAt"])),
            ("Took", between(item["startedAt"], item["finishedAt"])),
        )
    )
    if item["groups"]:
        heading("Groups")
        draw(_GROUPS, [_group(group) for group in item["groups"]])
    show_steps(item["actionSpec"])


def _late(count: int) -> list[tuple[str, str]]:
    """Why more runs may have succeeded than the reason says."""
    told = f"{number_of(count, 'run')} told their end after that; the verdict stands"
    return [("Late", told)] if count else []


def _schedule(item: InstanceItem) -> list[tuple[str, str]]:
    """When it was due, and the window that somebody overrode, if there was one."""
    facts = [] if item["dueAt"] == ZERO_TIME else [("Due", full(item["dueAt"]))]
    return facts + ([("Overridden", item["overridden"])] if item["overridden"] else [])


def _group(group: GroupItem) -> tuple[str, ...]:
    return (
        str(group["groupNumber"]),
        group["status"],
        counted(group["runCounts"]),
        str(group["batchCount"]),
        f"{group['distributionMethod']}, {group['batchSize']} at a time",
        group["reason"],
    )
