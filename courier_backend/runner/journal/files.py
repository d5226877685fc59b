"""The files of the journal. Each holds everything that still counts, so one is enough.

A new file begins with a snapshot, is synced under another name, then renamed; the older ones
go. So a start reads the newest file alone, and whatever was torn stays behind.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from courier_backend.runner.journal import records

_SUFFIX: Final = ".ndjson"
_DRAFT: Final = "next.draft"


def newest(folder: Path) -> Path | None:
    """The file to read, if there is one."""
    files = sorted(folder.glob(f"*{_SUFFIX}"))
    return files[-1] if files else None


def next_path(folder: Path) -> Path:
    """The name of the file after the newest."""
    last = newest(folder)
    number = int(last.stem) + 1 if last else 1
    return folder / f"{number:08d}{_SUFFIX}"


def begin_file(folder: Path, journal_id: str, snapshot: bytes) -> tuple[int, int]:
    """Make the next file with a snapshot in it, and let the older ones go.

    Gives its descriptor and its size.
    """
    draft, target = folder / _DRAFT, next_path(folder)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        content = records.header(journal_id, os.fstat(descriptor).st_ino) + snapshot
        write_all(descriptor, content)
        os.fsync(descriptor)
        draft.rename(target)
        _sync_folder(folder)
    except OSError:
        os.close(descriptor)
        raise
    for old in folder.glob(f"*{_SUFFIX}"):
        if old != target:
            old.unlink(missing_ok=True)
    return descriptor, len(content)


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything, however many calls it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def read_records(path: Path) -> Iterator[dict[str, Any] | None]:
    """The records of a file; None for a line that is none.

    A torn last line is no record and is left out without a word: nobody was told of it.
    """
    with path.open("rb") as file:
        for raw in file:
            if raw.endswith(b"\n"):
                yield _record(raw)


def _record(raw: bytes) -> dict[str, Any] | None:
    with contextlib.suppress(ValueError):
        record = orjson.loads(raw)
        if isinstance(record, dict):
            return record
    return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
