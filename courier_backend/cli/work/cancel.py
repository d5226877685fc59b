"""``courier cancel instance|run|job ID``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courier_backend.cli.answer import write_data
from courier_backend.cli.clean import clean
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id, meant
from courier_backend.cli.options import common, dry_run, pass_session
from courier_backend.cli.output import flush, say
from courier_backend.cli.session import Session
from courier_backend.cli.watch.follow import Follower
from courier_backend.client import calls
from courier_backend.model.errors import BadInput
from courier_backend.model.status import FINAL_INSTANCE, FINAL_RUN

if TYPE_CHECKING:
    from typing import Any

    from courier_backend.client.call import Call
    from courier_backend.model.wire import CancelItem

_OF_RUNS = frozenset({"run-changed", "run-finished", "group-changed", "instance-changed"})


@command("cancel", example='courier cancel instance befe88f3 --reason "wrong fleet"')
@click.argument("kind", type=click.Choice(["instance", "run", "job"]))
@click.argument("id_", metavar="ID")
@click.option(
    "--group", type=click.IntRange(min=0), default=None, help="Of an instance: this group only."
)
@click.option("--reason", default="", help="Why, for history.")
@click.option("--no-wait", is_flag=True, help="Ask for it, and do not wait for the end.")
@dry_run
@common()
@pass_session
def cancel(
    session: Session, *, kind: str, id_: str, group: int | None, reason: str, no_wait: bool
) -> None:
    """Stop what runs. A job is canceled with its unfinished instances.

    Waits until everything has ended, unless told otherwise. What has ended already stays as it is.
    """
    if group is not None and kind != "instance":
        raise BadInput("--group is for `courier cancel instance`.")
    if kind == "job":
        _cancel_job(session, meant(session, "job", id_), reason, wait=not no_wait)
    elif kind == "run":
        _cancel_run(session, full_id(session, "run", id_), reason, wait=not no_wait)
    else:
        whole = full_id(session, "instance", id_)
        _cancel_instance(session, whole, group, reason, wait=not no_wait)


def _cancel_instance(
    session: Session, instance_id: str, group: int | None, reason: str, *, wait: bool
) -> None:
    name = f"Instance {instance_id}" if group is None else f"Group {group} of {instance_id}"
    call = calls.cancel_instance(instance_id, group_number=group, reason=reason)

    def look() -> str | None:
        instance = session.ask(calls.get_instance(instance_id))
        if group is None:
            return instance["status"] if instance["status"] in FINAL_INSTANCE else None
        ours = next(each for each in instance["groups"] if each["groupNumber"] == group)
        live = any(n for status, n in ours["runCounts"].items() if status not in FINAL_RUN)
        return None if live else ours["status"]

    if _asked(session, call, name) and wait:
        relevant = _OF_RUNS if group is not None else {"instance-changed"}
        status = Follower(session, look, relevant, instance_id=instance_id).follow()
        say(f"{name}: {status}.")


def _cancel_run(session: Session, run_id: str, reason: str, *, wait: bool) -> None:
    def look() -> str | None:
        status = session.ask(calls.get_run(run_id))["status"]
        return status if status in FINAL_RUN else None

    if _asked(session, calls.cancel_run(run_id, reason=reason), f"Run {run_id}") and wait:
        status = Follower(session, look, {"run-changed", "run-finished"}, run_id=run_id).follow()
        say(f"Run {run_id}: {status}.")


def _cancel_job(session: Session, job_id: str, reason: str, *, wait: bool) -> None:
    def look() -> str | None:
        for status in ("running", "pending"):
            call = calls.list_instances(job_id=job_id, status=status, size=1)
            if session.ask(call)["totalItems"]:
                return None
        return "no instance of it runs any more"

    call = calls.cancel_job(job_id, instances=True, reason=reason)
    if _asked(session, call, f"Job {job_id}") and wait:
        ended = Follower(session, look, {"instance-changed"}, job_id=job_id).follow()
        say(f"Job {job_id}: {ended}.")


def _asked(session: Session, call: Call[Any], name: str) -> bool:
    """Ask for the cancel; whether there is something to wait for."""
    answer = session.envelope(call)
    if session.for_programs:
        write_data(session, answer)
        flush()
    item: CancelItem = answer["item"]
    if item["alreadyFinal"]:
        say(f"{name} has ended already: {clean(item['status'])}.")
        return False
    say(f"{name}: {item['stopping']} to be stopped, {item['prevented']} will not start.")
    return True
