"""Keeping evidence: small zips come with their event, large ones are fetched from the node.

A run is final before its evidence is here; evidence follows and does not change the run. What is
fetched goes to a temporary name, is checked against the digest that the node told, synced and
renamed; only then is it recorded as stored.
"""

import asyncio
import base64
import binascii
import hashlib
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from courier_backend.delivery.directory import NodeDirectory
from courier_backend.delivery.node import EVIDENCE_GONE, NodeRefused, NodeUnreachable
from courier_backend.delivery.pauses import growing_pauses
from courier_backend.delivery.transport import Transport
from courier_backend.evidence.names import file_path
from courier_backend.model.errors import CourierError
from courier_backend.model.event import NewEvent
from courier_backend.model.status import EvidenceState
from courier_backend.model.times import Clock
from courier_backend.store.store import Store

FETCHES: Final = 8
PATIENCE: Final = timedelta(days=7)
"""For so long a node that does not give its evidence is asked again."""

_log = logging.getLogger(__name__)

AttemptKey = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Evidence that a node holds and the backend does not yet."""

    run_id: str
    instance_id: str
    job_id: str
    node_id: str
    step: int
    attempt: int
    bytes: int
    sha256: str

    @property
    def key(self) -> AttemptKey:
        """Run id, step, attempt."""
        return (self.run_id, self.step, self.attempt)


def inline_event(wanted: Wanted, line: dict[str, Any], clock: Clock) -> NewEvent | None:
    """The event that stores a zip which came on the stream; None if it is not what was told."""
    try:
        data = base64.b64decode(line["data"], validate=True)
    except (binascii.Error, ValueError, TypeError):
        return None
    if hashlib.sha256(data).hexdigest() != wanted.sha256:
        return None
    return evidence_event(wanted, EvidenceState.STORED, clock, size=len(data), blob=data)


def evidence_event(
    wanted: Wanted,
    state: EvidenceState,
    clock: Clock,
    *,
    size: int = 0,
    reason: str = "",
    path: str = "",
    blob: bytes | None = None,
) -> NewEvent:
    """What became of the evidence of an attempt."""
    data = {
        "step": wanted.step,
        "attempt": wanted.attempt,
        "state": state,
        "bytes": size,
        "sha256": wanted.sha256,
        "reason": reason,
        "path": path,
    }
    return NewEvent(
        "evidence-changed",
        clock(),
        job_id=wanted.job_id,
        instance_id=wanted.instance_id,
        run_id=wanted.run_id,
        node_id=wanted.node_id,
        data=data,
        blob=blob,
    )


@dataclass(slots=True)
class _Pending:
    """Evidence on its way: since when, who waits, and the pause before the next try (seconds)."""

    since: datetime
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    pauses: Iterator[float] = field(default_factory=lambda: growing_pauses(longest=300.0))


class EvidenceKeeper:
    """Fetches what is wanted, a few at a time, until it is stored or lost."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        transport: Transport,
        directory: NodeDirectory,
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._store = store
        self._transport = transport
        self._directory = directory
        self._clock = clock
        self._queue: asyncio.Queue[Wanted] = asyncio.Queue()
        self._pending: dict[AttemptKey, _Pending] = {}
        self._by_run: Counter[str] = Counter()
        self.settled: Callable[[Wanted], None] = lambda _wanted: None

    def want(self, wanted: Wanted) -> None:
        """Fetch this when there is room."""
        if wanted.key not in self._pending:
            self._pending[wanted.key] = _Pending(self._clock())
            self._by_run[wanted.run_id] += 1
            self._queue.put_nowait(wanted)

    def is_wanted(self, run_id: str) -> bool:
        """Whether some evidence of this run is still to come."""
        return run_id in self._by_run

    async def wait(self, key: AttemptKey, seconds: float) -> None:
        """Wait until evidence that is being fetched is stored or lost, at most so long."""
        pending = self._pending.get(key)
        if pending is None:
            return
        try:
            async with asyncio.timeout(seconds):
                await pending.settled.wait()
        except TimeoutError:
            return

    async def run(self) -> None:
        """Fetch for ever, until canceled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(FETCHES):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            wanted = await self._queue.get()
            try:
                event = await self._fetch(wanted)
                await self._store.append([event])
            except (CourierError, NodeUnreachable, NodeRefused, OSError) as error:
                _log.info("evidence of run %s is fetched later: %s", wanted.run_id, error)
                self._later(wanted)
            except Exception:  # noqa: BLE001  one strange zip must not end the others
                _log.exception("evidence of run %s is fetched later", wanted.run_id)
                self._later(wanted)
            else:
                self._settle(wanted)

    def _settle(self, wanted: Wanted) -> None:
        self._pending.pop(wanted.key).settled.set()
        self._by_run[wanted.run_id] -= 1
        if not self._by_run[wanted.run_id]:
            del self._by_run[wanted.run_id]
        self.settled(wanted)

    def _later(self, wanted: Wanted) -> None:
        """Try again after a pause of its own; meanwhile the place is free for others."""
        pause = next(self._pending[wanted.key].pauses)
        asyncio.get_running_loop().call_later(pause, self._queue.put_nowait, wanted)

    async def _fetch(self, wanted: Wanted) -> NewEvent:
        """Fetch once: stored, or lost when it can never be had.

        Raises:
            NodeUnreachable: the node does not answer now.
            NodeRefused: it will not give it now.
        """
        if self._directory.find(wanted.node_id) is None:
            return evidence_event(
                wanted, EvidenceState.LOST, self._clock, reason="the node is gone"
            )
        try:
            return await self._fetch_once(wanted)
        except (NodeUnreachable, NodeRefused) as error:
            gone = isinstance(error, NodeRefused) and error.code in EVIDENCE_GONE
            if gone or self._clock() - self._pending[wanted.key].since > PATIENCE:
                return evidence_event(wanted, EvidenceState.LOST, self._clock, reason=str(error))
            raise

    async def _fetch_once(self, wanted: Wanted) -> NewEvent:
        final = file_path(self._folder, wanted.run_id, wanted.step, wanted.attempt)
        await asyncio.to_thread(final.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
        draft = final.with_suffix(".part")
        node = self._directory.get(wanted.node_id)
        try:
            digest = await self._transport.evidence(
                node.address, wanted.run_id, wanted.step, wanted.attempt, draft
            )
            if digest != wanted.sha256:
                raise NodeUnreachable(f"the evidence from {node.name} arrived damaged")
            size = await asyncio.to_thread(settle, draft, final)
        finally:
            draft.unlink(missing_ok=True)
        path = str(final.relative_to(self._folder))
        return evidence_event(wanted, EvidenceState.STORED, self._clock, size=size, path=path)


def settle(draft: Path, final: Path) -> int:
    """Give a synced file its name, and sync the folder that says so."""
    draft.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return final.stat().st_size
