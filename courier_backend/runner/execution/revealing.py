"""What may be seen of an attempt once it has ended and its sensitive outputs are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from courier_backend.artifact.format import gap_marker, member_of
from courier_backend.runner.masking.mask import Mask

if TYPE_CHECKING:
    from courier_backend.runner.execution.attempt import Task
    from courier_backend.runner.execution.pipes import StreamName
    from courier_backend.runner.execution.spool import Spool

_ANY_ARTIFACT: Final = ("artifact", "")


class Revealing:
    """Of an attempt that hides its output: masked where that is sure, withheld where it is not.

    A sensitive output that was not found may stand in what was to hold it all the same, in a
    shape that nobody expected; nothing could mask it there.
    """

    def __init__(self, task: Task, found: Iterable[str]) -> None:
        self._task = task
        self._withheld = _withheld(task, frozenset(found)) if task.hides else {}

    def output(self, stream: StreamName) -> Iterator[bytes]:
        """A stream as it goes into the evidence."""
        spool = self._task.stdout if stream == "stdout" else self._task.stderr
        if not self._task.hides:
            return spool.kept()
        if self._task.interrupted:
            return iter((_notice(spool.total, "the runner ended before they could be masked"),))
        if name := self._withheld.get(("output", stream)):
            why = f"they may hold {name}, a sensitive output that was not found in them"
            return iter((_notice(spool.total, why),))
        return _masked(spool, self._task.secrets.mask)

    def name(self, name: str) -> str:
        """The name of a file in the evidence."""
        return self._task.secrets.mask.text(name)

    def pieces(self, pieces: Iterable[bytes]) -> Iterable[bytes]:
        """A file as it goes into the evidence."""
        mask = self._task.secrets.mask
        return pieces if mask.is_empty else mask.pieces(pieces)

    def refusal(self, name: str) -> str:
        """Why a file is not for the evidence; empty when it is."""
        held = self._withheld.get(("artifact", name)) or self._withheld.get(_ANY_ARTIFACT, "")
        return f"it may hold {held}, a sensitive output that was not found in it" if held else ""


def _withheld(task: Task, found: frozenset[str]) -> dict[tuple[str, str], str]:
    """What must not be shown, with the output that it may hold."""
    rules: dict[str, Any] = task.step.get("outputFieldRules") or {}
    missing = sorted((task.secrets.names & rules.keys()) - found)
    held = {_source(task, rules[name]): name for name in missing}
    unsaid = sorted(task.secrets.names - task.secrets.known)
    if task.program.conclude is not None and unsaid:
        held.setdefault(("output", "stdout"), unsaid[0])
    return held


def _source(task: Task, rule: dict[str, Any]) -> tuple[str, str]:
    kind, source = str(rule.get("sourceType") or "output"), str(rule.get("source") or "")
    if kind == "artifact":
        return _artifact(task, source)
    return kind, source or "stdout"


def _artifact(task: Task, source: str) -> tuple[str, str]:
    """The artifact that a rule names, however; where there is none, it may be any of them."""
    with suppress(OSError, ValueError, RuntimeError):
        folder = (task.evidence_folder or Path()).resolve()
        path = (folder / source).resolve()
        if task.evidence_folder and path.is_file():
            return "artifact", member_of(str(path.relative_to(folder)))
    return _ANY_ARTIFACT


def _notice(size: int, why: str) -> bytes:
    return f"[{size} bytes are withheld: {why}]\n".encode() if size else b""


def _masked(spool: Spool, mask: Mask) -> Iterator[bytes]:
    """Where the middle was left out, what may be a part of a value at the cut is hidden too."""
    head, skipped, tail = spool.parts()
    if not skipped:
        yield from mask.pieces(head)
        return
    stream = mask.stream()
    yield from (stream.feed(piece) for piece in head)
    unsure = max(mask.longest - 1, 0)
    yield stream.cut() + gap_marker(skipped + unsure)
    yield from mask.pieces(_without(tail, unsure))


def _without(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """All but the first bytes."""
    for piece in pieces:
        yield piece[size:]
        size = max(size - len(piece), 0)
