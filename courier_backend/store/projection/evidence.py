"""What happens to evidence: stored, lost, expired; and how many bytes of it there are."""

from typing import Final

from courier_backend.model.errors import Conflict
from courier_backend.model.status import EvidenceState
from courier_backend.store.batch import Values
from courier_backend.store.known import KnownRun
from courier_backend.store.projection.note import Note, checked
from courier_backend.store.tables import attempts, evidence_blobs

_STATES: Final = frozenset(str(state) for state in EvidenceState)
_STORED: Final = str(EvidenceState.STORED)


def evidence_changed(note: Note, run: KnownRun) -> None:
    """The evidence of an attempt is somewhere else, or nowhere any more."""
    data = note.data
    key = (run.no, data["step"], data["attempt"])
    state = checked(data["state"], _STATES)
    blob = note.event.blob if state == _STORED else None
    _leave(note, run, key)
    values: Values = {
        "evidence_state": state,
        "evidence_bytes": data["bytes"],
        "evidence_sha256": data["sha256"],
        "evidence_reason": data["reason"],
        "evidence_path": data["path"] if state == _STORED else "",
        "blob_no": note.seq if blob is not None else None,
    }
    note.batch.put(attempts, key, values)
    if blob is not None:
        note.batch.insert(evidence_blobs, (note.seq,), {"no": note.seq, "data": blob})
    if state == _STORED:
        _count(note, data["bytes"], 1)


def _leave(note: Note, run: KnownRun, key: tuple[int, int, int]) -> None:
    """Take back what was counted, and the bytes, of what was stored before."""
    pending = note.batch.pending(attempts, key)
    if "blob_no" in pending:
        before = (pending["evidence_state"], pending["evidence_bytes"], pending["blob_no"])
    elif "evidence_state" in pending:  # the attempt ended in this batch
        return
    else:
        found = note.known.evidence(key)
        if found is None:
            raise Conflict(f"Run {run.id} has no attempt {key[2]} of step {key[1]}.")
        before = found
    state, size, blob_no = before
    if state == _STORED:
        _count(note, size, -1)
    if blob_no is not None:
        note.batch.delete(evidence_blobs, (blob_no,))


def _count(note: Note, size: int, sign: int) -> None:
    note.batch.count("evidence", 0, "files", sign)
    note.batch.count("evidence", 0, "bytes", sign * size)
