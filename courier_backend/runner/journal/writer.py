"""The thread that writes and syncs the journal, everything that waits at once.

What is submitted during one wake-up of the event loop is written together and synced once;
then the callbacks run on the loop, in order. A disk that is full or fails stops nothing that
was promised: the group is kept and tried again until it is on disk, and `trouble` says why
new orders must be refused meanwhile.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from courier_backend.runner.journal.files import begin_file, write_all

ROTATE_BYTES: Final = 16 * 1024 * 1024
_RETRY_SECONDS: Final = 0.5

Entry = tuple[bytes, Callable[[], None] | None]


class JournalWriter:
    """Appends to the journal. Everything but the thread itself belongs to the event loop."""

    def __init__(self, folder: Path, journal_id: str, snapshot: Callable[[], bytes]) -> None:
        self._folder = folder
        self._journal_id = journal_id
        self._snapshot = snapshot
        self._loop = asyncio.get_running_loop()
        self._gathering: list[Entry] = []
        self._kicked = False
        self._handed: list[list[Entry]] = []
        self._ready = threading.Condition()
        self._closing = False
        self._new_file: bytes | None = None
        self._descriptor, self._size = begin_file(folder, journal_id, snapshot())
        self._rotate_at = self._size + ROTATE_BYTES
        self.trouble = ""
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def submit(self, data: bytes, then: Callable[[], None] | None = None) -> None:
        """Append `data`; `then` is called on the loop once it is on disk."""
        self._gathering.append((data, then))
        if not self._kicked:
            self._kicked = True
            # Two turns of the loop: what this one's callbacks start still joins the group.
            self._loop.call_soon(self._loop.call_soon, self._hand_over)

    async def synced(self) -> None:
        """Wait until everything that was submitted so far is on disk."""
        done = asyncio.Event()
        self.submit(b"", done.set)
        await done.wait()

    def close(self) -> None:
        """Write what waits, once, and end the thread."""
        self._hand_over()
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()
        os.close(self._descriptor)

    def _hand_over(self) -> None:
        self._kicked = False
        group, self._gathering = self._gathering, []
        snapshot = None
        if self._size > self._rotate_at:
            snapshot, self._rotate_at = self._snapshot(), sys.maxsize
        with self._ready:
            if group:
                self._handed.append(group)
            self._new_file = snapshot or self._new_file
            self._ready.notify()

    # ---- the thread

    def _work(self) -> None:
        while group := self._next_group():
            self._until_written(group)
            if self._new_file is not None:
                self._rotate()
            if not self._closing:
                self._loop.call_soon_threadsafe(_call_back, group)

    def _next_group(self) -> list[Entry]:
        with self._ready:
            while not self._handed and not self._closing:
                self._ready.wait()
            handed, self._handed = self._handed, []
        return [entry for group in handed for entry in group]

    def _until_written(self, group: list[Entry]) -> None:
        data = b"".join([data for data, _ in group])
        while data:
            try:
                write_all(self._descriptor, data)
                os.fdatasync(self._descriptor)
            except OSError as error:
                self._stumble(error)
                if self._closing:
                    return
            else:
                self._size += len(data)
                self.trouble = ""
                return

    def _stumble(self, error: OSError) -> None:
        """Take back what was half written, and wait before the next try."""
        self.trouble = f"The journal in {self._folder} cannot be written: {error.strerror}."
        try:
            os.ftruncate(self._descriptor, self._size)
            os.lseek(self._descriptor, self._size, os.SEEK_SET)
        except OSError as second:
            self.trouble = f"The journal in {self._folder} is failing: {second.strerror}."
        with self._ready:
            self._ready.wait(_RETRY_SECONDS)

    def _rotate(self) -> None:
        """Go on in a new file; if there is no space for one, in the old file until there is."""
        snapshot, self._new_file = self._new_file or b"", None
        old = self._descriptor
        try:
            self._descriptor, self._size = begin_file(self._folder, self._journal_id, snapshot)
        except OSError:
            self._rotate_at = self._size + ROTATE_BYTES
            return
        os.close(old)
        self._rotate_at = max(ROTATE_BYTES, 2 * self._size)


def _call_back(group: list[Entry]) -> None:
    for _, then in group:
        if then is not None:
            then()
