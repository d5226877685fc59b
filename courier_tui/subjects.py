"""The lists of the app: jobs, instances, runs and nodes, with their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from courier_backend.model.wire import GroupItem, InstanceItem, JobItem, NodeItem, RunItem
from courier_tui import describe
from courier_tui.signs import badge, glyph, health_sign, job_sign, sign
from courier_tui.text import Span, plain
from courier_tui.tone import Tone
from courier_tui.widgets.bars import bar, score, tally
from courier_tui.widgets.column import Column, Ink
from courier_tui.widgets.listing import Subject
from courier_tui.wording import ago, number, short, span, until


def _text(text: str, tone: Tone = Tone.PLAIN) -> list[Span]:
    return [(plain(text), tone)]


# Jobs


def _last(job: JobItem, ink: Ink) -> list[Span]:
    last = job["lastInstance"]
    if last is None:
        return _text("never", Tone.FAINT)
    found = sign(last["status"])
    return [(f"{found.glyph} ", found.tone), (ago(last["createdAt"], ink.now), Tone.MUTED)]


def _next(job: JobItem, ink: Ink) -> list[Span]:
    return _text(until(job["nextExecutionTime"], ink.now), Tone.MUTED)


def _job_haystack(job: JobItem) -> str:
    last = job["lastInstance"]
    parts = (job["name"], job["id"], job["displayStatus"], job["scheduleRule"], job["description"])
    return " ".join((*parts, last["status"] if last else "never"))


JOBS: Final[Subject[JobItem]] = Subject(
    columns=(
        Column(
            "status",
            "Status",
            lambda j, _i: badge(job_sign(j["displayStatus"])),
            11,
            sort=lambda j: j["displayStatus"],
        ),
        Column(
            "name",
            "Name",
            lambda j, _i: _text(j["name"]),
            16,
            grow=3,
            sort=lambda j: j["name"].casefold(),
        ),
        Column(
            "last",
            "Last run",
            _last,
            14,
            sort=lambda j: j["lastInstance"]["createdAt"] if j["lastInstance"] else "",
        ),
        Column(
            "times",
            "Runs",
            lambda j, _i: _text(number(j["executionCount"]), Tone.MUTED),
            5,
            right=True,
            drop=3,
            sort=lambda j: j["executionCount"],
        ),
        Column(
            "what",
            "Steps",
            lambda j, _i: _text(describe.steps(j["actions"]), Tone.MUTED),
            10,
            grow=2,
            drop=4,
        ),
        Column(
            "where",
            "Where",
            lambda j, _i: _text(describe.target(j["target"]), Tone.MUTED),
            16,
            grow=1,
            drop=5,
        ),
        Column(
            "rule",
            "Schedule",
            lambda j, _i: _text(describe.schedule(j["scheduleRule"]), Tone.MUTED),
            12,
            grow=1,
            drop=2,
            sort=lambda j: j["scheduleRule"],
        ),
        Column("next", "Next", _next, 10, drop=7, sort=lambda j: j["nextExecutionTime"]),
        Column("id", "Id", lambda j, _i: _text(short(j["id"]), Tone.FAINT), 8, drop=6),
    ),
    key=lambda job: job["id"],
    haystack=_job_haystack,
    one="job",
    many="jobs",
    nothing=(
        (("No jobs yet.", Tone.STRONG),),
        (("n", Tone.KEY), (" writes one, from a template or from a file of yours.", Tone.MUTED)),
    ),
)

# Instances


def _took(instance: InstanceItem, ink: Ink) -> list[Span]:
    return _text(span(instance["startedAt"], instance["finishedAt"], ink.now), Tone.MUTED)


def progress(instance: InstanceItem, ink: Ink) -> Sequence[Span]:
    """The bar of an instance."""
    return bar(instance["runCounts"], ink.width, instance["totalRuns"])


def _instance_haystack(instance: InstanceItem) -> str:
    keys = ("jobName", "status", "id", "jobId", "triggeredBy", "reason", "reasonCode")
    return " ".join(str(instance[key]) for key in keys)  # type: ignore[literal-required]


def _done(instance: InstanceItem) -> int:
    return tally(instance["runCounts"], instance["totalRuns"]).percent


INSTANCES: Final[Subject[InstanceItem]] = Subject(
    columns=(
        Column(
            "status",
            "Status",
            lambda i, _k: badge(sign(i["status"])),
            10,
            sort=lambda i: i["status"],
        ),
        Column(
            "job",
            "Job",
            lambda i, _k: _text(i["jobName"]),
            14,
            grow=3,
            sort=lambda i: i["jobName"].casefold(),
        ),
        Column("progress", "Progress", progress, 12, grow=2, drop=2, sort=_done),
        Column(
            "runs",
            "Runs",
            lambda i, _k: score(i["runCounts"], i["totalRuns"]),
            16,
            sort=lambda i: i["totalRuns"],
        ),
        Column("took", "Took", _took, 9, right=True, sort=lambda i: i["startedAt"]),
        Column(
            "when",
            "Started",
            lambda i, k: _text(ago(i["createdAt"], k.now), Tone.MUTED),
            10,
            right=True,
            drop=1,
            sort=lambda i: i["createdAt"],
        ),
        Column(
            "by",
            "By",
            lambda i, _k: _text(i["triggeredBy"], Tone.MUTED),
            9,
            drop=4,
            sort=lambda i: i["triggeredBy"],
        ),
        Column("id", "Id", lambda i, _k: _text(short(i["id"]), Tone.FAINT), 8, drop=3),
    ),
    key=lambda instance: instance["id"],
    haystack=_instance_haystack,
    one="instance",
    many="instances",
    nothing=(
        (("Nothing has run yet.", Tone.STRONG),),
        (
            ("n", Tone.KEY),
            (" writes a job; each time it executes, an instance stands here.", Tone.MUTED),
        ),
    ),
)

JOB_INSTANCES: Final[Subject[InstanceItem]] = replace(
    INSTANCES,
    columns=[column for column in INSTANCES.columns if column.key != "job"],
    nothing=(
        (("This job has not been executed yet.", Tone.STRONG),),
        (("r", Tone.KEY), (" runs it now.", Tone.MUTED)),
    ),
)

# Groups


def _verdict(group: GroupItem, _ink: Ink) -> list[Span]:
    return _text(group["reason"], Tone.MUTED)


GROUP_COLUMNS: Final[Sequence[Column[GroupItem]]] = (
    Column("status", "Status", lambda g, _k: badge(sign(g["status"])), 10),
    Column("group", "Group", lambda g, _k: _text(f"group {g['groupNumber']}"), 8),
    Column(
        "progress",
        "Progress",
        lambda g, k: bar(g["runCounts"], k.width, g["nodeCount"]),
        12,
        grow=2,
    ),
    Column("runs", "Runs", lambda g, _k: score(g["runCounts"], g["nodeCount"]), 16),
    Column(
        "how", "Distribution", lambda g, _k: _text(describe.distribution(g), Tone.MUTED), 24, drop=1
    ),
    Column("reason", "", _verdict, 10, grow=2, drop=2),
)

# Runs


def _step(run: RunItem, _ink: Ink) -> list[Span]:
    if not run["stepCount"]:
        return []
    return [(str(run["currentStep"]), Tone.PLAIN), (f"/{run['stepCount']}", Tone.MUTED)]


def _run_took(run: RunItem, ink: Ink) -> list[Span]:
    begin = run["startedTime"]
    return _text(span(begin, run["finishedTime"], ink.now), Tone.MUTED)


def _run_reason(run: RunItem, _ink: Ink) -> list[Span]:
    if run["waitingPlace"]:
        return _text(f"waits for the node, place {run['waitingPlace']}", Tone.MUTED)
    return _text(run["reason"], Tone.MUTED)


def _run_haystack(run: RunItem) -> str:
    keys = ("nodeName", "status", "reason", "reasonCode", "runId", "nodeId")
    return " ".join(str(run[key]) for key in keys)  # type: ignore[literal-required]


_STATUS: Final[Column[RunItem]] = Column(
    "status", "Status", lambda r, _k: badge(sign(r["status"])), 12, sort=lambda r: r["status"]
)
_RUN_TAIL: Final[Sequence[Column[RunItem]]] = (
    Column("step", "Step", _step, 5, right=True, sort=lambda r: r["currentStep"]),
    Column("took", "Took", _run_took, 9, right=True, sort=lambda r: r["startedTime"]),
    Column("reason", "Why", _run_reason, 12, grow=3, drop=2, sort=lambda r: r["reasonCode"]),
    Column("id", "Id", lambda r, _k: _text(short(r["runId"]), Tone.FAINT), 8, drop=3),
)

RUNS: Final[Subject[RunItem]] = Subject(
    columns=(
        _STATUS,
        Column(
            "node",
            "Node",
            lambda r, _k: _text(r["nodeName"]),
            12,
            grow=2,
            sort=lambda r: r["nodeName"].casefold(),
        ),
        Column(
            "group",
            "Group",
            lambda r, _k: _text(str(r["groupNumber"]), Tone.MUTED),
            6,
            right=True,
            drop=4,
            sort=lambda r: r["groupNumber"],
        ),
        Column(
            "batch",
            "Batch",
            lambda r, _k: _text(str(r["batchNumber"]), Tone.MUTED),
            6,
            right=True,
            drop=5,
            sort=lambda r: r["batchNumber"],
        ),
        *_RUN_TAIL,
    ),
    key=lambda run: run["runId"],
    haystack=_run_haystack,
    one="run",
    many="runs",
)
NODE_RUNS: Final[Subject[RunItem]] = Subject(
    columns=(
        _STATUS,
        Column("instance", "Instance", lambda r, _k: _text(short(r["instanceId"])), 8),
        Column(
            "when",
            "Started",
            lambda r, k: _text(ago(r["createdAt"], k.now), Tone.MUTED),
            10,
            right=True,
            sort=lambda r: r["createdAt"],
        ),
        *_RUN_TAIL,
    ),
    key=lambda run: run["runId"],
    haystack=_run_haystack,
    one="run",
    many="runs",
    nothing=((("Nothing has run on this node yet.", Tone.MUTED),),),
)

# Nodes


def _node_status(node: NodeItem) -> str:
    return "archived" if node["archived"] else node["healthStatus"]


def _kind(node: NodeItem) -> str:
    if node["builtin"]:
        return "this machine"
    return "lab" if node["lab"] else ""


def _tags(node: NodeItem, _ink: Ink) -> list[Span]:
    return _text(" ".join(f"{key}={value}" for key, value in node["tags"].items()), Tone.MUTED)


def _busy(node: NodeItem, _ink: Ink) -> list[Span]:
    busy = node["activeRuns"]
    return [(str(busy), Tone.LIVE if busy else Tone.MUTED), (f"/{node['capacity']}", Tone.MUTED)]


def _node_haystack(node: NodeItem) -> str:
    tags = [f"{key}={value}" for key, value in node["tags"].items()]
    platform = describe.platform(node["attributes"])
    return " ".join(
        (node["name"], _node_status(node), node["id"], node["url"], _kind(node), platform, *tags)
    )


NODES: Final[Subject[NodeItem]] = Subject(
    columns=(
        Column(
            "health",
            "Health",
            lambda n, _k: badge(health_sign(_node_status(n))),
            12,
            sort=_node_status,
        ),
        Column(
            "name",
            "Name",
            lambda n, _k: _text(n["name"]),
            14,
            grow=2,
            sort=lambda n: n["name"].casefold(),
        ),
        Column("kind", "Kind", lambda n, _k: _text(_kind(n), Tone.MUTED), 12, drop=4, sort=_kind),
        Column(
            "platform",
            "Platform",
            lambda n, _k: _text(describe.platform(n["attributes"]), Tone.MUTED),
            16,
            grow=1,
            drop=3,
        ),
        Column("busy", "Busy", _busy, 5, right=True, sort=lambda n: n["activeRuns"]),
        Column(
            "latency",
            "Latency",
            lambda n, _k: _text(describe.latency(n["latencySeconds"]), Tone.MUTED),
            8,
            right=True,
            drop=5,
            sort=lambda n: n["latencySeconds"],
        ),
        Column(
            "contact",
            "Contact",
            lambda n, k: _text(ago(n["lastContactAt"], k.now), Tone.MUTED),
            10,
            right=True,
            drop=1,
            sort=lambda n: n["lastContactAt"],
        ),
        Column("tags", "Tags", _tags, 10, grow=2, drop=2),
        Column("id", "Id", lambda n, _k: _text(short(n["id"]), Tone.FAINT), 8, drop=6),
    ),
    key=lambda node: node["id"],
    haystack=_node_haystack,
    one="node",
    many="nodes",
    nothing=(
        (("No nodes yet.", Tone.STRONG),),
        (
            ("courier lab up --nodes 12", Tone.LIVE),
            (" brings up a fleet on this machine,", Tone.MUTED),
        ),
        (("courier node add URL", Tone.LIVE), (" adds one of yours.", Tone.MUTED)),
    ),
)

INSTANCE_BRIEF: Final[Sequence[Column[InstanceItem]]] = (
    Column("sign", "", lambda i, _k: glyph(sign(i["status"])), 1),
    Column("job", "", lambda i, _k: _text(i["jobName"]), 12, grow=2),
    Column("progress", "", progress, 10, grow=3, drop=2),
    Column("runs", "", lambda i, _k: score(i["runCounts"], i["totalRuns"]), 16, drop=3),
    Column("took", "", _took, 9, right=True),
)
INSTANCE_PAST: Final[Sequence[Column[InstanceItem]]] = (
    Column("status", "", lambda i, _k: badge(sign(i["status"])), 10),
    Column("job", "", lambda i, _k: _text(i["jobName"]), 12, grow=2),
    Column("runs", "", lambda i, _k: score(i["runCounts"], i["totalRuns"]), 16, drop=3),
    Column("took", "", _took, 9, right=True, drop=4),
    Column("when", "", lambda i, k: _text(ago(i["finishedAt"], k.now), Tone.MUTED), 10, right=True),
)
INSTANCE_FAILED: Final[Sequence[Column[InstanceItem]]] = (
    Column("sign", "", lambda i, _k: glyph(sign(i["status"])), 1),
    Column("job", "", lambda i, _k: _text(i["jobName"]), 10, grow=2),
    Column("why", "", lambda i, _k: _text(i["reason"], Tone.MUTED), 10, grow=3, drop=1),
    Column("when", "", lambda i, k: _text(ago(i["finishedAt"], k.now), Tone.MUTED), 10, right=True),
)
