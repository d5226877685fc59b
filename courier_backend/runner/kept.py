"""What a runner still holds of an attempt: its output so far, its evidence."""

import asyncio
import base64
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson

from courier_backend.runner.execution.host import NodeHost
from courier_backend.runner.execution.spool import Spool, SpoolBounds
from courier_backend.runner.runs.run import Run

Evidence = tuple[bytes | Path, int, str]
"""The zip or its file, its size, its sha-256 in hex."""
Part = tuple[bytes, int]
"""Some bytes of the output, and the size of all of it."""


@dataclass(frozen=True, slots=True)
class AttemptKept:
    """One attempt of a run. `note` is the evidence note of its end, None while it runs."""

    run: Run
    node: NodeHost
    step: int
    attempt: int
    end_seq: int
    note: dict[str, Any] | None

    async def output(self, stream: str, offset: int, limit: int) -> Part:
        """Bytes of the output as it is kept, from `offset` on, and the size of all of it.

        Of an attempt that hides its output there are none before its evidence is made.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        found = self.evidence()
        if found is not None:
            return await asyncio.to_thread(_member, found[0], f"{stream}.log", offset, limit)
        if (self.step, self.attempt) in self.run.hidden:
            return b"", 0
        if self.run.flush_output is not None:
            self.run.flush_output()
        stem = self._stem(stream)
        return await asyncio.to_thread(_spooled, stem, self.node.host.bounds, offset, limit)

    def evidence(self) -> Evidence | None:
        """The zip, if there is one."""
        if self.note is None or self.note["state"] != "ready":
            return None
        size, digest = int(self.note["bytes"]), str(self.note["sha256"])
        line = self.run.evidence.get(self.end_seq)
        if isinstance(line, bytes):
            return base64.b64decode(orjson.loads(line)["data"]), size, digest
        path = self._stem("zip")
        return (path, size, digest) if path.is_file() else None

    def _stem(self, ending: str) -> Path:
        return self.node.spool / f"{self.run.id}-{self.step}-{self.attempt}.{ending}"


def _spooled(stem: Path, bounds: SpoolBounds, offset: int, limit: int) -> Part:
    spool = Spool.found(stem, bounds)
    return spool.part(offset, limit), spool.kept_bytes()


def _member(source: bytes | Path, name: str, offset: int, limit: int) -> Part:
    opened = BytesIO(source) if isinstance(source, bytes) else source
    with zipfile.ZipFile(opened) as archive, archive.open(name) as member:
        member.seek(offset)
        return member.read(limit), archive.getinfo(name).file_size


def kept_of(run: Run, node: NodeHost, step: int, attempt: int) -> AttemptKept | None:
    """What is kept of an attempt; None when it was never begun."""
    begun = False
    for seq, raw in enumerate(run.lines[: run.told_count], 1):
        line = orjson.loads(raw)
        if line.get("step") == step and line.get("attempt") == attempt:
            begun = True
            if line["type"] == "attempt-finished":
                return AttemptKept(run, node, step, attempt, seq, line["evidence"])
    return AttemptKept(run, node, step, attempt, 0, None) if begun else None
