"""What was accepted, for people: the ids that the next command wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from courier_backend.model.wire import Submitted


def draw_started(submitted: Submitted) -> None:
    """The job, and its instance when it has begun; when else, and warnings, are told as words."""
    from courier_backend.cli.table import facts  # noqa: PLC0415  start-up time

    facts((("Job", submitted["jobId"]), ("Instance", submitted["instanceId"] or "–")))
