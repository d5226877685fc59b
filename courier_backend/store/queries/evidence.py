"""Evidence: where it is, its bytes when it is small, how much there is, and what is oldest."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, null, select

from courier_backend.model.errors import NotFound
from courier_backend.model.status import FINAL_RUN, EvidenceState
from courier_backend.store.queries.counts import counts
from courier_backend.store.queries.lookup import not_found, unindexed
from courier_backend.store.tables import attempts, evidence_blobs, instances, jobs, runs

Blob = bytes


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """The evidence of an attempt. `blob`: its bytes, if they are in the database; else `path`."""

    run_id: str
    step: int
    attempt: int
    node_id: str
    instance_id: str
    job_id: str
    state: str
    bytes: int
    sha256: str
    reason: str
    path: str
    blob: Blob | None = None


def stored_evidence(
    connection: Connection, run_id: str, step: int, attempt: int, *, with_blob: bool = True
) -> StoredEvidence:
    """The evidence of an attempt.

    Raises:
        NotFound: there is no such run or attempt.
    """
    query = _whole(with_blob).where(
        runs.c.id == run_id, attempts.c.step == step, attempts.c.attempt == attempt
    )
    row = connection.execute(query).one_or_none()
    if row is not None:
        return _evidence(row)
    if connection.execute(select(runs.c.no).where(runs.c.id == run_id)).scalar() is None:
        raise not_found("run", run_id)
    raise NotFound(
        f"Run {run_id} has no attempt {attempt} of step {step}.",
        hint=f"`courier step list {run_id}` shows its steps and attempts.",
    )


def pending_evidence(connection: Connection) -> list[StoredEvidence]:
    """Evidence that nodes still hold, oldest first."""
    query = _whole(False).where(attempts.c.evidence_state == str(EvidenceState.PENDING))
    query = query.order_by(attempts.c.run_no, attempts.c.step, attempts.c.attempt)
    return [_evidence(row) for row in connection.execute(query)]


def evidence_total(connection: Connection) -> tuple[int, int]:
    """How many zips are stored, and how many bytes they have."""
    found = counts(connection, "evidence")
    return found.get("files", 0), found.get("bytes", 0)


def oldest_evidence(connection: Connection, limit: int) -> list[StoredEvidence]:
    """Stored evidence of runs that have ended, oldest first: what goes when there is too much."""
    query = (
        _whole(False)
        .where(attempts.c.evidence_state == str(EvidenceState.STORED))
        .where(unindexed(runs.c.status).in_(sorted(FINAL_RUN)))
        .order_by(attempts.c.run_no, attempts.c.step, attempts.c.attempt)
        .limit(limit)
    )
    return [_evidence(row) for row in connection.execute(query)]


def _whole(with_blob: bool) -> Select[Any]:
    query = (
        select(
            runs.c.id.label("run_id"),
            runs.c.node_id,
            instances.c.id.label("instance_id"),
            jobs.c.id.label("job_id"),
            attempts,
            (evidence_blobs.c.data if with_blob else null()).label("blob"),
        )
        .select_from(attempts)
        .join(runs, runs.c.no == attempts.c.run_no)
        .join(instances, instances.c.no == runs.c.instance_no)
        .join(jobs, jobs.c.no == runs.c.job_no)
    )
    if with_blob:
        query = query.outerjoin(evidence_blobs, evidence_blobs.c.no == attempts.c.blob_no)
    return query


def _evidence(row: Row[Any]) -> StoredEvidence:
    return StoredEvidence(
        run_id=row.run_id,
        step=row.step,
        attempt=row.attempt,
        node_id=row.node_id,
        instance_id=row.instance_id,
        job_id=row.job_id,
        state=row.evidence_state,
        bytes=row.evidence_bytes,
        sha256=row.evidence_sha256,
        reason=row.evidence_reason,
        path=row.evidence_path,
        blob=row.blob,
    )
