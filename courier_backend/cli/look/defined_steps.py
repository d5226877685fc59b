"""The steps of a definition: of a job as it is now, of an instance as it was when it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.cli.column import Column

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEPS: Final = (Column("Step", "number"), Column("Name"), Column("Interpreter"), Column("Command"))


def show_steps(actions: Mapping[str, Any]) -> None:
    """Print them as a table of their own."""
    from courier_backend.cli.table import draw, heading  # noqa: PLC0415  start-up time

    heading("Steps")
    draw(_STEPS, [_row(number, step) for number, step in enumerate(actions.get("steps", []), 1)])


def _row(number: int, step: dict[str, Any]) -> tuple[str, ...]:
    interpreter = str(step.get("interpreter", {}).get("name", "")).rpartition("/")[2]
    return (str(number), str(step.get("name", "")), interpreter, _command(step.get("command")))


def _command(told: object) -> str:
    """The first line of what is executed, on the platform that comes first."""
    lists = [value for value in told.values() if value] if isinstance(told, dict) else [told]
    first = lists[0] if lists else ""
    if isinstance(first, list):
        return f"{first[0]} …" if len(first) > 1 else "".join(str(each) for each in first)
    return str(first)
