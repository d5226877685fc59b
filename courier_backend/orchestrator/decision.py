"""What the decision core wants done: its outputs.

All records of one decision are appended as one change; orders and stops follow only once that
change is on disk. An order always comes with a record of the run as dispatched.
"""

from dataclasses import dataclass

from courier_backend.model.event import NewEvent


@dataclass(frozen=True, slots=True)
class Record:
    """Append this to the log."""

    event: NewEvent


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Order this run from its node."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Tell the node to end this run, until it answers."""

    run_id: str


Decision = Record | Dispatch | Stop
