"""The job definitions that are measured and tested with."""

from typing import Any

Job = dict[str, Any]


def step(*commands: str, name: str = "step", **more: object) -> Job:
    """A step of shell commands."""
    return {
        "name": name,
        "interpreter": {
            "name": "chef-platform/shell-interpreter",
            "skill": {"minVersion": "1.0.0", "maxVersion": "1.9.99"},
        },
        "command": {"linux": list(commands)},
        "inputs": {},
        "expectedInputs": {},
        "outputFieldRules": {},
        "retryCount": 0,
        "failureBehavior": {
            "action": "retryThenFail",
            "retryBackoffStrategy": {"type": "none", "delaySeconds": 0, "arguments": []},
        },
        "limits": {"cores": 1, "cpu": 1, "timeoutSeconds": 0},
        "conditions": [],
        **more,
    }


def group(nodes: list[str], *, batch: int | None = None, seconds: int = 600, **more: object) -> Job:
    """A group over nodes named by id; all at once when no batch size is given."""
    return {
        "timeoutSeconds": seconds,
        "batchSize": {"type": "number", "value": len(nodes) if batch is None else batch},
        "distributionMethod": "batching",
        "successCriteria": [{"status": "success", "numRuns": {"type": "percent", "value": 100}}],
        "nodeListType": "nodes",
        "nodeIdentifiers": nodes,
        **more,
    }


def job(
    groups: list[Job], steps: list[Job], *, name: str = "bench", order: str = "parallel"
) -> Job:
    """An immediate job."""
    return {
        "name": name,
        "description": "",
        "scheduleRule": "immediate",
        "exceptionRules": [],
        "target": {"executionType": order, "groups": groups},
        "actions": {"accessMode": "agent", "steps": steps},
    }


def true_on(nodes: list[str], *, batch: int | None = None) -> Job:
    """``/bin/true`` on nodes."""
    return job([group(nodes, batch=batch)], [step("/bin/true")])
