"""Evidence that is handed in, by those who execute elsewhere: checked, kept, and put into words."""

import asyncio
import gzip
import hashlib
import os
import zipfile
from pathlib import Path
from typing import Final

from courier_backend.evidence.keeper import Wanted, evidence_event, settle
from courier_backend.evidence.names import file_path
from courier_backend.model.errors import BadInput
from courier_backend.model.event import NewEvent
from courier_backend.model.status import EvidenceState
from courier_backend.model.times import Clock

MAX_BYTES: Final = 64 * 1024 * 1024
"""As much as a runner keeps of an attempt."""
INLINE_BYTES: Final = 256 * 1024
_CHUNK: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"


async def keep(draft: Path, wanted: Wanted, folder: Path, clock: Clock) -> NewEvent:
    """The event that stores what lies in `draft`; a large zip has its place in `folder` then.

    Raises:
        BadInput: it is no zip, or too large.
    """
    digest, size = await asyncio.to_thread(_examine, draft)
    found = Wanted(
        run_id=wanted.run_id,
        instance_id=wanted.instance_id,
        job_id=wanted.job_id,
        node_id=wanted.node_id,
        step=wanted.step,
        attempt=wanted.attempt,
        bytes=size,
        sha256=digest,
    )
    if size <= INLINE_BYTES:
        blob = await asyncio.to_thread(draft.read_bytes)
        return evidence_event(found, EvidenceState.STORED, clock, size=size, blob=blob)
    final = file_path(folder, found.run_id, found.step, found.attempt)
    await asyncio.to_thread(_put, draft, final)
    path = str(final.relative_to(folder))
    return evidence_event(found, EvidenceState.STORED, clock, size=size, path=path)


def _examine(draft: Path) -> tuple[str, int]:
    """Digest and size of a zip; one that came compressed once more is unpacked first."""
    with draft.open("rb") as file:
        packed = file.read(2) == _GZIP
    if packed:
        _unpack(draft)
    if not zipfile.is_zipfile(draft):
        raise BadInput("The evidence is no zip.", hint="Pack its files: zip evidence.zip FILE…")
    with draft.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), draft.stat().st_size


def _unpack(draft: Path) -> None:
    plain = draft.with_suffix(".plain")
    size = 0
    try:
        with gzip.open(draft) as source, plain.open("wb") as sink:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise too_large()
                sink.write(chunk)
        plain.replace(draft)
    except (OSError, EOFError) as error:
        raise BadInput(f"The evidence cannot be unpacked: {error}.") from error
    finally:
        plain.unlink(missing_ok=True)


def too_large() -> BadInput:
    """The refusal of what nobody would keep."""
    return BadInput(f"The evidence is larger than {MAX_BYTES // 1024**2} MiB.")


def _put(draft: Path, final: Path) -> None:
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    settle(draft, final)
