"""A file in the body of a request, written down as it comes: alone, or as a part of a form."""

import asyncio
import mmap
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any, Final

from fastapi import Request

from courier_backend.evidence.receiving import MAX_BYTES, too_large
from courier_backend.model.errors import BadInput

_BOUNDARY: Final = re.compile(r'boundary="?([^";,]{1,200})"?', re.IGNORECASE)
_ROOM_FOR_THE_FORM: Final = 64 * 1024

UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A zip, as it is or as the part `file` of a form; it may be gzipped.",
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}


@asynccontextmanager
async def received_file(request: Request) -> AsyncIterator[Path]:
    """Where the file lies meanwhile.

    Raises:
        BadInput: it is too large, or the form holds none.
    """
    with tempfile.TemporaryDirectory(prefix="courier-upload-") as folder:
        draft = Path(folder) / "evidence"
        with await asyncio.to_thread(draft.open, "wb") as file:
            await _write_down(request, file)
        media_type = request.headers.get("content-type", "")
        if media_type.lower().startswith("multipart/form-data"):
            await asyncio.to_thread(_take_part, draft, media_type)
        yield draft


async def _write_down(request: Request, file: IO[bytes]) -> None:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BYTES + _ROOM_FOR_THE_FORM:
            raise too_large()
        await asyncio.to_thread(file.write, chunk)


def _take_part(draft: Path, media_type: str) -> None:
    """Let the draft hold the first part with a file name, and nothing else."""
    found = _BOUNDARY.search(media_type)
    if found is None:
        raise BadInput("The form names no boundary of its parts.")
    begin, end = _part(draft, b"--" + found.group(1).encode("latin-1"))
    plain = draft.with_suffix(".part")
    with draft.open("rb") as source, plain.open("wb") as sink:
        source.seek(begin)
        left = end - begin
        while left > 0 and (chunk := source.read(min(left, _ROOM_FOR_THE_FORM))):
            left -= sink.write(chunk)
    plain.replace(draft)


def _part(draft: Path, boundary: bytes) -> tuple[int, int]:
    """Where the file begins and ends in the form."""
    if not draft.stat().st_size:
        raise BadInput("The form is empty.")
    with draft.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as form:
        start = form.find(boundary)
        while start >= 0:
            head_end = form.find(b"\r\n\r\n", start)
            end = form.find(b"\r\n" + boundary, start + len(boundary))
            if 0 <= head_end < end and b"filename" in form[start:head_end]:
                return head_end + 4, end
            start = end + 2 if end >= 0 else -1
    raise BadInput("The form holds no file.", hint="Send it as the part named `file`.")
