"""A small world to show: jobs, instances, runs, steps and nodes as the API tells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from tui_backend import FakeBackend

from courier_backend.model.times import ZERO_TIME, to_text

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

HOSTILE = (
    "[/]",
    "[red]loud[/red]",
    "📦 büro \u200f\u05d0\u05d1\u05d2",
    "two\nlines\tand \x1b[31mescape\x1b[0m \x07",
    "long " * 60,
    "[@click=app.quit]press[/]",
)


def clock() -> datetime:
    return NOW


def ident(kind: int, number: int) -> str:
    return str(uuid5(NAMESPACE_OID, f"{kind}/{number}"))


def before(**back: float) -> str:
    return to_text(NOW - timedelta(**back))


def node(number: int, name: str = "", **more: Any) -> Any:
    facts = {
        "platform": "debian",
        "platform_version": "12",
        "architecture": "x86_64",
        "hostname": name or f"lab-{number:02}",
        "kernel_name": "Linux",
    }
    return {
        "id": ident(4, number),
        "name": name or f"lab-{number:02}",
        "url": f"http://127.0.0.1:4100/nodes/{number}",
        "healthStatus": "reachable",
        "healthReason": "",
        "healthSince": before(seconds=7200),
        "enrollmentLevel": "enrolled",
        "attributes": [
            {"name": key, "value": value, "namespace": "agent"} for key, value in facts.items()
        ],
        "installedSkills": [
            {"name": "courier-runner", "version": "0.1.0"},
            {"name": "chef-platform/shell-interpreter", "version": "1.0.0"},
        ],
        "requiredSkills": [],
        "tags": {"env": "prod" if number % 3 else "stage"},
        "cohortId": "",
        "archived": False,
        "builtin": False,
        "lab": True,
        "lastContactAt": before(seconds=3),
        "latencySeconds": 0.0008 + number / 10000,
        "clockSkewSeconds": 0.0,
        "runnerVersion": "0.1.0",
        "capacity": 1,
        "activeRuns": 0,
        **more,
    }


def step_spec(name: str, command: str) -> Any:
    return {"name": name, "command": {"linux": [command]}}


def job(
    number: int, name: str, *, nodes: int = 12, steps: tuple[str, ...] = ("hello",), **more: Any
) -> Any:
    return {
        "id": ident(1, number),
        "name": name,
        "description": "",
        "scheduleRule": "immediate",
        "exceptionRules": [],
        "allowManualExecution": True,
        "overlap": "queue",
        "missed": "run-once",
        "target": {
            "executionType": "sequential",
            "groups": [{"nodeIdentifiers": [ident(4, n) for n in range(1, nodes + 1)]}],
        },
        "actions": {"accessMode": "agent", "steps": [step_spec(s, "true") for s in steps]},
        "status": "active",
        "displayStatus": "completed",
        "createdAt": before(hours=number),
        "modifiedAt": before(hours=number),
        "executionCount": 1,
        "nextExecutionTime": ZERO_TIME,
        "exceptionReasons": [],
        "missedExecutions": 0,
        "skippedExecutions": 0,
        "lastInstance": {"id": ident(2, number), "status": "success", "createdAt": before(hours=1)},
        **more,
    }


def group(number: int, status: str, counts: dict[str, int], **more: Any) -> Any:
    return {
        "groupNumber": number,
        "status": status,
        "reasonCode": "",
        "reason": "",
        "nodeCount": sum(counts.values()),
        "batchSize": 3,
        "batchCount": 4,
        "distributionMethod": "rolling",
        "timeoutSeconds": 60,
        "runCounts": counts,
        **more,
    }


def instance(
    number: int,
    owner: Any,
    status: str,
    counts: dict[str, int],
    *,
    minutes: float = 5.0,
    **more: Any,
) -> Any:
    final = status not in {"running", "pending"}
    return {
        "id": ident(2, number),
        "jobId": owner["id"],
        "jobName": owner["name"],
        "status": status,
        "reasonCode": "",
        "reason": "",
        "actionSpec": owner["actions"],
        "targetSpec": owner["target"],
        "createdAt": before(minutes=minutes),
        "updatedAt": before(minutes=minutes / 2),
        "startedAt": before(minutes=minutes),
        "finishedAt": before(minutes=minutes / 2) if final else ZERO_TIME,
        "lastUpdatedBy": ident(0, 0),
        "instanceType": "immediate",
        "triggeredBy": "ada",
        "overwriteId": None,
        "dueAt": ZERO_TIME,
        "overridden": "",
        "cancelRequestedAt": ZERO_TIME,
        "lateCompletions": 0,
        "totalRuns": sum(counts.values()),
        "runCounts": counts,
        "groups": [group(0, status, counts)],
        **more,
    }


def run(number: int, owner: Any, where: Any, status: str, **more: Any) -> Any:
    started = status not in {"pending", "dispatched"}
    final = status not in {"pending", "dispatched", "running", "received"}
    return {
        "runId": ident(3, number),
        "instanceId": owner["id"],
        "jobId": owner["jobId"],
        "nodeId": where["id"],
        "nodeName": where["name"],
        "groupNumber": 0,
        "batchNumber": (number - 1) // 3,
        "status": status,
        "reasonCode": "",
        "reason": "",
        "createdAt": before(minutes=5),
        "dispatchedTime": before(minutes=4),
        "receivedTime": before(minutes=4),
        "startedTime": before(minutes=4) if started else ZERO_TIME,
        "lastUpdateTime": before(minutes=3),
        "finishedTime": before(minutes=3, seconds=number) if final else ZERO_TIME,
        "cancelRequestedAt": ZERO_TIME,
        "waitingPlace": 0,
        "currentStep": 0 if not started else 2,
        "stepCount": 2,
        **more,
    }


def attempt(number: int, status: str = "success", **more: Any) -> Any:
    return {
        "attemptNumber": number,
        "status": status,
        "exitCode": None if status == "running" else 0 if status == "success" else 1,
        "signal": None,
        "reasonCode": "" if status != "failure" else "exit-code",
        "reason": "" if status != "failure" else "The command ended with exit code 1.",
        "startedAt": before(minutes=4),
        "finishedAt": before(minutes=3) if status != "running" else ZERO_TIME,
        "durationSeconds": 12.5,
        "stdoutBytes": 300,
        "stderrBytes": 0,
        "evidence": {
            "state": "pending" if status == "running" else "stored",
            "bytes": 0 if status == "running" else 1400,
            "sha256": "",
            "reason": "",
        },
        **more,
    }


def step(number: int, name: str, status: str, attempts: list[Any], **more: Any) -> Any:
    return {
        "stepNumber": number,
        "name": name,
        "status": status,
        "numAttempts": len(attempts),
        "inputs": "",
        "outputs": "",
        "reason": "",
        "reasonCode": "",
        "ignored": False,
        "interpreter": "chef-platform/shell-interpreter",
        "interpreterPath": "/bin/sh",
        "interpreterVersion": "1.0.0",
        "startedAt": before(minutes=4) if status != "pending" else ZERO_TIME,
        "finishedAt": before(minutes=3) if status not in {"running", "pending"} else ZERO_TIME,
        "attempts": attempts,
        **more,
    }


LOG = "".join(
    f"[{n:02}/40] fetching package layer {n * 7919 % 997:03} … ok\n" for n in range(1, 41)
)


def small_world() -> FakeBackend:
    """Two instances run, some are over, one failed."""
    backend = FakeBackend()
    backend.nodes = [node(0, "this-machine", builtin=True, lab=False, tags={})]
    backend.nodes += [node(n) for n in range(1, 12)]
    backend.nodes += [
        node(
            12,
            healthStatus="offline",
            healthReason="connection refused",
            lastContactAt=before(minutes=9),
        )
    ]
    rollout = job(1, "rolling-update", steps=("fetch", "restart", "verify"))
    backup = job(
        2,
        "nightly-backup",
        scheduleRule="RRULE:FREQ=DAILY",
        displayStatus="active",
        executionCount=41,
        nextExecutionTime=to_text(NOW + timedelta(hours=14)),
    )
    patch = job(3, "kernel-patch", steps=("drain", "patch"), nodes=40)
    hello = job(4, "hello", nodes=1, lastInstance=None, displayStatus="active", executionCount=0)
    backend.jobs = [hello, patch, backup, rollout]
    done = instance(1, backup, "success", {"success": 12}, minutes=540)
    failed = instance(
        2,
        patch,
        "failure",
        {"success": 31, "failure": 6, "timeout": 1, "skipped": 2},
        minutes=95,
        reasonCode="criteria-unreachable",
        reason="Group 1 wanted 95 % success and got 78 %.",
    )
    stopped = instance(3, patch, "canceled", {"success": 4, "canceled": 36}, minutes=60)
    small = instance(4, hello, "success", {"success": 1}, minutes=12)
    counts = {"success": 6, "failure": 1, "running": 3, "pending": 2}
    live = instance(5, rollout, "running", counts, minutes=1.4)
    other = instance(6, backup, "running", {"success": 2, "running": 1, "pending": 9}, minutes=0.5)
    backend.instances = [done, failed, stopped, small, other, live]
    states = ["success"] * 6 + ["failure"] + ["running"] * 3 + ["pending"] * 2
    for number, status in enumerate(states, 1):
        why = "Step 2 (restart) failed: exit code 1." if status == "failure" else ""
        code = "exit-code" if why else ""
        backend.runs.append(
            run(
                number,
                live,
                backend.nodes[number],
                status,
                reason=why,
                reasonCode=code,
                stepCount=3,
                currentStep={"success": 3, "pending": 0}.get(status, 2),
            )
        )
    fill_runs(backend)
    backend.plan = good_plan(backend)
    return backend


def fill_runs(backend: FakeBackend) -> None:
    """Steps, output and evidence of every run."""
    for item in backend.runs:
        run_id = item["runId"]
        second = {"failure": "failure", "running": "running", "pending": "pending"}
        status = second.get(item["status"], "success")
        attempts = [attempt(1, status)] if status != "pending" else []
        if status == "failure":
            attempts.append(attempt(2, "failure", durationSeconds=3.1))
        backend.steps[run_id] = [
            step(
                1,
                "fetch",
                "success" if status != "pending" else "pending",
                [attempt(1)] if status != "pending" else [],
            ),
            step(2, "restart", status, attempts),
            step(
                3,
                "verify",
                "success" if status == "success" else "pending",
                [attempt(1)] if status == "success" else [],
            ),
        ]
        for number in (1, 2, 3):
            for tried in (1, 2):
                backend.output[run_id, number, tried, "stdout"] = LOG
                backend.output[run_id, number, tried, "stderr"] = "warning: cache is cold\n"
                backend.evidence[run_id, number, tried] = f"zip {run_id} {number}".encode() * 50


def good_plan(backend: FakeBackend) -> Any:
    nodes = [{"id": each["id"], "name": each["name"]} for each in backend.nodes[1:9]]
    names = [each["id"] for each in nodes]
    return {
        "valid": True,
        "name": "hello",
        "problems": [],
        "groups": [
            {
                "groupNumber": 0,
                "nodes": nodes,
                "batches": [names[:3], names[3:6], names[6:]],
                "rolling": False,
                "leftOut": [],
                "leftOutCount": 0,
                "timeoutSeconds": 60,
                "criteria": [{"status": "success", "numRuns": {"type": "percent", "value": 100}}],
            }
        ],
        "nextExecutions": [to_text(NOW)],
        "blockedByExceptions": [],
        "warnings": [],
    }
