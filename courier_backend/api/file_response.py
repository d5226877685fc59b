"""A file or bytes as a download: ranges, a name, a digest; read in parts, outside of the loop."""

import asyncio
import os
import re
from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from courier_backend.api.ports import EvidenceFile
from courier_backend.api.problems import of_status
from courier_backend.api.ranges import Part, Unsatisfiable, asked_part
from courier_backend.model.errors import Gone

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
    headers["Content-Length"] = str(part.end - part.begin)
    if part.is_whole:
        return _content(file, part, 200, headers, request)
    headers["Content-Range"] = part.content_range
    return _content(file, part, 206, headers, request)


def _content(
    file: EvidenceFile, part: Part, status: int, headers: Mapping[str, str], request: Request
) -> Response:
    if request.method == "HEAD":
        return Response(None, status, headers)
    if file.path is None:
        return Response((file.data or b"")[part.begin : part.end], status, headers)
    return _FilePart(file.path, part, status, headers)


class _FilePart(StreamingResponse):
    """A part of a file. It is opened before the headers go out: one that is gone is a problem."""

    def __init__(self, path: Path, part: Part, status: int, headers: Mapping[str, str]) -> None:
        super().__init__((), status, headers)
        self._path = path
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        descriptor = await asyncio.to_thread(self._open)
        try:
            self.body_iterator = _chunks(descriptor, self._part)
            await super().__call__(scope, receive, send)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            raise Gone(
                f"The evidence was stored, but its file cannot be read: {error.strerror}.",
                hint=f"It should be at {self._path}.",
            ) from error


async def _chunks(descriptor: int, part: Part) -> AsyncGenerator[bytes, None]:
    offset = part.begin
    while offset < part.end:
        size = min(CHUNK, part.end - offset)
        chunk = await asyncio.to_thread(os.pread, descriptor, size, offset)
        if not chunk:
            return  # cut off meanwhile: fewer bytes than announced tell the reader so
        offset += len(chunk)
        yield chunk


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
