"""``courier wait INSTANCE``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courier_backend.cli.answer import tell_done
from courier_backend.cli.declare import command
from courier_backend.cli.ids import full_id
from courier_backend.cli.options import common, pass_session
from courier_backend.cli.session import Session
from courier_backend.cli.watch.ending import exit_code_of, last_line
from courier_backend.cli.watch.follow import Follower
from courier_backend.client import calls
from courier_backend.model.status import FINAL_INSTANCE

if TYPE_CHECKING:
    from courier_backend.model.wire import InstanceItem


@command("wait", example="courier wait befe88f3 && echo done")
@click.argument("instance")
@common()
@pass_session
def wait(session: Session, *, instance: str) -> int:
    """Wait until an instance ends: exit code 0 success, 1 failure, 3 canceled."""
    ended = wait_for_instance(session, full_id(session, "instance", instance))
    tell_done(session, {"item": ended}, last_line(ended))
    return exit_code_of(ended)


def wait_for_instance(session: Session, instance_id: str) -> InstanceItem:
    """The instance, once it has ended.

    Raises:
        CourierError: there is none, or the backend stays away.
    """

    def look() -> InstanceItem | None:
        item = session.ask(calls.get_instance(instance_id))
        return item if item["status"] in FINAL_INSTANCE else None

    return Follower(session, look, {"instance-changed"}, instance_id=instance_id).follow()
