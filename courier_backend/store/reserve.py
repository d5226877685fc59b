"""Space that is set aside, so that running work can still be written down when the disk is full."""

import os
import shutil
from pathlib import Path
from typing import Final

RESERVE_BYTES: Final = 16 * 1024 * 1024
_ROOM_TO_TAKE: Final = 8 * RESERVE_BYTES


class Reserve:
    """A file of zeros beside the database, given up when nothing else is left."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name("courier.reserve")

    @property
    def is_held(self) -> bool:
        """Whether there is something to give up."""
        try:
            return self._path.stat().st_size == RESERVE_BYTES
        except FileNotFoundError:
            return False

    def take(self) -> bool:
        """Set the space aside, if there is plenty; whether it is held now."""
        if self.is_held:
            return True
        try:
            return self._allocate()
        except OSError:
            self._path.unlink(missing_ok=True)
            return False

    def _allocate(self) -> bool:
        if shutil.disk_usage(self._path.parent).free < _ROOM_TO_TAKE:
            return False
        descriptor = os.open(self._path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        finally:
            os.close(descriptor)
        return True

    def give_up(self) -> bool:
        """Give the space back to the disk; whether there was any."""
        held = self.is_held
        self._path.unlink(missing_ok=True)
        return held
