"""The kept output of one stream: its first and last bytes, in files.

A little output is held in memory for a moment, since most attempts print a little and end: that
spares them the file. Whoever reads the pipe calls `flush` when the moment is over; from then on it
is written through as it comes, so that it survives a killed runner. Each file is named for the
offset of its first byte: ``<attempt>.stdout.0`` is the head; of the later ones only the last two
are kept, which hold at least the tail.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from courier_backend.artifact.format import HEAD_BYTES, TAIL_BYTES, gap_marker
from courier_backend.runner.execution.output_cipher import OutputCipher

HELD_BYTES: Final = 16 * 1024
LEFT_FREE_BYTES: Final = 4 * 1024 * 1024
_CHECK_EVERY: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class SpoolBounds:
    """How much is kept of a stream."""

    head: int = HEAD_BYTES
    tail: int = TAIL_BYTES


class Spool:
    """Writes and reads the kept output of one stream of one attempt; on disk under `cipher`."""

    def __init__(
        self, stem: Path, bounds: SpoolBounds | None = None, cipher: OutputCipher | None = None
    ) -> None:
        self._stem = stem
        self._bounds = bounds or SpoolBounds()
        self._cipher = cipher
        self._offsets: list[int] = []
        self._descriptor = -1
        self._begun_at = 0
        self._written = 0
        self._held = bytearray()
        self._holds = True
        self._kept_upto = 0
        self._check_at = 0
        self.total = 0
        self.trouble = ""

    @classmethod
    def found(cls, stem: Path, bounds: SpoolBounds | None = None) -> "Spool":
        """The spool that an earlier runner left."""
        spool = cls(stem, bounds)
        spool._holds = False
        pattern = f"{stem.name}.*"
        spool._offsets = sorted(int(path.suffix[1:]) for path in stem.parent.glob(pattern))
        if spool._offsets:
            last = spool._offsets[-1]
            spool.total = last + spool._path(last).stat().st_size
        return spool

    def write(self, data: bytes) -> None:
        """Keep what belongs to the head or, so far, to the tail.

        A full disk costs output, never the attempt; `trouble` then says so.
        """
        self.total += len(data)
        if self._holds:
            self._held += data
            if len(self._held) <= min(HELD_BYTES, self._bounds.head):
                return
            data = self._stop_holding()
        self._append(data)

    def flush(self) -> None:
        """Write what was only held; from now on everything is written at once."""
        if self._holds:
            self._append(self._stop_holding())

    @property
    def holds_some(self) -> bool:
        """Whether there is output that a killed runner would lose."""
        return bool(self._held)

    def close(self) -> None:
        """No more will be written; who reads the files later is told of what is not there."""
        if self._descriptor >= 0:
            if self.trouble and self._cipher is None:
                with suppress(OSError):
                    os.write(self._descriptor, gap_marker(self.total - self._kept_upto))
            os.close(self._descriptor)
            self._descriptor = -1

    def paths(self) -> list[Path]:
        """The files that there are."""
        return [self._path(offset) for offset in self._offsets]

    def kept(self) -> Iterator[bytes]:
        """Head, a marker where the middle was left out, tail."""
        head, skipped, tail = self.parts()
        yield from head
        if skipped:
            yield gap_marker(skipped)
        yield from tail

    def parts(self) -> tuple[Iterator[bytes], int, Iterator[bytes]]:
        """Head, the number of bytes that were left out, tail."""
        if self._held:
            return iter((bytes(self._held),)), 0, iter(())
        head, tail = self._gap()
        return self._read(0, head), tail - head, self._read(tail, self.total)

    def kept_bytes(self) -> int:
        """The size of what `kept` gives."""
        head, tail = self._gap()
        marker = len(gap_marker(tail - head)) if tail > head else 0
        return head + marker + self.total - tail

    def _gap(self) -> tuple[int, int]:
        """Where the head ends and the tail begins; of what the disk refused there is no tail."""
        if self.trouble:
            return min(self._kept_upto, self._bounds.head), self.total
        head = min(self.total, self._bounds.head)
        return head, max(head, self.total - self._bounds.tail)

    def part(self, offset: int, limit: int) -> bytes:
        """Bytes of what `kept` gives, from `offset` on."""
        if self._held:
            return bytes(self._held[offset : offset + limit])
        if offset + limit <= self._gap()[0]:
            return b"".join(self._read(offset, offset + limit))
        skipped, found = 0, bytearray()
        for chunk in self.kept():
            begin = max(0, offset - skipped)
            found += chunk[begin : begin + limit - len(found)]
            skipped += len(chunk)
            if len(found) >= limit:
                break
        return bytes(found)

    def end(self, limit: int) -> bytes:
        """The last bytes of what `kept` gives."""
        if self._held:
            return bytes(self._held[-limit:])
        head, tail = self._gap()
        upto = self.total if tail < self.total else head
        begin = max(0, upto - limit, tail if head < tail < self.total else 0)
        return b"".join(self._read(begin, upto))

    def _stop_holding(self) -> bytes:
        held, self._held, self._holds = bytes(self._held), bytearray(), False
        return held

    def _append(self, data: bytes) -> None:
        view = memoryview(data)
        while view and not self.trouble:
            part = view[: self._room()]
            self._put(part)
            self._written += len(part)
            view = view[len(part) :]
        self._written += len(view)

    def _room(self) -> int:
        """Bytes that the present file still takes; begins the next one where it is full."""
        end = self._begun_at + (self._bounds.tail if self._begun_at else self._bounds.head)
        if self._written >= end and self._descriptor >= 0:
            self.close()
            self._forget_middle()
            self._begun_at = self._written
            end = self._begun_at + self._bounds.tail
        return end - self._written

    def _forget_middle(self) -> None:
        """Of the files after the head only the last is still needed beside the one to come."""
        for offset in self._offsets[1:-1]:
            self._path(offset).unlink(missing_ok=True)
        self._offsets = [*self._offsets[:1], *self._offsets[1:][-1:]]

    def _put(self, part: memoryview) -> None:
        self._kept_upto = self._written
        try:
            if self._descriptor < 0:
                self._begin()
            if self._written >= self._check_at:
                self._check_room()
            if self._cipher is not None:
                part = memoryview(self._cipher.apply(bytes(part), self._written))
            while part:
                written = os.write(self._descriptor, part)
                self._kept_upto += written
                part = part[written:]
        except OSError as error:
            self.trouble = f"output could not be kept: {error.strerror}"

    def _check_room(self) -> None:
        """Now and then: output must not take the last space, which the journal needs."""
        self._check_at = self._written + _CHECK_EVERY
        disk = os.fstatvfs(self._descriptor)
        if disk.f_bavail * disk.f_frsize < LEFT_FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _begin(self) -> None:
        path = self._path(self._begun_at)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, _PRIVATE)
        self._offsets.append(self._begun_at)

    def _path(self, offset: int) -> Path:
        return self._stem.with_name(f"{self._stem.name}.{offset}")

    def _read(self, begin: int, end: int) -> Iterator[bytes]:
        """Raw bytes of the output between two offsets, as far as they are kept."""
        ends = [*self._offsets[1:], self.total] if self._offsets else []
        for offset, following in zip(self._offsets, ends, strict=True):
            low, high = max(begin, offset), min(end, following)
            if low < high:
                pieces = _pieces(self._path(offset), low - offset, high - low)
                yield from pieces if self._cipher is None else _opened(pieces, low, self._cipher)


def _pieces(path: Path, begin: int, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(begin)
        while size > 0 and (chunk := file.read(min(size, _CHUNK))):
            size -= len(chunk)
            yield chunk


def _opened(pieces: Iterator[bytes], offset: int, cipher: OutputCipher) -> Iterator[bytes]:
    for piece in pieces:
        yield cipher.apply(piece, offset)
        offset += len(piece)
