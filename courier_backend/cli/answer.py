"""An answer as it was asked for: as data for programs, or as a picture for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from courier_backend.cli.output import say, write, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from courier_backend.cli.session import Session


def write_data(session: Session, value: dict[str, Any]) -> None:
    """A value to stdout as data: YAML where that was asked for, else JSON."""
    if session.form != "yaml":
        write_json(value)
        return
    from courier_backend.model.writing.yaml_writer import write_yaml  # noqa: PLC0415  start-up time

    write(write_yaml(value))


def show_item(
    session: Session,
    answer: Mapping[str, Any],
    draw: Callable[[Any], None] | None = None,
) -> None:
    """One thing in its envelope; `draw` shows it to people, else its keys and values do."""
    if session.for_programs:
        write_data(session, dict(answer))
        return
    (draw or _draw_keys)(answer["item"])


def tell_done(session: Session, answer: Mapping[str, Any], sentence: str) -> None:
    """What became of a change: a sentence for people, the answer for programs."""
    if not session.for_programs:
        say(sentence)
    else:
        write_data(session, dict(answer))


def _draw_keys(item: Mapping[str, Any]) -> None:
    from courier_backend.cli.cells import text_of  # noqa: PLC0415  start-up time
    from courier_backend.cli.table import facts  # noqa: PLC0415  start-up time

    statuses = ("status", "displayStatus", "healthStatus", "state")
    facts(((key, text_of(value)) for key, value in item.items()), statuses)
