"""The event log: as pages, and as a stream."""

from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from courier_backend.api.context import ApiDep
from courier_backend.api.event_stream import EventFilter
from courier_backend.api.paging import PageDep, answer_page
from courier_backend.api.schemas import Event, Items, problems, told
from courier_backend.api.sse import SseResponse
from courier_backend.model.errors import BadInput, Conflict
from courier_backend.store.queries.events import page_events

router: Final = APIRouter(prefix="/courier/events-api/v1", tags=["events"], responses=problems())
stream: Final = APIRouter(tags=["events"])

JobId = Annotated[str, Query(alias="jobId", max_length=40)]
InstanceId = Annotated[str, Query(alias="instanceId", max_length=40)]
RunId = Annotated[str, Query(alias="runId", max_length=40)]

_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Each message is an event; its id is the event's `seq`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/events", responses=told(Items[Event]), response_class=Response)
async def list_(
    request: Request,
    api: ApiDep,
    page: PageDep,
    job_id: JobId = "",
    instance_id: InstanceId = "",
    run_id: RunId = "",
) -> Response:
    """A page of the log; `after` is the number of an event."""
    asked = replace(page, after="") if page.after == "0" else page
    found = await api.service.store.read(
        lambda c: page_events(
            c,
            asked,
            job_id=job_id or None,
            instance_id=instance_id or None,
            run_id=run_id or None,
        )
    )
    return answer_page(request, found)


@stream.get("/events", responses={**_STREAM, **problems(409)}, response_class=Response)
async def follow(
    api: ApiDep,
    after: Annotated[int | None, Query(ge=0, description="Not given: from now on.")] = None,
    job_id: JobId = "",
    instance_id: InstanceId = "",
    run_id: RunId = "",
    types: Annotated[str, Query(alias="type", description="Kinds, with commas.")] = "",
    last_event_id: Annotated[str, Header(description="Goes before `after`.")] = "",
) -> Response:
    """Events as they happen, without a gap. Nothing is ever dropped for a slow reader."""
    begin = _begin(after, last_event_id)
    if begin is not None and begin > api.hub.last_seq:
        raise Conflict(
            f"The log ends at {api.hub.last_seq}; nothing comes after {begin}.",
            hint="This is another log than the one that you read before: begin anew.",
        )
    wanted = EventFilter(
        job_id, instance_id, run_id, frozenset(kind for kind in types.split(",") if kind)
    )
    return SseResponse(
        lambda: aclosing(api.hub.follow(begin, wanted)), api.service.activity, api.closing
    )


def _begin(after: int | None, last_event_id: str) -> int | None:
    if not last_event_id:
        return after
    if not last_event_id.isdecimal():
        raise BadInput(f"Last-Event-ID: {last_event_id!r} is not the number of an event.")
    return int(last_event_id)
