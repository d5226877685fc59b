"""Files that come into a folder whole or not at all, and never in place of another."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self

from courier_backend.model.errors import BadInput, CourierError, OutOfSpace

if TYPE_CHECKING:
    from types import TracebackType


def prepare_folder(folder: Path) -> None:
    """The folder is there and takes files.

    Raises:
        BadInput: it is none, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadInput(f"{folder} is a file, not a folder.") from error
    except OSError as error:
        raise BadInput(f"The folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"The folder {folder} cannot be written.")


class Incoming:
    """A file under a temporary name, until it is kept. Leaves nothing behind otherwise."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def __enter__(self) -> Self:
        try:
            descriptor, draft = tempfile.mkstemp(".part", f".{self._name}.", self._folder)
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        self._draft = Path(draft)
        self._file = os.fdopen(descriptor, "wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """The next part."""
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def keep(self, sha256: str) -> Path:
        """Give it its name, or leave an equal file that has it; the path."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._draft.chmod(0o644 & ~_umask())
            return self._placed(sha256)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def _placed(self, sha256: str) -> Path:
        for number in count():
            path = self._folder / _numbered(self._name, number)
            try:
                # A link fails where a rename would replace: nobody's file is lost in a race.
                os.link(self._draft, path, follow_symlinks=False)
            except FileExistsError:
                if path.is_file() and _digest(path) == sha256:
                    return path
            else:
                return path
        raise AssertionError("unreachable: the numbers do not end")


def _numbered(name: str, number: int) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem} ({number}){dot}{ending}" if number else name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unwritable(folder: Path, error: OSError) -> CourierError:
    text = f"Evidence cannot be written to {folder}: {(error.strerror or str(error)).lower()}."
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OutOfSpace(text, hint="Nothing of it was left behind.")
    return BadInput(text)
