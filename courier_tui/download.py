"""Evidence into the user's downloads folder: checked, never over another file, never outside."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from courier_backend.model.errors import CourierError

if TYPE_CHECKING:
    from courier_backend.model.wire import ArtifactItem
    from courier_tui.ports import Backend

FOLDER_VARIABLE: Final = "COURIER_DOWNLOADS"
_LONGEST_NAME: Final = 150
_MOST_COPIES: Final = 1000
_BAD_CHARS: Final = re.compile(r"[^\w.()+-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Saved:
    """Where a file is now; `kept`: the same file was there already."""

    path: Path
    bytes: int
    kept: bool


def downloads_folder() -> Path:
    """``COURIER_DOWNLOADS``, or this user's downloads folder."""
    named = os.environ.get(FOLDER_VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_downloads_path  # noqa: PLC0415  only when something is saved

    return user_downloads_path()


def clean_name(name: str) -> str:
    """A plain file name, whatever was sent as one."""
    last = re.split(r"[/\\]", name)[-1]
    clean = _BAD_CHARS.sub("_", last).strip(". ")
    stem, dot, ending = clean.rpartition(".")
    if not stem:
        return clean[:_LONGEST_NAME] or "evidence.zip"
    return f"{stem[: _LONGEST_NAME - len(ending) - 1]}{dot}{ending[:20]}"


async def save(
    backend: Backend, artifact: ArtifactItem, folder: Path, progress: Callable[[int], None]
) -> Saved:
    """Download a file; `progress` hears how many bytes came.

    Raises:
        CourierError: it cannot be had, is not what was promised, or cannot be written.
    """
    name = clean_name(artifact["fileName"])
    try:
        draft = await asyncio.to_thread(_draft, folder, name)
        try:
            return await _fill(backend, artifact, draft, folder / name, progress)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise CourierError(
            f"{folder / name} cannot be written: {error.strerror or error}.",
            hint=f"{FOLDER_VARIABLE} names another folder.",
        ) from error


def _draft(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, path = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder)
    os.close(descriptor)
    return Path(path)


async def _fill(
    backend: Backend,
    artifact: ArtifactItem,
    draft: Path,
    target: Path,
    progress: Callable[[int], None],
) -> Saved:
    with draft.open("wb") as file:

        def write(chunk: bytes) -> None:
            file.write(chunk)
            progress(len(chunk))

        got = await backend.download(artifact["artifactUrl"], write)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    if artifact["sha256"] and artifact["sha256"] != got.sha256:
        raise CourierError(
            f"{target.name} is not what the backend promised: its digest differs.",
            hint="Try again.",
        )
    path, kept = await asyncio.to_thread(_place, draft, target, got.sha256)
    return Saved(path, got.bytes, kept)


def _place(draft: Path, target: Path, digest: str) -> tuple[Path, bool]:
    """Give the draft its name; an equal file is kept, another one is never written over."""
    for path in _candidates(target):
        if path.exists():
            if path.is_file() and _digest(path) == digest:
                return path, True
            continue
        with suppress(FileExistsError):
            _name(draft, path)
            return path, False
    raise CourierError(f"There are too many files named like {target}.")


def _name(draft: Path, path: Path) -> None:
    """Rename without overwriting, where the file system can; a link fails where a file is."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # no hard links here
        os.replace(draft, path)  # noqa: PTH105  says that nothing is left half-written


def _candidates(target: Path) -> Iterator[Path]:
    yield target
    for number in range(1, _MOST_COPIES):
        yield target.with_name(f"{target.stem} ({number}){target.suffix}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
