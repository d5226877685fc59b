"""Events as the backend makes them, for tests and measurements of the store."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from courier_backend.model.event import NewEvent
from courier_backend.model.ids import new_id
from courier_backend.model.times import to_text

START: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


def definition(name: str = "a job", steps: int = 1) -> dict[str, Any]:
    """A definition in normal form, as far as the store reads it."""
    return {
        "name": name,
        "description": "",
        "scheduleRule": "immediate",
        "exceptionRules": [],
        "allowManualExecution": False,
        "overlap": "queue",
        "missed": "run-once",
        "target": {"executionType": "sequential", "groups": []},
        "actions": {"accessMode": "agent", "steps": [_step(n + 1) for n in range(steps)]},
    }


def _step(number: int) -> dict[str, Any]:
    return {
        "name": f"step {number}",
        "interpreter": {"name": "chef-platform/shell-interpreter"},
        "command": {"linux": ["true"]},
    }


@dataclass
class Story:
    """Makes events in order, a second apart, and remembers what they were about."""

    now: datetime = START
    seqs: dict[str, int] = field(default_factory=dict)
    instance_of: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def job(self, name: str = "a job", job_id: str = "", **data: Any) -> NewEvent:
        body: dict[str, Any] = {
            "definition": definition(name),
            "nextExecutionTime": None,
            "exceptionReasons": [],
            "idempotencyKey": "",
            "bodyDigest": "",
        }
        return NewEvent("job-added", self.tick(), job_id=job_id or new_id(), data=body | data)

    def of_job(self, kind: str, job_id: str, **data: Any) -> NewEvent:
        return NewEvent(kind, self.tick(), job_id=job_id, data=data)

    def instance(
        self,
        job_id: str,
        nodes: Sequence[Sequence[str]],
        *,
        status: str = "running",
        run_status: str = "pending",
        steps: int = 1,
    ) -> NewEvent:
        """An instance; `nodes`: the node ids of each group."""
        instance_id = new_id()
        runs = [_run(group, node, run_status) for group, ids in enumerate(nodes) for node in ids]
        for run in runs:
            self.instance_of[run["runId"]] = (job_id, instance_id, run["nodeId"])
        spec = definition(steps=steps)
        data = {
            "jobName": "a job",
            "instanceType": "scheduled",
            "triggeredBy": "system",
            "overwriteId": None,
            "status": status,
            "reasonCode": "",
            "reason": "",
            "actionSpec": spec["actions"],
            "targetSpec": spec["target"],
            "groups": [_group(n, len(ids)) for n, ids in enumerate(nodes)],
            "runs": runs,
        }
        return NewEvent(
            "instance-created", self.tick(), job_id=job_id, instance_id=instance_id, data=data
        )

    def of_instance(self, kind: str, created: NewEvent, **data: Any) -> NewEvent:
        return NewEvent(
            kind, self.tick(), job_id=created.job_id, instance_id=created.instance_id, data=data
        )

    def of_run(self, kind: str, run_id: str, blob: bytes | None = None, **data: Any) -> NewEvent:
        job_id, instance_id, node_id = self.instance_of[run_id]
        now = self.tick()
        return NewEvent(
            kind,
            now,
            job_id=job_id,
            instance_id=instance_id,
            run_id=run_id,
            node_id=node_id,
            data=data,
            blob=blob,
        )

    def told(self, kind: str, run_id: str, **data: Any) -> NewEvent:
        """An event that the node told."""
        self.seqs[run_id] = self.seqs.get(run_id, 0) + 1
        at = to_text(self.now + timedelta(milliseconds=500))
        return self.of_run(kind, run_id, nodeSeq=self.seqs[run_id], at=at, **data)

    def changed(self, run_id: str, before: str, status: str, **data: Any) -> NewEvent:
        body = {"from": before, "status": status, "reasonCode": "", "reason": ""}
        return self.of_run("run-changed", run_id, **(body | data))

    def received(self, run_id: str, before: str = "dispatched", place: int = 0) -> NewEvent:
        return self.told(
            "run-received",
            run_id,
            waiting=place > 0,
            place=place,
            **{"from": before, "status": "received"},
        )

    def step_started(self, run_id: str, step: int = 1, before: str = "received") -> NewEvent:
        return self.told(
            "step-started",
            run_id,
            step=step,
            name=f"step {step}",
            interpreter="chef-platform/shell-interpreter",
            interpreterVersion="1.0.0",
            interpreterPath="/bin/sh",
            **{"from": before, "status": "running"},
        )

    def attempt_started(self, run_id: str, step: int = 1, attempt: int = 1) -> NewEvent:
        return self.told(
            "attempt-started",
            run_id,
            step=step,
            attempt=attempt,
            pid=4711,
            **{"from": "running", "status": "running"},
        )

    def attempt_finished(
        self,
        run_id: str,
        step: int = 1,
        attempt: int = 1,
        *,
        zipped: bytes | None = None,
        **data: Any,
    ) -> NewEvent:
        body = {
            "step": step,
            "attempt": attempt,
            "status": "success",
            "exitCode": 0,
            "signal": None,
            "reasonCode": "",
            "reason": "",
            "startedAt": to_text(self.now),
            "durationSeconds": 0.25,
            "stdoutBytes": 12,
            "stderrBytes": 0,
            "outputs": {},
            "retryInSeconds": None,
            "evidence": _evidence(zipped),
        }
        return self.told("attempt-finished", run_id, **(body | data))

    def step_finished(self, run_id: str, step: int = 1, **data: Any) -> NewEvent:
        body = {
            "step": step,
            "status": "success",
            "ignored": False,
            "numAttempts": 1,
            "reasonCode": "",
            "reason": "",
            "inputs": {},
            "outputs": {},
        }
        return self.told("step-finished", run_id, **(body | data))

    def run_finished(
        self, run_id: str, status: str = "success", before: str = "running", *, late: bool = False
    ) -> NewEvent:
        return self.told(
            "run-finished",
            run_id,
            reasonCode="",
            reason="",
            late=late,
            **{"from": before, "status": status},
        )

    def evidence(
        self,
        run_id: str,
        zipped: bytes | None,
        *,
        step: int = 1,
        attempt: int = 1,
        state: str = "stored",
        path: str = "",
        size: int | None = None,
    ) -> NewEvent:
        return self.of_run(
            "evidence-changed",
            run_id,
            blob=zipped,
            step=step,
            attempt=attempt,
            state=state,
            bytes=size if size is not None else len(zipped or b""),
            sha256=hashlib.sha256(zipped or b"").hexdigest(),
            reason="" if state == "stored" else f"it is {state}",
            path=path,
        )

    def whole_run(self, run_id: str, zipped: bytes) -> Iterator[list[NewEvent]]:
        """A run from dispatch to evidence, in the changes in which it comes."""
        yield [self.changed(run_id, "pending", "dispatched")]
        yield [
            self.received(run_id),
            self.step_started(run_id),
            self.attempt_started(run_id),
        ]
        yield [
            self.attempt_finished(run_id, zipped=zipped),
            self.evidence(run_id, zipped),
            self.step_finished(run_id),
            self.run_finished(run_id),
        ]

    def node(self, node_id: str = "", **data: Any) -> NewEvent:
        its_id = node_id or new_id()
        body = {
            "name": "a node",
            "url": f"http://127.0.0.1:1/nodes/{its_id}",
            "token": "the secret of the node",
            "builtin": False,
            "lab": True,
            "nodeId": its_id,
            "journalId": new_id(),
            "facts": {"os": "linux", "cpu_total": 2, "virtual": True},
            "tags": {"role": "web"},
            "skills": [{"name": "courier-runner", "version": "0.1.0"}],
            "version": "0.1.0",
            "capacity": 1,
            "factsRevision": 1,
        }
        return NewEvent("node-added", self.tick(), node_id=its_id, data=body | data)

    def of_node(self, kind: str, node_id: str, **data: Any) -> NewEvent:
        return NewEvent(kind, self.tick(), node_id=node_id, data=data)


def run_ids(created: NewEvent) -> list[str]:
    """The runs of a new instance, in order."""
    return [run["runId"] for run in created.data["runs"]]


def _run(group: int, node_id: str, status: str) -> dict[str, Any]:
    return {
        "runId": new_id(),
        "nodeId": node_id,
        "nodeName": f"node {node_id[:8]}",
        "groupNumber": group,
        "batchNumber": 0,
        "status": status,
        "reasonCode": "",
        "reason": "",
        "factsRevision": 1,
    }


def _group(number: int, node_count: int) -> dict[str, Any]:
    return {
        "groupNumber": number,
        "status": "pending",
        "reasonCode": "",
        "reason": "",
        "nodeCount": node_count,
        "batchSize": 1,
        "batchCount": node_count,
        "distributionMethod": "batching",
        "timeoutSeconds": 60,
        "criteria": [{"status": "success", "numRuns": {"type": "percent", "value": 100}}],
        "earlyTermination": False,
    }


def _evidence(zipped: bytes | None) -> dict[str, Any]:
    if zipped is None:
        return {"state": "none", "bytes": 0, "sha256": "", "inline": False, "reason": ""}
    digest = hashlib.sha256(zipped).hexdigest()
    return {
        "state": "ready",
        "bytes": len(zipped),
        "sha256": digest,
        "inline": True,
        "reason": "",
    }
