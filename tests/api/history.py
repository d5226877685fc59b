"""Events of a small history, as the backend would write them: a job, two nodes, an instance."""

from datetime import UTC, datetime, timedelta
from typing import Any

from courier_backend.model.event import NewEvent
from courier_backend.model.parse import parse_job

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
NODES = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
JOB = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
INSTANCE = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
RUNS = ("cccccccc-cccc-4ccc-8ccc-cccccccccccc", "dddddddd-dddd-4ddd-8ddd-dddddddddddd")
STEP = {"interpreter": "shell", "interpreterVersion": "1", "interpreterPath": "/bin/sh"}
JOB_FILE = f"""
name: greet
scheduleRule: immediate
target:
  executionType: sequential
  groups:
    - timeoutSeconds: 60
      batchSize: {{type: number, value: 1}}
      distributionMethod: batching
      nodeListType: nodes
      nodeIdentifiers: [{NODES[0]}, {NODES[1]}]
      successCriteria: [{{status: success, numRuns: {{type: percent, value: 100}}}}]
actions:
  accessMode: agent
  steps:
    - name: hello
      interpreter:
        name: chef-platform/shell-interpreter
        skill: {{minVersion: 1.0.0, maxVersion: 1.9.9}}
      command: {{linux: [echo hello]}}
      retryCount: 0
      failureBehavior: {{action: retryThenFail, retryBackoffStrategy: {{type: none}}}}
"""


def definition(name: str = "greet") -> dict[str, Any]:
    parsed = parse_job(JOB_FILE, "yaml")
    assert parsed.job is not None, parsed.problems
    return {**parsed.job.normal(), "name": name}


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def job_added(job_id: str = JOB, name: str = "greet", second: float = 0.0) -> NewEvent:
    data: dict[str, Any] = {
        "definition": definition(name),
        "nextExecutionTime": None,
        "exceptionReasons": [],
        "idempotencyKey": "",
        "bodyDigest": "",
    }
    return NewEvent("job-added", at(second), job_id=job_id, data=data)


def node_added(index: int) -> NewEvent:
    data: dict[str, Any] = {
        "name": f"node-{index}",
        "url": f"http://127.0.0.1:1/nodes/{NODES[index]}",
        "token": "the secret of the node",
        "builtin": False,
        "lab": True,
        "nodeId": NODES[index],
        "journalId": "j",
        "facts": {"os": "linux", "cpu_total": 2 + index},
        "tags": {"ring": str(index)},
        "skills": [{"name": "courier-runner", "version": "0.1.0"}],
        "version": "0.1.0",
        "capacity": 1,
        "factsRevision": 1,
    }
    return NewEvent("node-added", at(0), node_id=NODES[index], data=data)


def instance_created() -> NewEvent:
    normal = definition()
    group = {
        "groupNumber": 0,
        "status": "running",
        "reasonCode": "",
        "reason": "",
        "nodeCount": 2,
        "batchSize": 1,
        "batchCount": 2,
        "distributionMethod": "batching",
        "timeoutSeconds": 60,
        "criteria": normal["target"]["groups"][0]["successCriteria"],
        "earlyTermination": False,
    }
    runs = [
        {
            "runId": run_id,
            "nodeId": node_id,
            "nodeName": f"node-{index}",
            "groupNumber": 0,
            "batchNumber": index,
            "status": "pending",
            "reasonCode": "",
            "reason": "",
            "factsRevision": 1,
        }
        for index, (run_id, node_id) in enumerate(zip(RUNS, NODES, strict=True))
    ]
    data: dict[str, Any] = {
        "jobName": "greet",
        "instanceType": "scheduled",
        "triggeredBy": "system",
        "overwriteId": None,
        "status": "running",
        "reasonCode": "",
        "reason": "",
        "actionSpec": normal["actions"],
        "targetSpec": normal["target"],
        "groups": [group],
        "runs": runs,
    }
    return NewEvent("instance-created", at(1), job_id=JOB, instance_id=INSTANCE, data=data)


def of_run(kind: str, second: float, **data: Any) -> NewEvent:
    """Something about the first run."""
    return NewEvent(
        kind,
        at(second),
        job_id=JOB,
        instance_id=INSTANCE,
        run_id=RUNS[0],
        node_id=NODES[0],
        data=data,
    )


def first_run() -> list[NewEvent]:
    """The first run, from its dispatch to its end, with evidence of four bytes."""
    moment = "2026-03-01T12:00:02Z"
    told = {"at": moment}
    evidence = {"state": "ready", "bytes": 4, "sha256": "ab" * 32, "inline": True, "reason": ""}
    finished = {
        "step": 1,
        "attempt": 1,
        "status": "success",
        "exitCode": 0,
        "signal": None,
        "reasonCode": "",
        "reason": "",
        "startedAt": moment,
        "durationSeconds": 0.5,
        "stdoutBytes": 6,
        "stderrBytes": 0,
        "outputs": {},
        "retryInSeconds": None,
        "evidence": evidence,
    }
    changed = {"from": "pending", "status": "dispatched", "reasonCode": "", "reason": ""}
    received = {"from": "dispatched", "status": "received", "waiting": False, "place": 0}
    started = {"from": "received", "status": "running", "step": 1, "name": "hello", **STEP}
    running = {"from": "running", "status": "running"}
    step = {"step": 1, "status": "success", "ignored": False, "numAttempts": 1}
    ended = {"from": "running", "status": "success", "reasonCode": "", "reason": ""}
    none = {"reasonCode": "", "reason": "", "inputs": {}, "outputs": {}}
    stored = {"step": 1, "attempt": 1, "state": "stored", "bytes": 4, "path": "", "reason": ""}
    return [
        of_run("run-changed", 2, **changed, journalId="j"),
        of_run("run-received", 2.1, **received, **told, nodeSeq=1),
        of_run("step-started", 2.2, **started, **told, nodeSeq=2),
        of_run("attempt-started", 2.3, **running, step=1, attempt=1, pid=7, **told, nodeSeq=3),
        of_run("attempt-finished", 2.8, **finished, **told, nodeSeq=4),
        NewEvent(
            "evidence-changed",
            at(2.85),
            job_id=JOB,
            instance_id=INSTANCE,
            run_id=RUNS[0],
            node_id=NODES[0],
            data={**stored, "sha256": "ab" * 32},
            blob=b"zip!",
        ),
        of_run("step-finished", 2.9, **step, **none, **told, nodeSeq=5),
        of_run("run-finished", 3, **ended, **told, nodeSeq=6, late=False),
    ]
