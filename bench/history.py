"""A long history, put into a store the way that everything gets there: as events."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from courier_backend.model.event import NewEvent, RunData
from courier_backend.model.ids import new_id
from courier_backend.store.store import Store

_RUNS_AN_INSTANCE: Final = 10_000
_REASON: Final = "No node has this id."


def fill(database: Path, runs: int) -> None:
    """Add that many runs that failed, in instances of up to 10,000."""
    database.parent.mkdir(parents=True, exist_ok=True)
    asyncio.run(_fill(database, runs))


async def _fill(database: Path, runs: int) -> None:
    store = await Store.open(database)
    try:
        for events in _instances(runs):
            await store.append(events)
    finally:
        await store.close()


def _instances(runs: int) -> Iterator[list[NewEvent]]:
    job = new_id()
    now = datetime.now(UTC)
    definition = {"name": "history", "scheduleRule": "immediate", "target": {}, "actions": {}}
    added: dict[str, Any] = {
        "definition": definition,
        "nextExecutionTime": None,
        "exceptionReasons": [],
        "idempotencyKey": "",
        "bodyDigest": "",
    }
    yield [NewEvent("job-added", now, job, data=added)]
    for first in range(0, runs, _RUNS_AN_INSTANCE):
        instance = new_id()
        count = min(_RUNS_AN_INSTANCE, runs - first)
        ended = {"from": "running", "status": "failure", "reasonCode": "group-failed", "reason": ""}
        yield [
            NewEvent("instance-created", now, job, instance, data=_instance(count)),
            NewEvent("instance-changed", now, job, instance, data=ended),
        ]


def _instance(count: int) -> dict[str, Any]:
    return {
        "jobName": "history",
        "instanceType": "scheduled",
        "triggeredBy": "system",
        "overwriteId": None,
        "status": "running",
        "reasonCode": "",
        "reason": "",
        "actionSpec": {"accessMode": "agent", "steps": []},
        "targetSpec": {"executionType": "parallel", "groups": []},
        "groups": [_group(count)],
        "runs": [_run(number) for number in range(count)],
    }


def _group(count: int) -> dict[str, Any]:
    return {
        "groupNumber": 0,
        "status": "failure",
        "reasonCode": "criteria-unreachable",
        "reason": "",
        "nodeCount": count,
        "batchSize": count,
        "batchCount": 1,
        "distributionMethod": "batching",
        "timeoutSeconds": 60,
        "criteria": [],
        "earlyTermination": False,
    }


def _run(number: int) -> RunData:
    return {
        "runId": new_id(),
        "nodeId": new_id(),
        "nodeName": f"node-{number}",
        "groupNumber": 0,
        "batchNumber": 0,
        "status": "failure",
        "reasonCode": "node-unknown",
        "reason": _REASON,
        "factsRevision": 0,
    }
