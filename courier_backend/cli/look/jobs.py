"""``courier jobs list`` and ``show``; the commands about a job's schedule hang here, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import meant
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import NEWEST, OLDEST, show_list
from courier_backend.cli.look.defined_steps import show_steps
from courier_backend.cli.options import ITEM, LIST, common, lines, pass_session, with_status
from courier_backend.cli.session import Session
from courier_backend.cli.when import ahead, full, local
from courier_backend.cli.words import number_of
from courier_backend.client import calls
from courier_backend.model.checking.rule_form import IMMEDIATE
from courier_backend.model.schedule_words import in_words
from courier_backend.model.status import JobStatus
from courier_backend.model.times import ZERO_TIME

if TYPE_CHECKING:
    from courier_backend.model.wire import JobItem

COLUMNS: Final = (
    Column("Job", "id", "id"),
    Column("Name", key="name"),
    Column("Status", "status", "displayStatus"),
    Column("Schedule", key="scheduleRule"),
    Column("Next", key="nextExecutionTime"),
    Column("Ran", "number", "executionCount"),
    Column("Last", "status", "lastInstance.status"),
)
_MOST_REASONS: Final = 1

jobs: Final = group(
    "jobs",
    "Jobs: list and show them, look at their schedules, let them rest.",
    {
        "list": Entry(f"{__name__}:list_", "All jobs."),
        "show": Entry(f"{__name__}:show", "One job."),
        "next": Entry("courier_backend.cli.work.schedules:next_", "When a job executes next."),
        "activate": Entry(
            "courier_backend.cli.work.schedules:activate", "Let a job execute by its schedule."
        ),
        "deactivate": Entry("courier_backend.cli.work.schedules:deactivate", "Let a job rest."),
    },
)


@command("list", example="courier jobs list --active")
@click.option("--active", is_flag=True, help="Those with an execution to come.")
@with_status(JobStatus)
@click.option("--name", default="", help="Exactly this name.")
@lines
@common(LIST)
@pass_session
def list_(
    session: Session,
    *,
    active: bool,
    status: str | None,
    name: str,
    size: int,
    page: int,
    oldest: bool,
) -> None:
    """Jobs: the newest of them, the very newest last."""
    call = calls.list_jobs(
        page=page,
        size=size,
        active=active or None,
        status=status or "",
        name=name,
        sort_order=OLDEST if oldest else NEWEST,
    )
    chosen = active or status or name
    empty = "No job is such." if chosen else "No jobs. `courier run FILE` submits one."
    show_list(session, call, COLUMNS, row, empty=empty)


@command("show", example="courier jobs show nightly-update")
@click.argument("job")
@common(ITEM)
@pass_session
def show(session: Session, *, job: str) -> None:
    """One job, by its id, the beginning of it, or its name."""
    answer = session.envelope(calls.get_job(meant(session, "job", job)))
    show_item(session, answer, _show)


def row(job: JobItem) -> tuple[str, ...]:
    """The cells of a job."""
    last = job["lastInstance"]
    return (
        job["id"],
        job["name"],
        job["displayStatus"] or job["status"],
        in_words(job["scheduleRule"]),
        local(job["nextExecutionTime"]),
        str(job["executionCount"]),
        last["status"] if last else "none yet",
    )


def _show(job: JobItem) -> None:
    from courier_backend.cli.table import draw, facts, heading  # noqa: PLC0415  start-up time

    last = job["lastInstance"]
    facts(
        (
            ("Job", job["id"]),
            ("Name", job["name"]),
            ("Description", job["description"] or "–"),
            ("Status", job["displayStatus"] or job["status"]),
            *_schedule(job),
            ("Executions", str(job["executionCount"])),
            ("Last instance", f"{last['status']}  {last['id']}" if last else "–"),
            ("Created", full(job["createdAt"])),
            ("Modified", full(job["modifiedAt"])),
        )
    )
    heading(f"Groups, {job['target'].get('executionType', '')}")
    draw(_GROUPS, [_group(n, group) for n, group in enumerate(job["target"].get("groups", []))])
    show_steps(job["actions"])


def _schedule(job: JobItem) -> list[tuple[str, str]]:
    """When it executes, when it does not, and what happens to what it misses."""
    rule = " ".join(job["scheduleRule"].split())
    words = in_words(job["scheduleRule"])
    next_time = job["nextExecutionTime"]
    facts = [("Schedule", words if words in rule else f"{words}  ({rule})")]
    facts += [
        ("Never", f"{in_words(each['rrule'])}, for {number_of(each['duration'], 'minute')}")
        for each in job["exceptionRules"]
    ]
    due = "" if next_time == ZERO_TIME else f"  ({ahead(next_time)})"
    facts.append(("Next execution", full(next_time) + due))
    reasons = job["exceptionReasons"]
    facts += [("Excepted", reason) for reason in reasons[:_MOST_REASONS]]
    if len(reasons) > _MOST_REASONS:
        more = number_of(len(reasons) - _MOST_REASONS, "more window")
        facts.append(("", f"and {more}: see `courier jobs next`"))
    if job["scheduleRule"] != IMMEDIATE:
        facts.append(("Missed", f"{job['missedExecutions']} so far  (policy {job['missed']})"))
        facts.append(("Skipped", f"{job['skippedExecutions']} so far  (overlap {job['overlap']})"))
    return facts


_GROUPS: Final = (
    Column("Group", "number"),
    Column("Nodes"),
    Column("Batch"),
    Column("Way"),
    Column("Time-out"),
)


def _group(number: int, group: dict[str, Any]) -> tuple[str, ...]:
    nodes = group.get("nodeIdentifiers")
    batch = group.get("batchSize") or {}
    unit = " %" if batch.get("type") == "percent" else ""
    return (
        str(number),
        number_of(len(nodes), "node") if nodes else _selection(group),
        f"{batch['value']}{unit}" if batch.get("type") else "1",
        str(group.get("distributionMethod", "")),
        f"{group.get('timeoutSeconds', 0)} s" if group.get("timeoutSeconds") else "default",
    )


def _selection(group: dict[str, Any]) -> str:
    """How the nodes of a group are found: the filter in words, or which one, or which list."""
    kind = str(group.get("nodeListType", ""))
    if kind == "filter":
        from courier_backend.cli.look.filters import in_words  # noqa: PLC0415  start-up time

        return " and ".join(in_words(group["filter"]))
    saved = {"savedFilter": ("filter", "filterId"), "savedList": ("list", "listId")}
    what, key = saved.get(kind, (kind, ""))
    return f"{what} {str(group[key])[:8]}" if key else what
