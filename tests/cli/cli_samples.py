"""Things as the API answers them, for tests of the command line."""

from typing import Any

JOB_ID = "61013744-bd6e-437c-a995-b6211318624e"
INSTANCE_ID = "befe88f3-ac3f-4bad-9e1a-6017332929ab"
RUN_ID = "496f0d9a-f0be-4cb7-8cbb-2285b5c42045"
OTHER_RUN_ID = "306d3a00-d483-4aa2-bb09-1cd8c91c15e8"
EXCEPTION_ID = "7b9e4f3a-2f0d-4c55-8e0e-3d1f5a6b7c8d"
NODE_ID = "03ba18c0-68b2-43ba-93fd-b6952443421e"
ZERO = "0001-01-01T00:00:00Z"
THEN = "2024-03-27T14:57:20.551342Z"
LATER = "2024-03-27T14:57:25.551342Z"

JOB_TEXT = '{"name": "uptime", "scheduleRule": "immediate"}'


def job(**more: Any) -> dict[str, Any]:
    return {
        "id": JOB_ID,
        "name": "uptime",
        "description": "",
        "scheduleRule": "immediate",
        "exceptionRules": [],
        "target": {
            "executionType": "sequential",
            "groups": [
                {
                    "timeoutSeconds": 60,
                    "batchSize": {"type": "percent", "value": 50},
                    "distributionMethod": "batching",
                    "nodeListType": "nodes",
                    "nodeIdentifiers": [NODE_ID],
                }
            ],
        },
        "actions": {
            "steps": [
                {
                    "name": "sleep",
                    "interpreter": {"name": "chef-platform/shell-interpreter"},
                    "command": {"linux": ["sleep 10", "true"]},
                }
            ]
        },
        "status": "active",
        "displayStatus": "completed",
        "createdAt": THEN,
        "modifiedAt": THEN,
        "executionCount": 1,
        "nextExecutionTime": ZERO,
        "exceptionReasons": [],
        "missedExecutions": 0,
        "skippedExecutions": 0,
        "lastInstance": {"id": INSTANCE_ID, "status": "success", "createdAt": THEN},
        **more,
    }


def group(number: int = 0, status: str = "success", **counts: int) -> dict[str, Any]:
    return {
        "groupNumber": number,
        "status": status,
        "reasonCode": "",
        "reason": "",
        "nodeCount": sum(counts.values()),
        "batchSize": 1,
        "batchCount": 2,
        "distributionMethod": "batching",
        "timeoutSeconds": 60,
        "runCounts": counts,
    }


def instance(status: str = "success", **more: Any) -> dict[str, Any]:
    ended = status not in {"running", "pending"}
    return {
        "id": INSTANCE_ID,
        "jobId": JOB_ID,
        "jobName": "uptime",
        "status": status,
        "reasonCode": "",
        "reason": "",
        "actionSpec": {},
        "targetSpec": {},
        "createdAt": THEN,
        "updatedAt": THEN,
        "startedAt": THEN,
        "finishedAt": LATER if ended else ZERO,
        "triggeredBy": "system",
        "dueAt": ZERO,
        "overridden": "",
        "outside": False,
        "cancelRequestedAt": ZERO,
        "lateCompletions": 0,
        "totalRuns": 2,
        "runCounts": {"success": 2} if status == "success" else {"failure": 1, "success": 1},
        "groups": [group(success=2)],
        **more,
    }


def run(run_id: str = RUN_ID, status: str = "success", **more: Any) -> dict[str, Any]:
    return {
        "runId": run_id,
        "instanceId": INSTANCE_ID,
        "jobId": JOB_ID,
        "nodeId": NODE_ID,
        "nodeName": "web-1",
        "groupNumber": 0,
        "batchNumber": 0,
        "status": status,
        "reasonCode": "",
        "reason": "",
        "dispatchedTime": THEN,
        "receivedTime": THEN,
        "startedTime": THEN,
        "lastUpdateTime": LATER,
        "finishedTime": LATER,
        "waitingPlace": 0,
        "currentStep": 1,
        "stepCount": 1,
        **more,
    }


def attempt(number: int = 1, status: str = "success", state: str = "stored") -> dict[str, Any]:
    return {
        "attemptNumber": number,
        "status": status,
        "exitCode": 0,
        "signal": None,
        "reasonCode": "",
        "reason": "",
        "startedAt": THEN,
        "finishedAt": LATER,
        "durationSeconds": 5.0,
        "stdoutBytes": 2048,
        "stderrBytes": 0,
        "evidence": {"state": state, "bytes": 612, "sha256": "", "reason": ""},
    }


def step(number: int = 1, *attempts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "stepNumber": number,
        "name": "sleep",
        "status": "success",
        "numAttempts": len(attempts),
        "inputs": "",
        "outputs": "",
        "reason": "",
        "ignored": False,
        "interpreter": "chef-platform/shell-interpreter",
        "interpreterPath": "/bin/sh",
        "interpreterVersion": "1.0.0",
        "startedAt": THEN,
        "finishedAt": LATER,
        "attempts": list(attempts),
        **more,
    }


def node(name: str = "web-1", **more: Any) -> dict[str, Any]:
    return {
        "id": NODE_ID,
        "name": name,
        "url": f"http://127.0.0.1:7070/nodes/{NODE_ID}",
        "healthStatus": "reachable",
        "healthReason": "",
        "healthSince": "2024-03-27T14:00:00Z",
        "runnerVersion": "0.1.0",
        "attributes": [{"name": "platform", "value": "debian", "namespace": "agent"}],
        "installedSkills": [{"name": "courier-runner", "version": "0.1.0"}],
        "tags": {"role": "web"},
        "archived": False,
        "builtin": True,
        "lab": False,
        "lastContactAt": THEN,
        "latencySeconds": 0.001,
        "clockSkewSeconds": 0.0,
        "capacity": 1,
        "activeRuns": 0,
        **more,
    }


def event(seq: int, kind: str, run_id: str | None = None, **data: Any) -> dict[str, Any]:
    return {
        "seq": seq,
        "time": THEN,
        "type": kind,
        "jobId": JOB_ID,
        "instanceId": INSTANCE_ID,
        "runId": run_id,
        "nodeId": None,
        "data": data,
    }


def submitted(**more: Any) -> dict[str, Any]:
    return {
        "jobId": JOB_ID,
        "instanceId": INSTANCE_ID,
        "exceptionReasons": [],
        "nextExecutionTime": THEN,
        "warnings": [],
        **more,
    }


def blocked(**more: Any) -> dict[str, Any]:
    rule = "RRULE:FREQ=MINUTELY;INTERVAL=3"
    return {"time": LATER, "rule": rule, "source": "job", "ruleId": "", **more}


def estimate(**more: Any) -> dict[str, Any]:
    return {"estimates": [THEN], "blockedByExceptions": [blocked()], **more}


def exception(**more: Any) -> dict[str, Any]:
    return {
        "exceptionId": EXCEPTION_ID,
        "rrule": "RRULE:FREQ=WEEKLY;BYDAY=SU",
        "duration": 90,
        "createdAt": THEN,
        "modifiedAt": THEN,
        "nextWindow": {"start": "2024-03-31T14:57:20Z", "end": "2024-03-31T16:27:20Z"},
        **more,
    }


def finding(severity: str = "error", **more: Any) -> dict[str, Any]:
    return {
        "severity": severity,
        "path": "target.groups[0].batchSize.value",
        "line": 12,
        "column": 9,
        "message": "-1 is not positive",
        "didYouMean": "",
        **more,
    }
