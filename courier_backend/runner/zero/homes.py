"""The home of one run in zero mode: beside its evidence, and gone when it ends.

Who is killed leaves his home behind, with what the job held in it. The next one in the same folder
takes it away: a home that is lived in is locked, and the lock ends with the process.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PREFIX: Final = ".zero-"


@contextmanager
def home_in(folder: Path) -> Iterator[Path]:
    """A home for one run, on the disk on which its evidence is to be."""
    home, lock = _begin(folder)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
        os.close(lock)


def _begin(folder: Path) -> tuple[Path, int]:
    """A new home and what keeps it locked; homes that nobody lives in are removed first."""
    turn = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for left in folder.glob(f"{_PREFIX}*"):
            _remove_if_left(left)
        home = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder)).absolute()
        lock = os.open(home, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        os.close(turn)
    return home, lock


def _remove_if_left(home: Path) -> None:
    try:
        lock = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    else:
        shutil.rmtree(home, ignore_errors=True)
    finally:
        os.close(lock)
