"""``courier retry INSTANCE``."""

from __future__ import annotations

import click

from courier_backend.cli.answer import show_item
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import CHEF_ITEM, common, dry_run, pass_session
from courier_backend.cli.output import flush
from courier_backend.cli.session import Session
from courier_backend.cli.work.started import draw_started
from courier_backend.client import calls


@command("retry", example="courier retry befe88f3 --watch")
@click.argument("instance")
@click.option(
    "--only",
    type=click.Choice(["failed", "all"]),
    default="failed",
    help="The nodes that did not succeed (failed, unless given), or all.",
)
@click.option("--watch", "-w", is_flag=True, help="Follow it to its end.")
@dry_run
@common(CHEF_ITEM)
@pass_session
def retry(session: Session, *, instance: str, only: str, watch: bool) -> int:
    """A new instance on the nodes that did not succeed."""
    call = calls.retry_instance(full_id(session, "instance", instance), only=only)
    answer = session.envelope(call)
    show_item(session, answer, draw_started)
    flush()
    if not watch:
        return 0
    from courier_backend.cli.watch.watch import watch_instance  # noqa: PLC0415  start-up time

    return watch_instance(session, answer["item"]["instanceId"])
