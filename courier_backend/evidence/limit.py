"""Keeping evidence within its limit: what is oldest, of runs that are final, expires first."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from courier_backend.model.errors import CourierError
from courier_backend.model.event import NewEvent
from courier_backend.model.status import EvidenceState
from courier_backend.model.times import Clock
from courier_backend.store.queries.evidence import (
    StoredEvidence,
    evidence_total,
    oldest_evidence,
)
from courier_backend.store.store import Store

CHECK_SECONDS: Final = 60.0
AT_ONCE: Final = 200

_log = logging.getLogger(__name__)


async def keep_within(store: Store, folder: Path, max_bytes: int, clock: Clock) -> None:
    """Look now and then whether there is too much evidence, for ever."""
    while True:
        try:
            await expire_beyond(store, folder, max_bytes, clock)
        except (CourierError, OSError) as error:
            _log.warning("evidence could not be expired yet: %s", error)
        await asyncio.sleep(CHECK_SECONDS)


async def expire_beyond(store: Store, folder: Path, max_bytes: int, clock: Clock) -> int:
    """Expire the oldest evidence until the rest is within `max_bytes`; how many expired."""
    expired = 0
    while (excess := (await store.read(evidence_total))[1] - max_bytes) > 0:
        found = _enough(await store.read(lambda c: oldest_evidence(c, AT_ONCE)), excess)
        if not found:
            break
        await store.append([_expired(each, max_bytes, clock) for each in found])
        await asyncio.to_thread(_remove, folder, found)
        expired += len(found)
    return expired


def _enough(oldest: list[StoredEvidence], excess: int) -> list[StoredEvidence]:
    """As many of the oldest as it takes to free so many bytes."""
    chosen = []
    for each in oldest:
        if excess <= 0:
            break
        chosen.append(each)
        excess -= each.bytes
    return chosen


def _expired(evidence: StoredEvidence, max_bytes: int, clock: Clock) -> NewEvent:
    data = {
        "step": evidence.step,
        "attempt": evidence.attempt,
        "state": EvidenceState.EXPIRED,
        "bytes": 0,
        "sha256": evidence.sha256,
        "reason": f"removed to keep all evidence within {max_bytes} bytes",
        "path": "",
    }
    return NewEvent(
        "evidence-changed",
        clock(),
        job_id=evidence.job_id,
        instance_id=evidence.instance_id,
        run_id=evidence.run_id,
        node_id=evidence.node_id,
        data=data,
    )


def _remove(folder: Path, found: list[StoredEvidence]) -> None:
    """Remove the files; the log says already that they are gone."""
    for each in found:
        if each.path:
            (folder / each.path).unlink(missing_ok=True)
