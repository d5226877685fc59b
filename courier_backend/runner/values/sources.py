"""Where outputs come from: the output of the process, its exit code, files, artifacts."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from courier_backend.runner.values.no_value import NoValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from courier_backend.runner.execution.spool import Spool

_READ: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Sources:
    """What an attempt left. `folder`: where it worked; `evidence`: where it put its artifacts."""

    stdout: Spool
    stderr: Spool
    exit_code: int | None
    folder: Path
    evidence: Path | None

    def bytes_of(self, rule: Mapping[str, Any], limit: int) -> tuple[str, bytes]:
        """What a rule looks at, as it is called in a sentence, and up to `limit` bytes of it.

        Raises:
            NoValue: it is not there, or cannot be read.
        """
        kind, source = str(rule["sourceType"]), str(rule.get("source") or "")
        if kind == "exitCode":
            return "the exit code", self._exit_code()
        if kind == "file":
            return f'the file "{source}"', _file(self.folder / _at_home(source), source, limit)
        if kind == "artifact":
            return f'the artifact "{source}"', _file(self._artifact(source), source, limit)
        spool = self.stderr if source == "stderr" else self.stdout
        return source or "stdout", _kept(spool, source or "stdout", limit)

    def is_at_hand(self, rule: Mapping[str, Any], limit: int) -> bool:
        """Whether it is read in no time: neither a file nor much."""
        kind = rule["sourceType"]
        small = self.stdout.total + self.stderr.total <= limit
        return kind == "exitCode" or (kind == "output" and small)

    def _exit_code(self) -> bytes:
        if self.exit_code is None:
            raise NoValue("the process was ended before it gave an exit code")
        return str(self.exit_code).encode()

    def _artifact(self, name: str) -> Path:
        """A file in the evidence folder, and nowhere else."""
        if self.evidence is None:
            raise NoValue(f'there is no artifact "{name}"')
        try:
            path = (self.evidence / name).resolve()
            inside = path.is_relative_to(self.evidence.resolve())
        except (OSError, ValueError, RuntimeError):
            raise NoValue(f'"{name}" leads nowhere') from None
        if not inside:
            raise NoValue(f'"{name}" leads out of the folder of artifacts')
        return path


def _kept(spool: Spool, name: str, limit: int) -> bytes:
    """Up to `limit` bytes of an output; of one that was not kept whole nothing can be said."""
    if spool.trouble:
        raise NoValue(f"{name}: {spool.trouble}")
    try:
        return _first(spool.kept(), limit)
    except OSError as error:
        raise NoValue(f"{name} cannot be read: {error.strerror}") from None


def _at_home(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise NoValue(f'the home folder in "{path}" is not known') from None


def _file(path: Path, name: str, limit: int) -> bytes:
    """Up to `limit` bytes of a file; what is no plain file is not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NoValue(f'"{name}" is not a file')
            return _first(iter(lambda: os.read(descriptor, _READ), b""), limit)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise NoValue(f'"{name}" cannot be read: {why}') from None


def _first(chunks: Iterable[bytes], limit: int) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk[: limit - len(found)]
        if len(found) >= limit:
            break
    return bytes(found)
