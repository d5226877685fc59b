"""Making an evidence zip."""

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from courier_backend.artifact.format import (
    ATTEMPT,
    MANIFEST,
    MANIFEST_FORMAT,
    STDERR,
    STDOUT,
    TOTAL_BYTES,
)
from courier_backend.artifact.leftovers import FileHarvest
from courier_backend.artifact.screen import NoScreen, Screen

_LEVEL: Final = 1
_CHUNK: Final = 256 * 1024
_MODE: Final = 0o600 << 16


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into the evidence of an attempt. `files`: its evidence folder, if it has one."""

    attempt: Mapping[str, Any]
    stdout: Iterable[bytes]
    stderr: Iterable[bytes]
    files: Path | None
    moment: datetime
    screen: Screen = field(default_factory=NoScreen)


class _Writer:
    """Writes members and keeps the digest of each for the manifest."""

    def __init__(self, target: BinaryIO, moment: datetime) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._moment = max(moment.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
        self.members: list[dict[str, Any]] = []

    def put(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write a member from chunks; gives its size."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(self._info(name), "w") as member:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                member.write(chunk)
        self._note(name, size, digest.hexdigest())
        return size

    def put_json(self, name: str, value: Mapping[str, Any]) -> None:
        """Write a member that people may read too."""
        self.put(name, [orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"])

    def close(self) -> None:
        """Write the manifest of what was put, and the end of the zip."""
        self.put_json(MANIFEST, {"format": MANIFEST_FORMAT, "members": list(self.members)})
        self._zip.close()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        info._compresslevel = _LEVEL  # type: ignore[attr-defined]  # noqa: SLF001  no public way before 3.13
        info.external_attr = _MODE
        return info

    def _note(self, name: str, size: int, digest: str) -> None:
        self.members.append({"name": name, "bytes": size, "sha256": digest})


def write_evidence(target: BinaryIO, contents: Contents) -> None:
    """Write the zip of an attempt: output, files, story, manifest, in this order.

    The story comes after the files because it names those that had to be left out.
    """
    writer = _Writer(target, contents.moment)
    kept = writer.put(STDOUT, contents.stdout) + writer.put(STDERR, contents.stderr)
    attempt = dict(contents.attempt)
    if contents.files is not None:
        budget = max(TOTAL_BYTES - kept, 0)
        attempt["filesLeftOut"] = _put_files(writer, contents.files, budget, contents.screen)
    writer.put_json(ATTEMPT, attempt)
    writer.close()


def _put_files(writer: _Writer, folder: Path, budget: int, screen: Screen) -> list[dict[str, str]]:
    harvest = FileHarvest(folder, budget, screen)
    for member, size, file in harvest.files():
        writer.put(member, screen.pieces(_chunks(file, size)))
    return harvest.left_out


def _chunks(file: BinaryIO, size: int) -> Iterable[bytes]:
    """A file as large as it was when it was opened; one that still grows is cut there."""
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        size -= len(chunk)
        yield chunk
