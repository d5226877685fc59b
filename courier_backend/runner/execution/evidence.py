"""The evidence zip of an attempt: made, kept until it is released, and put on the stream."""

import asyncio
import base64
import hashlib
import io
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson

from courier_backend.artifact.build import Contents, write_evidence
from courier_backend.model.protocol import INLINE_EVIDENCE_BYTES, EvidenceNote
from courier_backend.model.times import system_clock
from courier_backend.runner.execution.attempt import Task
from courier_backend.runner.execution.revealing import Revealing

SMALL_BYTES: Final = 20 * 1024
"""A zip up to this size lives in the journal; a larger one is a file."""
_SMALL_OUTPUT: Final = 64 * 1024
_READ: Final = 256 * 1024

EvidenceLine = tuple[bytes, Callable[[], bytes] | None]
"""An evidence line of the stream, and how to read it again if it is not in the journal."""


async def make_evidence(
    task: Task, story: dict[str, Any], revealing: Revealing, *, tidy: bool
) -> tuple[EvidenceNote, EvidenceLine | None]:
    """Zip what an attempt left. A zip that cannot be made is told, and ends nothing.

    `tidy`: nothing that it started runs any more.
    """
    try:
        files = _files_of(task, tidy=tidy)
        if files is None and task.stdout.total + task.stderr.total <= _SMALL_OUTPUT:
            data = _zip_in_memory(_contents(story, revealing, None))
            if len(data) <= SMALL_BYTES:
                digest = hashlib.sha256(data).hexdigest()
                line = evidence_line(task.number, task.attempt, digest, data)
                return _note(len(data), digest), (line, None)
        contents = _contents(story, revealing, files)
        return await asyncio.to_thread(_keep_in_file, task, contents)
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        reason = task.secrets.mask.text(f"the evidence could not be made: {cause}")
        note: EvidenceNote = {
            "state": "none", "bytes": 0, "sha256": "", "inline": False, "reason": reason
        }  # fmt: skip
        return note, None


def evidence_line(step: int, attempt: int, digest: str, data: bytes) -> bytes:
    """The line that carries a small zip."""
    line = {
        "type": "evidence",
        "step": step,
        "attempt": attempt,
        "sha256": digest,
        "data": base64.b64encode(data).decode(),
    }
    return orjson.dumps(line) + b"\n"


def _files_of(task: Task, *, tidy: bool) -> Path | None:
    """The evidence folder, if the step put anything into it; an empty one is used again."""
    folder = task.evidence_folder
    if folder is None or not folder.is_dir():
        return None
    with os.scandir(folder) as entries:
        if any(entries):
            task.run.files.add(folder)
            return folder
    if tidy:
        task.node.slots.give_back(folder)
    else:
        task.run.files.add(folder)
    return None


def _contents(story: dict[str, Any], revealing: Revealing, files: Path | None) -> Contents:
    stdout, stderr = revealing.output("stdout"), revealing.output("stderr")
    return Contents(story, stdout, stderr, files, system_clock(), revealing)


def _zip_in_memory(contents: Contents) -> bytes:
    target = io.BytesIO()
    write_evidence(target, contents)
    return target.getvalue()


def _keep_in_file(task: Task, contents: Contents) -> tuple[EvidenceNote, EvidenceLine | None]:
    """Zip into a file, synced under another name first."""
    path, draft = task.stem("zip"), task.stem("zip-draft")
    task.run.files.add(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(draft, "w+b", opener=_private) as file:
            write_evidence(file, contents)
            file.flush()
            os.fsync(file.fileno())
            size, digest = _measure(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    if contents.files is not None:
        shutil.rmtree(contents.files, ignore_errors=True)
    if size > INLINE_EVIDENCE_BYTES:
        return _note(size, digest), None
    reload = partial(reload_line, path, task.number, task.attempt, digest)
    return _note(size, digest), (reload(), reload)


def reload_line(path: Path, step: int, attempt: int, digest: str) -> bytes:
    """The evidence line of a zip that is a file; nothing when the file is gone."""
    with suppress(OSError):
        return evidence_line(step, attempt, digest, path.read_bytes())
    return b""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _measure(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_READ):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _note(size: int, digest: str) -> EvidenceNote:
    return {
        "state": "ready",
        "bytes": size,
        "sha256": digest,
        "inline": size <= INLINE_EVIDENCE_BYTES,
        "reason": "",
    }
