"""What measures share: how many rounds, a folder, and one Courier with a large lab."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.courier import Courier, lab_of


@dataclass(frozen=True, slots=True)
class Setting:
    """Handed to every measure."""

    rounds: int
    folder: Path
    courier: Courier
    nodes: list[str]


@contextmanager
def setting(folder: Path, rounds: int, nodes: int) -> Iterator[Setting]:
    """Bring up what all measures share."""
    with lab_of(folder / "home", nodes) as (courier, ids):
        yield Setting(rounds, folder, courier, ids)
