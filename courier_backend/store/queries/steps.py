"""The steps of a run: all of its definition, those that never began too."""

from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from courier_backend.model.status import FINAL_RUN, FINAL_STEP, RunStatus, StepStatus
from courier_backend.model.times import ZERO_TIME
from courier_backend.model.wire import AttemptItem, StepItem
from courier_backend.store.queries.lookup import not_found
from courier_backend.store.queries.moments import moment
from courier_backend.store.tables import attempts, instance_specs, runs, steps


def list_steps(connection: Connection, run_id: str) -> list[StepItem]:
    """All steps of a run, with their attempts.

    Raises:
        NotFound: there is no such run.
    """
    query = select(runs, instance_specs.c.action_spec).join(
        instance_specs, instance_specs.c.instance_no == runs.c.instance_no
    )
    run = connection.execute(query.where(runs.c.id == run_id)).one_or_none()
    if run is None:
        raise not_found("run", run_id)
    told = {row.step: row for row in _rows(connection, steps, run.no)}
    tries: dict[int, list[AttemptItem]] = {}
    for row in _rows(connection, attempts, run.no):
        tries.setdefault(row.step, []).append(_attempt(row, run))
    specs = orjson.loads(run.action_spec).get("steps", [])
    numbers = range(1, max(len(specs), *told, 0) + 1)
    return [
        _step(told[n], run, tries.get(n, []))
        if n in told
        else _not_begun(n, specs[n - 1] if n <= len(specs) else {}, run)
        for n in numbers
    ]


def _rows(connection: Connection, table: Any, run_no: int) -> list[Row[Any]]:  # noqa: ANN401  either table
    query = select(table).where(table.c.run_no == run_no).order_by(*table.primary_key)
    return list(connection.execute(query))


def _step(row: Row[Any], run: Row[Any], its_attempts: list[AttemptItem]) -> StepItem:
    status, reason_code, reason = _standing(row, run)
    return {
        "stepNumber": row.step,
        "name": row.name,
        "status": status,
        "numAttempts": row.num_attempts,
        "inputs": row.inputs,
        "outputs": row.outputs,
        "reason": reason,
        "reasonCode": reason_code,
        "ignored": row.ignored,
        "interpreter": row.interpreter,
        "interpreterPath": row.interpreter_path,
        "interpreterVersion": row.interpreter_version,
        "startedAt": moment(row.started_at),
        "finishedAt": moment(row.finished_at or run.finished_at),
        "attempts": its_attempts,
    }


def _standing(row: Row[Any], run: Row[Any]) -> tuple[str, str, str]:
    """Status, reason code and reason; when the run ended without the node's word, the run's."""
    if row.status in FINAL_STEP or run.status not in FINAL_RUN:
        return row.status, row.reason_code, row.reason
    status = StepStatus.FAILURE if run.status == RunStatus.SUCCESS else StepStatus(run.status)
    return str(status), run.reason_code, run.reason


def _not_begun(number: int, spec: dict[str, Any], run: Row[Any]) -> StepItem:
    status, reason = StepStatus.PENDING, ""
    if run.status in FINAL_RUN:
        canceled = run.status == RunStatus.CANCELED
        status = StepStatus.CANCELED if canceled else StepStatus.SKIPPED
        reason = f"the run ended ({run.status}) before this step"
    return {
        "stepNumber": number,
        "name": spec.get("name", ""),
        "status": str(status),
        "numAttempts": 0,
        "inputs": "",
        "outputs": "",
        "reason": reason,
        "reasonCode": run.reason_code if status is not StepStatus.PENDING else "",
        "ignored": False,
        "interpreter": spec.get("interpreter", {}).get("name", ""),
        "interpreterPath": "",
        "interpreterVersion": "",
        "startedAt": ZERO_TIME,
        "finishedAt": ZERO_TIME,
        "attempts": [],
    }


def _attempt(row: Row[Any], run: Row[Any]) -> AttemptItem:
    status, reason_code, reason = _standing(row, run)
    return {
        "attemptNumber": row.attempt,
        "status": status,
        "exitCode": row.exit_code,
        "signal": row.signal,
        "reasonCode": reason_code,
        "reason": reason,
        "startedAt": moment(row.started_at),
        "finishedAt": moment(row.finished_at),
        "durationSeconds": row.duration_seconds,
        "stdoutBytes": row.stdout_bytes,
        "stderrBytes": row.stderr_bytes,
        "evidence": {
            "state": row.evidence_state,
            "bytes": row.evidence_bytes,
            "sha256": row.evidence_sha256,
            "reason": row.evidence_reason,
        },
    }
