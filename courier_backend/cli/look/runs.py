"""``courier runs list`` and ``show`` (also ``courier run list``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.column import Column
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id, meant
from courier_backend.cli.lazy import Entry, group
from courier_backend.cli.listing import NEWEST, OLDEST, show_list
from courier_backend.cli.look.step_rows import STEP_COLUMNS, step_row
from courier_backend.cli.options import ITEM, LIST, common, lines, pass_session, with_status
from courier_backend.cli.session import Session
from courier_backend.cli.when import between, full, local
from courier_backend.cli.words import abridged
from courier_backend.client import calls
from courier_backend.model.errors import BadInput
from courier_backend.model.status import RunStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courier_backend.model.wire import RunItem, StepItem

COLUMNS: Final = (
    Column("Run", "id", "runId"),
    Column("Node", key="nodeName"),
    Column("Status", "status", "status"),
    Column("Group", "number", "groupNumber"),
    Column("Step", key="currentStep"),
    Column("Received", key="receivedTime"),
    Column("Took", key="finishedTime"),
    Column("Reason", key="reason"),
)


runs: Final = group(
    "runs",
    "List and show runs: an instance on one node.",
    {
        "list": Entry(f"{__name__}:list_", "All runs."),
        "show": Entry(f"{__name__}:show", "One run, and its steps."),
    },
)


@command("list", example="courier runs list --instance befe88f3 --status failure")
@click.option("--instance", default="", help="Those of one instance.")
@click.option("--job", default="", help="Those of one job: its id or its name.")
@click.option("--node", default="", help="Those on one node: its id or its name.")
@with_status(RunStatus)
@click.option("--group", type=click.IntRange(min=0), default=None, help="Those of one group of it.")
@lines
@common(LIST)
@pass_session
def list_(
    session: Session,
    *,
    instance: str,
    job: str,
    node: str,
    status: str | None,
    group: int | None,
    size: int,
    page: int,
    oldest: bool,
) -> None:
    """Runs: the newest of them, the very newest last."""
    if group is not None and not instance:
        raise BadInput("--group is one of an instance: give --instance, too.")
    call = calls.list_runs(
        full_id(session, "instance", instance) if instance else "",
        page=page,
        size=size,
        group_number=group,
        job_id=meant(session, "job", job) if job else "",
        node_id=meant(session, "node", node) if node else "",
        status=status or "",
        sort_order=OLDEST if oldest else NEWEST,
    )
    show_list(session, call, COLUMNS, row, empty="No runs.")


@command("show", example="courier runs show 496f0d9a")
@click.argument("run")
@common(ITEM)
@pass_session
def show(session: Session, *, run: str) -> None:
    """One run, and its steps."""
    run_id = full_id(session, "run", run)
    answer = session.envelope(calls.get_run(run_id))

    def draw(item: RunItem) -> None:
        _show(item, session.ask(calls.list_steps(run_id))["items"])

    show_item(session, answer, draw)


def row(run: RunItem) -> tuple[str, ...]:
    """The cells of a run."""
    return (
        run["runId"],
        abridged(run["nodeName"] or run["nodeId"]),
        _status(run),
        str(run["groupNumber"]),
        f"{run['currentStep']} of {run['stepCount']}" if run["currentStep"] else "–",
        local(run["receivedTime"]),
        between(run["startedTime"], run["finishedTime"]),
        abridged(run["reason"]),
    )


def _status(run: RunItem) -> str:
    place = run["waitingPlace"]
    return f"{run['status']} (waits, place {place})" if place else run["status"]


def _show(run: RunItem, steps: Sequence[StepItem]) -> None:
    from courier_backend.cli.table import draw, facts, heading  # noqa: PLC0415  start-up time

    facts(
        (
            ("Run", run["runId"]),
            ("Node", f"{run['nodeName']}  {run['nodeId']}"),
            ("Instance", run["instanceId"]),
            ("Status", _status(run)),
            ("Reason", run["reason"] or "–"),
            ("Group", f"{run['groupNumber']}, batch {run['batchNumber']}"),
            ("Dispatched", full(run["dispatchedTime"])),
            ("Received", full(run["receivedTime"])),
            ("Last update", full(run["lastUpdateTime"])),
            ("Finished", full(run["finishedTime"])),
            ("Took", between(run["startedTime"], run["finishedTime"])),
        )
    )
    if steps:
        heading("Steps")
        draw(STEP_COLUMNS, [step_row(step) for step in steps])
