"""Every operation of the backend's API: one function each, giving a `Call` to send."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from courier_backend.client.asking import (
    get_list,
    item,
    nothing,
    post,
    query_of,
    segment,
    send_file,
    whole,
)
from courier_backend.client.call import Call, Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from courier_backend.model.event import EventItem
    from courier_backend.model.wire import (
        Activated,
        ArtifactItem,
        BackendStatus,
        CancelItem,
        IdItem,
        InstanceItem,
        JobAdded,
        JobItem,
        LabItem,
        NodeItem,
        NodeStatus,
        OutputItem,
        Overview,
        PlanItem,
        RunItem,
        StepItem,
        Submission,
        Submitted,
    )

JOBS = "/courier/scheduler-api/v1"
STATE = "/courier/state-api/v1"
NODES = "/node/management/v1"
EVENTS = "/courier/events-api/v1/events"
EVENT_STREAM = "/events"
STATS = "/courier/stats-api/v1"
RESOLVE = "/courier/resolve-api/v1"
BACKEND = "/courier/backend/v1"

Kind = Literal["job", "instance", "run", "node", "exception", "filter", "list"]


def list_jobs(
    *,
    page: int = 1,
    size: int = 10,
    after: str = "",
    active: bool | None = None,
    status: str = "",
    name: str = "",
    sort_key: str = "",
    sort_order: str = "",
) -> Call[Page[JobItem]]:
    """Jobs. `active`: those with an execution to come; `name`: exactly this name."""
    return get_list(
        f"{JOBS}/jobs",
        page,
        size,
        after,
        active=active,
        status=status,
        name=name,
        sortKey=sort_key,
        sortOrder=sort_order,
    )


def add_job(
    body: bytes, *, content_type: str = "", file_name: str = "", idempotency_key: str = ""
) -> Call[JobAdded]:
    """A new job from a file as it is; `content_type` names its format, else the name's ending."""
    return send_file(
        "POST",
        f"{JOBS}/jobs",
        body,
        content_type=content_type,
        file_name=file_name,
        key=idempotency_key,
    )


def update_job(
    job_id: str, body: bytes, *, content_type: str = "", file_name: str = ""
) -> Call[JobItem]:
    """Another definition for a job; what runs goes on with the old one."""
    path = f"{JOBS}/jobs/{segment(job_id)}"
    return send_file("PUT", path, body, content_type=content_type, file_name=file_name)


def get_job(job_id: str) -> Call[JobItem]:
    """One job."""
    return Call("GET", f"{JOBS}/jobs/{segment(job_id)}", item)


def head_job(job_id: str) -> Call[None]:
    """Whether there is such a job (NotFound when not)."""
    return Call("HEAD", f"{JOBS}/jobs/{segment(job_id)}", nothing)


def delete_job(job_id: str) -> Call[IdItem]:
    """A job is not wanted any more; its history stays."""
    return Call("DELETE", f"{JOBS}/jobs/{segment(job_id)}", item)


def cancel_job(job_id: str, *, instances: bool = False, reason: str = "") -> Call[CancelItem]:
    """No instances of this job any more; `instances`: stop those that are not final, too."""
    body = {"instances": instances, "reason": reason}
    return post(f"{JOBS}/jobs/{segment(job_id)}/cancel", body)


def activate_job(job_id: str) -> Call[Activated]:
    """Start one instance now."""
    return post(f"{JOBS}/jobs/{segment(job_id)}/activated", {})


def submit(submission: Submission, *, idempotency_key: str = "") -> Call[Submitted]:
    """A new job from text, with nodes and inputs replaced where the submission says so."""
    headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
    return post(f"{JOBS}/submissions", submission, **headers)


def plan(submission: Submission) -> Call[PlanItem]:
    """What a submission would do; nothing is written."""
    return post(f"{JOBS}/plan", submission)


def list_instances(
    *,
    page: int = 1,
    size: int = 10,
    after: str = "",
    job_id: str = "",
    status: str = "",
    run_after: str = "",
    run_before: str = "",
    sort_order: str = "",
) -> Call[Page[InstanceItem]]:
    """Instances, oldest first unless `sort_order` is "desc"."""
    return get_list(
        f"{STATE}/instances",
        page,
        size,
        after,
        jobId=job_id,
        status=status,
        runAfter=run_after,
        runBefore=run_before,
        sortOrder=sort_order,
    )


def get_instance(instance_id: str) -> Call[InstanceItem]:
    """One instance."""
    return Call("GET", f"{STATE}/instance/{segment(instance_id)}", item)


def list_runs(
    instance_id: str = "",
    *,
    page: int = 1,
    size: int = 10,
    after: str = "",
    group_number: int | None = None,
    job_id: str = "",
    node_id: str = "",
    status: str = "",
    run_after: str = "",
    run_before: str = "",
    sort_order: str = "",
) -> Call[Page[RunItem]]:
    """The runs of one instance, or of all; `group_number` is one of the instance."""
    one = f"{STATE}/instance/{segment(instance_id)}/runs"
    return get_list(
        one if instance_id else f"{STATE}/runs",
        page,
        size,
        after,
        groupNum=group_number if instance_id else None,
        jobId=job_id,
        nodeId=node_id,
        status=status,
        runAfter=run_after,
        runBefore=run_before,
        sortOrder=sort_order,
    )


def cancel_instance(
    instance_id: str, *, group_number: int | None = None, reason: str = ""
) -> Call[CancelItem]:
    """Stop an instance, or one group of it."""
    body = {"groupNumber": group_number, "reason": reason}
    return post(f"{STATE}/instance/{segment(instance_id)}/cancel", body)


def retry_instance(instance_id: str, *, only: str = "failed") -> Call[Submitted]:
    """A new instance on the nodes that did not succeed (`only` "failed"), or on all ("all")."""
    path = f"{STATE}/instance/{segment(instance_id)}/retry"
    return post(path, {"only": only})


def get_run(run_id: str) -> Call[RunItem]:
    """One run."""
    return Call("GET", f"{STATE}/run/{segment(run_id)}", item)


def cancel_run(run_id: str, *, reason: str = "") -> Call[CancelItem]:
    """Stop one run."""
    return post(f"{STATE}/run/{segment(run_id)}/cancel", {"reason": reason})


def list_steps(run_id: str, *, page: int = 1, size: int = 1000) -> Call[Page[StepItem]]:
    """The steps of a run, with their attempts."""
    return get_list(f"{STATE}/run/{segment(run_id)}/steps", page, size, "")


def get_step(run_id: str, step: int) -> Call[StepItem]:
    """One step of a run."""
    return Call("GET", f"{STATE}/run/{segment(run_id)}/step/{step}", item)


def attempt_path(run_id: str, step: int, attempt: int) -> str:
    """Where an attempt's evidence and output are asked for."""
    return f"{STATE}/run/{segment(run_id)}/step/{step}/attempt/{attempt}"


def get_evidence(run_id: str, step: int, attempt: int) -> Call[ArtifactItem]:
    """A link to the evidence of an attempt, good for 15 minutes."""
    return Call("GET", f"{attempt_path(run_id, step, attempt)}/evidence", item)


def get_output(
    run_id: str,
    step: int,
    attempt: int,
    *,
    stream: str = "stdout",
    offset: int = 0,
    limit: int | None = None,
) -> Call[OutputItem]:
    """A part of an attempt's output."""
    query = query_of({"stream": stream, "offset": offset, "limit": limit})
    return Call("GET", f"{attempt_path(run_id, step, attempt)}/output", item, query)


def list_nodes(
    *,
    page: int = 1,
    size: int = 10,
    after: str = "",
    name: str = "",
    health: str = "",
    archived: bool | None = None,
    tags: Sequence[str] = (),
    sort_order: str = "",
) -> Call[Page[NodeItem]]:
    """The fleet; `tags`: those that have all of these (``role=web``, or ``role``)."""
    return get_list(
        f"{NODES}/nodes",
        page,
        size,
        after,
        name=name,
        healthStatus=health,
        archived=archived,
        tag=tags,
        sortOrder=sort_order,
    )


def get_node(node_id: str) -> Call[NodeItem]:
    """One node."""
    return Call("GET", f"{NODES}/nodes/{segment(node_id)}", item)


def node_status(node_id: str) -> Call[NodeStatus]:
    """How a node is."""
    return Call("GET", f"{NODES}/nodes/{segment(node_id)}/status", item)


def add_node(
    url: str, token: str, *, name: str = "", tags: Mapping[str, str] | None = None
) -> Call[NodeItem]:
    """A node whose runner answers at `url` and knows `token`."""
    body = {"url": url, "token": token, "name": name, "tags": dict(tags or {})}
    return post(f"{NODES}/nodes", body)


def remove_node(node_id: str) -> Call[IdItem]:
    """Forget a node; its history stays."""
    return Call("DELETE", f"{NODES}/nodes/{segment(node_id)}", item)


def tag_node(node_id: str, tags: Mapping[str, str | None]) -> Call[NodeItem]:
    """Set some tags of a node; None takes one away."""
    path = f"{NODES}/nodes/{segment(node_id)}/tags"
    return replace(post(path, {"tags": dict(tags)}), method="PATCH")


def archive_node(node_id: str, *, archived: bool = True) -> Call[NodeItem]:
    """An archived node is never targeted."""
    path = f"{NODES}/nodes/{segment(node_id)}/archive"
    return post(path, {"archived": archived})


def lab_up(nodes: int, *, seed: int | None = None) -> Call[Page[LabItem]]:
    """As many lab nodes as this; answers when all of them do."""
    body = json.dumps({"nodes": nodes, "seed": seed}).encode()
    headers = {"Content-Type": "application/json"}
    return Call("POST", f"{NODES}/lab", whole, {}, body, headers)


def lab_status() -> Call[Page[LabItem]]:
    """The lab's nodes."""
    return Call("GET", f"{NODES}/lab", whole)


def lab_down() -> Call[Page[LabItem]]:
    """No lab any more: runners end, nodes are archived, history stays."""
    return Call("DELETE", f"{NODES}/lab", whole)


def list_events(
    *,
    after: int = 0,
    size: int = 100,
    job_id: str = "",
    instance_id: str = "",
    run_id: str = "",
    sort_order: str = "",
) -> Call[Page[EventItem]]:
    """A page of the event log, after a sequence number."""
    query: dict[str, str | int | bool | None] = {
        "after": after,
        "pagination.size": size,
        "jobId": job_id,
        "instanceId": instance_id,
        "runId": run_id,
        "sortOrder": sort_order,
    }
    return Call("GET", EVENTS, whole, query_of(query))


def overview() -> Call[Overview]:
    """Counters of everything."""
    return Call("GET", f"{STATS}/overview", item)


def resolve(kind: Kind, prefix: str) -> Call[IdItem]:
    """The one id that begins so (BadInput when several do, NotFound when none does)."""
    return Call("GET", f"{RESOLVE}/{kind}/{segment(prefix)}", item)


def backend_status() -> Call[BackendStatus]:
    """How the backend is."""
    return Call("GET", f"{BACKEND}/status", item)


def backend_stop(*, cancel_all: bool = False) -> Call[BackendStatus]:
    """End the backend; `cancel_all`: cancel what runs first, and wait for it."""
    return post(f"{BACKEND}/stop", {"all": cancel_all})


def event_query(
    *, job_id: str = "", instance_id: str = "", run_id: str = "", kinds: Sequence[str] = ()
) -> dict[str, str]:
    """Which events a stream carries; nothing given: all of them."""
    told = {"jobId": job_id, "instanceId": instance_id, "runId": run_id, "type": ",".join(kinds)}
    return {name: value for name, value in told.items() if value}
