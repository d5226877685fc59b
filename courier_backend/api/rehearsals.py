"""``?dryRun=true``: every request that changes something can be rehearsed instead."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from courier_backend.api import answers
from courier_backend.api.problems import of_error
from courier_backend.model.errors import BadInput
from courier_backend.model.event import NewEvent
from courier_backend.model.status import InstanceStatus
from courier_backend.model.wire import ChangeItem, DryRun
from courier_backend.store.rehearsal import WouldChange, rehearsal

PARAMETER: Final = "dryRun"
CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CREATED: Final = {"job-added": "job_id", "instance-created": "instance_id"}


class RehearsalMiddleware:
    """Lets a request that asks for it be a rehearsal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; in a rehearsal when it is one."""
        if scope["type"] != "http" or scope["method"] not in CHANGING:
            await self._app(scope, receive, send)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        asked = set(query.get(PARAMETER, ["false"]))
        if asked not in ({"true"}, {"false"}):
            told = " and ".join(repr(value) for value in sorted(asked))
            answer = of_error(BadInput(f"{PARAMETER} is true or false, not {told}."))
            await answer(scope, receive, send)
        elif asked == {"true"}:
            with rehearsal():
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def answer_rehearsal(_request: Request, would: Exception) -> Response:
    """What would have happened."""
    assert isinstance(would, WouldChange)  # noqa: S101  registered for nothing else
    told: DryRun = {
        "dryRun": True,
        "fails": would.fails,
        "changes": [*map(_note, would.notes), *_changes(would.events)],
    }
    return answers.item(told)


def _note(sentence: str) -> ChangeItem:
    return {"type": "", "sentence": sentence, "jobId": "", "instanceId": "", "runId": "",
            "nodeId": ""}  # fmt: skip


def _changes(events: Iterable[NewEvent]) -> list[ChangeItem]:
    """The events in words; ids that were made up for the rehearsal are left out."""
    told = list(events)
    invented = {getattr(event, _CREATED[event.kind]) for event in told if event.kind in _CREATED}

    def known(one: str | None) -> str:
        return "" if one is None or one in invented else one

    return [
        {
            "type": event.kind,
            "sentence": sentence_of(event),
            "jobId": known(event.job_id),
            "instanceId": known(event.instance_id),
            "runId": known(event.run_id),
            "nodeId": known(event.node_id),
        }
        for event in told
    ]


def sentence_of(event: NewEvent) -> str:
    """What an event would do, in words."""
    data = event.data
    special = _SENTENCES.get(event.kind)
    if special is not None:
        return special(data)
    named = f" {data['name']!r}" if isinstance(data.get("name"), str) else ""
    told = ", ".join(_value(key, value) for key, value in data.items() if key not in _SILENT)
    return f"{event.kind.replace('-', ' ')}{named}" + (f": {told}" if told else "")


_SILENT: Final = frozenset({"by", "from", "name", "token", "facts", "skills", "nodeSeq"})


def _value(key: str, value: object) -> str:
    return key if isinstance(value, dict | list) else f"{key} {value}"


def _job_added(data: Mapping[str, Any]) -> str:
    return f"add the job {data['definition']['name']!r}"


def _job_changed(data: Mapping[str, Any]) -> str:
    if "definition" in data:
        return f"give the job {data['definition']['name']!r} another definition"
    if "status" in data:
        return f"make the job {data['status']}"
    if "nextExecutionTime" in data:
        when = data["nextExecutionTime"]
        return f"let the job execute next at {when}" if when else "leave the job nothing to come"
    if data.keys() == {"executionCount"}:
        return f"count its executions: {data['executionCount']}"
    told = ", ".join(f"{key} {value}" for key, value in data.items() if key not in _SILENT)
    return f"change the job: {told}"


def _instance_created(data: Mapping[str, Any]) -> str:
    if data["status"] == InstanceStatus.PENDING:
        return f"make an instance of {data['jobName']!r} that waits: {data['reason']}"
    runs, groups = len(data["runs"]), len(data["groups"])
    some = f"{runs} run{'' if runs == 1 else 's'}"
    return f"start an instance of {data['jobName']!r}: {some} in {groups} group" + (
        "" if groups == 1 else "s"
    )


def _exception(data: Mapping[str, Any]) -> str:
    return f"{data['rrule']} ({data['duration']} min)"


def _node_changed(data: Mapping[str, Any]) -> str:
    """What an operator changes; or, of a node that was asked, that it is another than before."""
    if "url" in data:
        return f"bring the node {data['name']!r} up to date"
    if "archived" in data:
        return "archive the node" if data["archived"] else "target the node again"
    told = [f"name it {data['name']!r}"] if "name" in data else []
    told += [f"set its {key}" for key in ("tags", "attributes") if key in data]
    return f"change the node: {', '.join(told)}"


def _nodes(data: Mapping[str, Any]) -> str:
    count = len(data["nodeIds"])
    return f"{count} node{'' if count == 1 else 's'}"


_SENTENCES: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "job-added": _job_added,
    "job-changed": _job_changed,
    "job-deleted": lambda _data: "take the job away; its history stays",
    "instance-created": _instance_created,
    "exception-added": lambda data: f"let all jobs pause in the windows of {_exception(data)}",
    "exception-changed": lambda data: f"make the exception rule {_exception(data)}",
    "exception-removed": lambda _data: "keep the exception rule no more",
    "node-added": lambda data: f"add the node {data['name']!r} at {data['url']}",
    "node-changed": _node_changed,
    "node-removed": lambda _data: "forget the node; its history stays",
    "filter-added": lambda data: f"save the filter {data['name']!r}",
    "filter-changed": lambda data: f"change the filter {data['name']!r}",
    "filter-removed": lambda data: f"keep the filter {data['name']!r} no more",
    "list-added": lambda data: f"save the list {data['name']!r} ({_nodes(data)})",
    "list-changed": lambda data: f"change the list {data['name']!r} ({_nodes(data)})",
    "list-removed": lambda data: f"keep the list {data['name']!r} no more",
}
