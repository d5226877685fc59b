"""The folders that steps put their evidence into, used again while they stay empty.

Making and removing a folder for each attempt would make the event loop wait for the disk twice.
A folder that a step put something into, or whose processes may still write into it, is never
used again: the next attempt gets a new one.
"""

from pathlib import Path
from time import time_ns
from typing import Final

PREFIX: Final = "evidence-"


class EvidenceSlots:
    """The evidence folders of one node."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._free: list[Path] = []
        self._number = time_ns()

    def take(self) -> Path:
        """An empty folder.

        Raises:
            OSError: it cannot be made.
        """
        if self._free:
            return self._free.pop()
        self._number += 1
        folder = self._spool / f"{PREFIX}{self._number}"
        folder.mkdir(parents=True, mode=0o700)
        return folder

    def give_back(self, folder: Path) -> None:
        """An attempt has left this folder empty, and left nothing running."""
        self._free.append(folder)
