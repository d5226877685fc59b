"""Bodies to start from, for ``--example``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from courier_backend.model.dump import dump_job
from courier_backend.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

_NODE: Final = "1f4c680d-4dc6-4edf-83b6-ded81388f244"
_ANOTHER: Final = "020ab866-9d3d-4ca7-919d-c21b4f9ef2a4"
_SHELL: Final = "chef-platform/shell-interpreter"
_SEPARATORS: Final = {
    "json": "",
    "yaml": "---\n",
    "toml": "\n# The next example is a file of its own.\n",
}


def examples(kind: str, body_format: str, number: int) -> str:
    """One example of a kind of body as a file, or all of them (`number` 0) one after the other.

    Raises:
        BadInput: there is none of this number.
    """
    known = _EXAMPLES[kind]
    if number > len(known):
        raise BadInput(f"There is no example {number}: they go from 1 to {len(known)}; 0 is all.")
    chosen = known if number == 0 else [known[number - 1]]
    return _SEPARATORS[body_format].join(dump_job(example, body_format) for example in chosen)


def _step(name: str, *lines: str, retries: int = 0, **more: object) -> dict[str, Any]:
    return {
        "name": name,
        "interpreter": {
            "name": _SHELL,
            "skill": {"minVersion": "1.0.0", "maxVersion": "1.9.99"},
        },
        "command": {"linux": list(lines)},
        "retryCount": retries,
        "failureBehavior": {
            "action": "retryThenFail",
            "retryBackoffStrategy": {"type": "none", "delaySeconds": 1, "arguments": []},
        },
        **more,
    }


def _group(nodes: list[str], batch: tuple[str, int], method: str = "batching") -> dict[str, Any]:
    return {
        "timeoutSeconds": 600,
        "batchSize": {"type": batch[0], "value": batch[1]},
        "distributionMethod": method,
        "successCriteria": [
            {"numRuns": {"type": "percent", "value": 100}, "status": "success"},
        ],
        "nodeListType": "nodes",
        "nodeIdentifiers": nodes,
    }


def _job(
    name: str,
    description: str,
    *groups: dict[str, Any],
    steps: list[Any],
    rule: str = "immediate",
    exceptions: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "scheduleRule": rule,
        "exceptionRules": list(exceptions),
        "target": {"executionType": "sequential", "groups": list(groups)},
        "actions": {"accessMode": "agent", "steps": steps},
    }


_JOBS: Final = [
    _job(
        "uptime",
        "How long each node has been up",
        _group([_NODE, _ANOTHER], ("number", 1)),
        steps=[_step("uptime", "uptime", "df -h /")],
    ),
    _job(
        "canary",
        "One node first, then half of the others at a time",
        _group([_NODE], ("number", 1)),
        _group([_ANOTHER], ("percent", 50), "rolling"),
        steps=[
            _step("check", "test -w /tmp"),
            _step("work", "date > /tmp/courier-example", retries=2, limits={"timeoutSeconds": 60}),
        ],
    ),
    _job(
        "only-where-needed",
        "A later step depends on what an earlier one found",
        _group([_NODE, _ANOTHER], ("percent", 100)),
        steps=[
            _step(
                "look",
                "test -e /var/run/reboot-required && echo yes || echo no",
                outputFieldRules={
                    "REBOOT": {
                        "sourceType": "output",
                        "source": "stdout",
                        "extractMethod": "regEx",
                        "expression": "yes|no",
                        "required": True,
                        "sensitive": False,
                    }
                },
            ),
            _step(
                "tell",
                "echo 'This node wants a reboot.'",
                conditions=[{"inputName": "REBOOT", "operator": "eq", "value": "yes"}],
            ),
        ],
    ),
    _job(
        "nightly",
        "Every night, but not on Sundays between two and four",
        _group([_NODE, _ANOTHER], ("percent", 50)),
        rule="RRULE:FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0;TZID=Europe/Berlin",
        exceptions=[
            {
                "rrule": (
                    "RRULE:FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=0;BYSECOND=0;TZID=Europe/Berlin"
                ),
                "duration": 120,
            }
        ],
        steps=[_step("update", "date", "uptime")],
    ),
]

_EXCEPTIONS: Final[list[dict[str, Any]]] = [
    {"rrule": "RRULE:DTSTART=20230620;FREQ=DAILY", "duration": 2},
    {
        "rrule": "RRULE:FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=0;BYMINUTE=0;BYSECOND=0;TZID=Europe/Berlin",
        "duration": 24 * 60,
    },
]

_MANUAL: Final[list[dict[str, Any]]] = [
    {
        "jobId": "61013744-bd6e-437c-a995-b6211318624e",
        "triggeredBy": "ada",
        "override": False,
    }
]

_INSTANCES: Final[list[dict[str, Any]]] = [
    {
        "instanceId": "befe88f3-ac3f-4bad-9e1a-6017332929ab",
        "jobId": "61013744-bd6e-437c-a995-b6211318624e",
        "name": "uptime",
        "instanceType": "scheduled",
        "triggeredBy": "system",
        "assignments": [
            {
                "groupNumber": 0,
                "jobRunId": "496f0d9a-f0be-4cb7-8cbb-2285b5c42045",
                "nodeId": _NODE,
            },
            {
                "groupNumber": 0,
                "jobRunId": "306d3a00-d483-4aa2-bb09-1cd8c91c15e8",
                "nodeId": _ANOTHER,
            },
        ],
        "target": _JOBS[0]["target"],
        "actions": _JOBS[0]["actions"],
    },
]

_FILTERS: Final[list[dict[str, Any]]] = [
    {
        "name": "web servers in production",
        "description": "Linux, reachable, tagged so",
        "constraints": {
            "attributes": [
                {
                    "name": "os",
                    "operator": "=",
                    "value": ["linux"],
                    "namespace": ["agent"],
                },
                {"name": "role", "operator": "=", "value": ["web", "edge"], "namespace": ["tags"]},
                {"name": "stage", "operator": "!=", "value": ["development"]},
                {"name": "hostname", "operator": "MATCHES", "value": ["^(web|edge)-"]},
            ],
            "healthStatus": {"operator": "=", "value": ["reachable"]},
        },
    },
    {
        "name": "older shells",
        "description": "Nodes whose shell interpreter is to be brought up to date",
        "constraints": {
            "skills": [
                {
                    "name": "chef-platform/shell-interpreter",
                    "version": [">= 1.0.0", "<= 1.0.66"],
                }
            ]
        },
    },
]
_LISTS: Final[list[dict[str, Any]]] = [
    {"name": "canaries", "description": "They go first", "nodeIds": [_NODE, _ANOTHER]}
]
_NODES: Final[list[dict[str, Any]]] = [{"nodeIds": [_NODE]}]
_NEW_NODES: Final[list[dict[str, Any]]] = [
    {
        "url": f"https://10.0.0.7:7070/nodes/{_NODE}",
        "token": "<what stands in the runner's runner.json>",
        "name": "web-1",
        "tags": {"role": "web"},
    }
]
_TAGS: Final[list[dict[str, Any]]] = [{"tags": {"role": "web", "stage": "production"}}]
_ATTRIBUTES: Final[list[dict[str, Any]]] = [
    {
        "attributes": [
            {"name": "instance_type", "value": "m5.large", "namespace": "aws"},
            {"name": "owner", "value": "shop", "namespace": "tags"},
        ]
    }
]

_EXAMPLES: Final[dict[str, Sequence[dict[str, Any]]]] = {
    "job": _JOBS,
    "exception": _EXCEPTIONS,
    "manual": _MANUAL,
    "instance": _INSTANCES,
    "filter": _FILTERS,
    "list": _LISTS,
    "nodes": _NODES,
    "node": _NEW_NODES,
    "tags": _TAGS,
    "attributes": _ATTRIBUTES,
}
