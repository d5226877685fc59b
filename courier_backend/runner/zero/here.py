"""What zero mode executes with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from courier_backend.model.commands import RESTART
from courier_backend.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class Here:
    """This machine. `home` is new and for one run alone; `folders` hold interpreters."""

    home: Path
    folders: Sequence[Path]
    dry_restart: bool = False


_THEN_NOBODY: Final = (
    "Step {number} restarts the machine, and with no runner that stays nobody would go on with "
    "the next step after the boot."
)


def check_restarts(steps: Sequence[dict[str, Any]]) -> None:
    """Only the last step may restart the machine for real.

    Raises:
        BadInput: another one does.
    """
    for number, step in enumerate(steps[:-1], 1):
        if (step.get("interpreter") or {}).get("name") == RESTART:
            raise BadInput(
                _THEN_NOBODY.format(number=number),
                hint="Make it the last step, give --dry-restart, or run the job with a backend.",
            )
