"""A file or bytes as a download: ranges, a name, a digest; read in parts, outside of the loop."""

import asyncio
import os
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from courier_backend.api.ports import EvidenceFile
from courier_backend.api.problems import of_status
from courier_backend.api.ranges import Part, Unsatisfiable, asked_part

CHUNK: Final = 1024 * 1024
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")


def file_response(file: EvidenceFile, request: Request) -> Response:
    """The answer to a GET or HEAD for this file."""
    headers = _headers(file)
    try:
        part = asked_part(_range(request, headers["ETag"]), file.bytes_total)
    except Unsatisfiable:
        detail = f"The file has {file.bytes_total} bytes; the range lies outside."
        answer = of_status(416, "range-not-satisfiable", detail)
        answer.headers["Content-Range"] = f"bytes */{file.bytes_total}"
        return answer
    status = 200
    if not part.is_whole:
        headers["Content-Range"] = part.content_range
        status = 206
    if request.method == "HEAD":
        return Response(None, status, {**headers, "Content-Length": str(part.end - part.begin)})
    return _content(file, part, status, headers)


def _content(file: EvidenceFile, part: Part, status: int, headers: Mapping[str, str]) -> Response:
    if file.path is None:
        return Response((file.data or b"")[part.begin : part.end], status, headers)
    length = {"Content-Length": str(part.end - part.begin)}
    return StreamingResponse(_chunks(file.path, part), status, {**headers, **length})


def _headers(file: EvidenceFile) -> dict[str, str]:
    digest = b64encode(bytes.fromhex(file.sha256)).decode()
    return {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{_UNSAFE.sub("_", file.name)}"',
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }


def _range(request: Request, etag: str) -> str | None:
    """The range asked for, unless it was meant for another state of the file."""
    condition = request.headers.get("if-range")
    if condition is not None and condition != etag:
        return None
    return request.headers.get("range")


async def _chunks(path: Path, part: Part) -> AsyncIterator[bytes]:
    with _opened(path) as descriptor:
        offset = part.begin
        while offset < part.end:
            size = min(CHUNK, part.end - offset)
            chunk = await asyncio.to_thread(os.pread, descriptor, size, offset)
            if not chunk:
                return  # cut off meanwhile: too few bytes tell the reader so
            offset += len(chunk)
            yield chunk


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
