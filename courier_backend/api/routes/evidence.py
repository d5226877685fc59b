"""What an attempt left: its output, live and after, and its evidence behind a signed link."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from courier_backend.api import answers
from courier_backend.api.context import ApiDep
from courier_backend.api.file_response import file_response
from courier_backend.api.ports import Mark
from courier_backend.api.schemas import MOST_BYTES, Item, problems, told
from courier_backend.api.sse import Chunks, SseResponse, message, with_keep_alive
from courier_backend.evidence.names import file_name
from courier_backend.model.errors import NotFound
from courier_backend.model.wire import ArtifactItem, OutputItem
from courier_backend.store.queries.runs import get_evidence

WAIT_SECONDS: Final = 30.0
MAX_OUTPUT: Final = 1024 * 1024

_ATTEMPT: Final = "/run/{run_id}/step/{step}/attempt/{attempt}"

router: Final = APIRouter(
    prefix="/courier/state-api/v1", tags=["evidence"], responses=problems(404)
)
links: Final = APIRouter(prefix="/evidence", tags=["evidence"])

Step = Annotated[int, Path(ge=1, le=1_000_000, description="From 1.")]
Attempt = Annotated[int, Path(ge=1, le=1_000_000, description="From 1.")]


@router.get(_ATTEMPT + "/evidence", responses=told(Item[ArtifactItem]), response_class=Response)
async def evidence_link(
    request: Request, run_id: str, step: Step, attempt: Attempt, api: ApiDep
) -> Response:
    """A link to the evidence, good for 15 minutes; given at once, also while it is on its way."""
    found = await api.service.store.read(lambda c: get_evidence(c, run_id, step, attempt))
    name = file_name(run_id, step, attempt)
    path = f"/evidence/run/{run_id}/step/{step}/attempt/{attempt}/{name}"
    artifact: ArtifactItem = {
        "artifactUrl": f"{str(request.base_url).rstrip('/')}{api.service.links.sign(path)}",
        "state": found["state"],
        "bytes": found["bytes"],
        "sha256": found["sha256"],
        "fileName": name,
        "reason": found["reason"],
    }
    return answers.item(artifact)


@router.get(
    _ATTEMPT + "/output", responses=told(Item[OutputItem], 409, 410), response_class=Response
)
async def output(
    run_id: str,
    step: Step,
    attempt: Attempt,
    api: ApiDep,
    stream: Literal["stdout", "stderr"] = "stdout",
    offset: Annotated[int, Query(ge=0, le=MOST_BYTES, description="In bytes.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_OUTPUT, description="In bytes.")] = 65_536,
) -> Response:
    """A part of the output."""
    part = await api.service.output(
        run_id, step, attempt, stream=stream, offset=offset, limit=limit
    )
    return answers.item(part)


_LIVE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Messages `output`, `dropped` and, last, `end`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get(_ATTEMPT + "/output/live", responses=_LIVE, response_class=Response)
async def live_output(run_id: str, step: Step, attempt: Attempt, api: ApiDep) -> Response:
    """The output as it comes. A reader who does not keep up is told how much was dropped."""

    @asynccontextmanager
    async def source() -> AsyncIterator[Chunks]:
        async with (
            api.service.live_output(run_id, step, attempt) as marks,
            aclosing(_encoded(marks)) as encoded,
            aclosing(with_keep_alive(encoded)) as chunks,
        ):
            yield chunks

    return SseResponse(source, api.service.activity, api.closing)


async def _encoded(marks: AsyncIterator[Mark]) -> AsyncGenerator[bytes, None]:
    async for mark in marks:
        yield message(orjson.dumps(mark), event=mark["type"])


_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "All of it.", "content": {"application/zip": {}}},
    206: {"description": "The range asked for.", "content": {"application/zip": {}}},
}


@links.get(
    _ATTEMPT + "/{name}",
    responses={**_ZIP, **problems(403, 404, 410, 416, 503)},
    response_class=Response,
)
async def download(
    request: Request, run_id: str, step: Step, attempt: Attempt, name: str, api: ApiDep
) -> Response:
    """The zip behind a signed link; waits up to 30 s while it is on its way."""
    api.service.links.check(request.url.path, request.query_params.multi_items())
    if name != file_name(run_id, step, attempt):
        raise NotFound(f"There is no {name} here.")
    file = await api.service.evidence(run_id, step, attempt, wait_seconds=WAIT_SECONDS)
    return file_response(file, request)


@links.head(
    _ATTEMPT + "/{name}",
    responses={**_ZIP, **problems(403, 404, 410, 416, 503)},
    response_class=Response,
)
async def look(
    request: Request, run_id: str, step: Step, attempt: Attempt, name: str, api: ApiDep
) -> Response:
    """What the download would be, without it."""
    return await download(request, run_id, step, attempt, name, api)
