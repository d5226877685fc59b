"""The files that a step put into its evidence folder: found without following any link."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from courier_backend.artifact.format import MOST_FILES, member_of
from courier_backend.artifact.screen import NoScreen, Screen

_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_REGULAR: Final = "not a regular file"


@dataclass(slots=True)
class FileHarvest:
    """Walks a folder within a budget of bytes; notes what it had to leave out, and why."""

    folder: Path
    budget: int
    screen: Screen = field(default_factory=NoScreen)
    left_out: list[dict[str, str]] = field(default_factory=list)

    def files(self) -> Iterator[tuple[str, int, BinaryIO]]:
        """Member name, size and open file of each file that fits, in the order of their names.

        Folders are held by descriptor while they are walked, so that one which is swapped for
        a link meanwhile leads nowhere else.
        """
        taken: set[str] = set()
        for root, folders, names, descriptor in os.fwalk(self.folder, follow_symlinks=False):
            folders.sort()
            links = [name for name in folders if _is_link(name, descriptor)]
            for name in sorted(names + links):
                own = member_of(os.path.relpath(Path(root, name), self.folder))
                member = self.screen.name(own)
                reason = self.screen.refusal(own) or self._unfit(member, taken)
                if reason:
                    self._leave(member, reason)
                    continue
                yield from self._opened(member, name, descriptor, taken)

    def _unfit(self, member: str, taken: set[str]) -> str:
        if member in taken:
            return "its name cannot be told from another one"
        return "" if len(taken) < MOST_FILES else f"more than {MOST_FILES} files"

    def _opened(
        self, member: str, name: str, descriptor: int, taken: set[str]
    ) -> Iterator[tuple[str, int, BinaryIO]]:
        try:
            opened = os.open(name, _OPEN, dir_fd=descriptor)
        except OSError as error:
            link = error.errno == errno.ELOOP
            self._leave(member, _NOT_REGULAR if link else error.strerror or "cannot be read")
            return
        with os.fdopen(opened, "rb") as file:
            status = os.fstat(opened)
            if not stat.S_ISREG(status.st_mode):
                self._leave(member, _NOT_REGULAR)
            elif status.st_size > self.budget:
                self._leave(member, f"{status.st_size} bytes do not fit")
            else:
                self.budget -= status.st_size
                taken.add(member)
                yield member, status.st_size, file

    def _leave(self, member: str, reason: str) -> None:
        if len(self.left_out) < MOST_FILES:
            self.left_out.append({"name": member, "reason": reason})


def _is_link(name: str, descriptor: int) -> bool:
    """Whether what counts as a folder is a link to one; it is not entered, and named."""
    with suppress(OSError):
        return stat.S_ISLNK(os.lstat(name, dir_fd=descriptor).st_mode)
    return False
