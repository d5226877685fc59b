"""How a step stands in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from courier_backend.cli.column import Column
from courier_backend.cli.when import between

if TYPE_CHECKING:
    from courier_backend.model.wire import StepItem

STEP_COLUMNS: Final = (
    Column("Step", "number", "stepNumber"),
    Column("Name", key="name"),
    Column("Status", "status", "status"),
    Column("Attempts", "number", "numAttempts"),
    Column("Took", key="finishedAt"),
    Column("Interpreter", "quiet", "interpreter"),
    Column("Reason", key="reason"),
)


def step_row(step: StepItem) -> tuple[str, ...]:
    """The cells of a step."""
    interpreter = f"{step['interpreter'].rpartition('/')[2]} {step['interpreterVersion']}"
    return (
        str(step["stepNumber"]),
        step["name"],
        f"{step['status']} (ignored)" if step["ignored"] else step["status"],
        str(step["numAttempts"]),
        between(step["startedAt"], step["finishedAt"]),
        interpreter.strip(),
        step["reason"],
    )
