"""Watching an instance to its end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, Protocol

from courier_backend.cli.output import is_terminal, say
from courier_backend.cli.report import INTERRUPTED
from courier_backend.cli.watch.ending import exit_code_of, last_line, what_next
from courier_backend.cli.watch.follow import Follower
from courier_backend.cli.watch.progress import Progress
from courier_backend.client import calls
from courier_backend.model.status import FINAL_INSTANCE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from courier_backend.cli.session import Session
    from courier_backend.cli.watch.progress import Change
    from courier_backend.model.event import EventItem
    from courier_backend.model.wire import InstanceItem

_PAGE: Final = 5000


class View(Protocol):
    """Shows what changes. Used as a context manager while it is shown."""

    def show(self, changes: Iterable[Change]) -> None:
        """This changed."""
        ...

    def note(self, sentence: str) -> None:
        """Say something in between."""
        ...


def watch_instance(session: Session, instance_id: str) -> int:
    """Show how an instance goes on until it ends; the exit code that its end means."""
    progress = Progress()
    try:
        with _view(progress) as view:
            ended = _follow(session, instance_id, progress, view)
    except KeyboardInterrupt:
        say(
            f"Detached; the instance goes on. `courier cancel instance {instance_id[:8]}` stops it."
        )
        return INTERRUPTED
    say(last_line(ended))
    if advice := what_next(ended):
        say(advice)
    return exit_code_of(ended)


def _view(progress: Progress) -> AbstractContextManager[View]:
    if is_terminal(sys.stderr):
        from courier_backend.cli.watch.live_view import LiveView  # noqa: PLC0415  draws with Rich

        return LiveView(progress)
    from courier_backend.cli.watch.line_view import LineView  # noqa: PLC0415  one or the other

    return LineView(progress)


def _follow(session: Session, instance_id: str, progress: Progress, view: View) -> InstanceItem:
    def look() -> InstanceItem | None:
        instance = session.ask(calls.get_instance(instance_id))
        runs = session.client.items(calls.list_runs(instance_id, size=_PAGE))
        view.show(progress.look(instance, runs))
        return instance if instance["status"] in FINAL_INSTANCE else None

    def heard(event: EventItem) -> None:
        view.show(progress.hear(event))

    follower = Follower(
        session,
        look,
        {"instance-changed"},
        instance_id=instance_id,
        heard=heard,
        notify=view.note,
    )
    return follower.follow()
