"""What happens to runs, their steps and attempts."""

from collections.abc import Mapping
from typing import Any, Final

from courier_backend.model.status import (
    FINAL_RUN,
    IN_FLIGHT_RUN,
    NODE_IS_BUSY,
    EvidenceState,
    ReasonCode,
    RunStatus,
    StepStatus,
)
from courier_backend.model.times import from_text, to_micros
from courier_backend.store.batch import Values
from courier_backend.store.known import KnownRun
from courier_backend.store.projection.instances import run_scopes
from courier_backend.store.projection.note import Note, as_json, check_before, checked, micros
from courier_backend.store.tables import attempts, runs, steps

_STATUSES: Final = frozenset(str(status) for status in RunStatus)
_RUNNING: Final = str(StepStatus.RUNNING)


def run_changed(note: Note, run: KnownRun) -> None:
    """The backend decided. Silence of the node is no update by it, and leaves its time alone."""
    data = note.data
    values = _moved(note, run)
    if values or "contact" in data or "cancelRequestedAt" in data:
        values["reason_code"] = str(data["reasonCode"])
        values["reason"] = data["reason"]
    if values.get("status") == RunStatus.DISPATCHED:
        values["dispatched_at"] = note.now
    if run.status != RunStatus.TIMEOUT and "contact" not in data:
        values["updated_at"] = note.now
    if data.get("cancelRequestedAt"):
        values["cancel_requested_at"] = micros(data["cancelRequestedAt"])
    if data.get("journalId"):
        values["journal_id"] = data["journalId"]
    note.batch.update(runs, (run.no,), values)


def run_received(note: Note, run: KnownRun) -> None:
    """The node has the order."""
    data = note.data
    values = _moved(note, run) | _heard(note)
    values["received_at"] = note.now
    if data["waiting"] and run.status in IN_FLIGHT_RUN:
        values["waiting_place"] = data["place"]
        values["reason_code"] = str(ReasonCode.WAITING_FOR_NODE)
        values["reason"] = NODE_IS_BUSY
    note.batch.update(runs, (run.no,), values)


def step_started(note: Note, run: KnownRun) -> None:
    """A step begins, or (interim) one of its attempts waits for a restart of the machine."""
    data = note.data
    if data.get("interim"):
        _waits_for_boot(note, run)
        return
    note.batch.update(runs, (run.no,), _under_way(note, run) | {"current_step": data["step"]})
    values: Values = {
        "status": data.get("stepStatus", _RUNNING),
        "name": data["name"],
        "interpreter": data["interpreter"],
        "interpreter_version": data["interpreterVersion"],
        "interpreter_path": data["interpreterPath"],
        "started_at": micros(data.get("startedAt")) or _heard_at(note),
    }
    note.batch.put(steps, (run.no, data["step"]), values)


def _waits_for_boot(note: Note, run: KnownRun) -> None:
    data = note.data
    note.batch.update(runs, (run.no,), _under_way(note, run))
    values: Values = {"status": str(StepStatus.ACTIVE)}
    note.batch.put(steps, (run.no, data["step"]), values)
    note.batch.put(attempts, (run.no, data["step"], data["attempt"]), values)


def attempt_started(note: Note, run: KnownRun) -> None:
    """An attempt is about to execute."""
    data = note.data
    note.batch.update(runs, (run.no,), _under_way(note, run))
    step: Values = {"num_attempts": data["attempt"], "status": data.get("stepStatus", _RUNNING)}
    note.batch.put(steps, (run.no, data["step"]), step)
    values: Values = {"status": _RUNNING, "started_at": _at(data)}
    note.batch.put(attempts, (run.no, data["step"], data["attempt"]), values)


def attempt_finished(note: Note, run: KnownRun) -> None:
    """An attempt ended. Planned back-off counts as activity, so it is kept."""
    data = note.data
    heard = _heard(note) | {"pause_seconds": data["retryInSeconds"] or 0.0}
    note.batch.update(runs, (run.no,), heard)
    evidence = data["evidence"]
    ready = evidence["state"] == "ready"
    values: Values = {
        "status": str(data["status"]),
        "exit_code": data["exitCode"],
        "signal": data["signal"],
        "reason_code": str(data["reasonCode"]),
        "reason": data["reason"],
        "started_at": micros(data["startedAt"]),
        "finished_at": _at(data),
        "duration_seconds": data["durationSeconds"],
        "stdout_bytes": data["stdoutBytes"],
        "stderr_bytes": data["stderrBytes"],
        "evidence_state": str(EvidenceState.PENDING if ready else EvidenceState.NONE),
        "evidence_bytes": evidence["bytes"],
        "evidence_sha256": evidence["sha256"],
        "evidence_reason": evidence["reason"],
    }
    note.batch.put(attempts, (run.no, data["step"], data["attempt"]), values)


def step_finished(note: Note, run: KnownRun) -> None:
    """A step ended."""
    data = note.data
    note.batch.update(runs, (run.no,), _heard(note))
    values: Values = {
        "status": str(data["status"]),
        "ignored": bool(data["ignored"]),
        "num_attempts": data["numAttempts"],
        "reason_code": str(data["reasonCode"]),
        "reason": data["reason"],
        "inputs": as_json(data["inputs"]) if data["inputs"] else "",
        "outputs": as_json(data["outputs"]) if data["outputs"] else "",
        "finished_at": _heard_at(note),
    }
    note.batch.put(steps, (run.no, data["step"]), values)


def run_finished(note: Note, run: KnownRun) -> None:
    """The node told the end. Where another end stood already, only that is noted."""
    data = note.data
    values = _moved(note, run)
    if values:
        values["reason_code"] = str(data["reasonCode"])
        values["reason"] = data["reason"]
    values |= _heard(note)
    values["ended_on_node"] = True
    note.batch.update(runs, (run.no,), values)


def _moved(note: Note, run: KnownRun) -> Values:
    """Another status, counted; nothing when it stays."""
    data = note.data
    before, status = run.status, data["status"]
    check_before(data["from"], before, "Run", run.id)
    if status == before:
        return {}
    status = checked(status, _STATUSES)
    for scope, owner in run_scopes(run):
        note.batch.move(scope, owner, before, status)
    run.status = status
    if status in FINAL_RUN:
        return {"status": status, "finished_at": note.now, "waiting_place": 0}
    return {"status": status}


def _heard(note: Note) -> Values:
    """The node told something, by the backend's clock: now, unless it came late."""
    return {
        "heard_at": _heard_at(note),
        "updated_at": note.now,
        "node_seq": note.data["nodeSeq"],
        "pause_seconds": 0.0,
    }


def _heard_at(note: Note) -> int:
    """When it happened, by the backend's clock: that of the node may be wrong by much."""
    return micros(note.data.get("heardAt")) or note.now


def _under_way(note: Note, run: KnownRun) -> Values:
    """The run works; it began when it was first heard to."""
    values = _moved(note, run)
    if values:
        values |= {"started_at": note.now, "waiting_place": 0, "reason_code": "", "reason": ""}
    return values | _heard(note)


def _at(data: Mapping[str, Any]) -> int:
    """When it happened, by the node's clock."""
    return to_micros(from_text(data["at"]))
